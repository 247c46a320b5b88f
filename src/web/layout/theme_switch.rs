use axum::http::request::Parts;
use leptos::prelude::*;

use crate::web::{
    parts::{Icon, icons},
    theme,
};

/// Light, dark, or as the device says: a plain form, so it works without scripts and comes back to the same page.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let here = use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
        .unwrap_or_else(|| "/".to_owned());
    let chosen = theme::of_request().unwrap_or("auto");
    let choices = [
        ("auto", "Como el dispositivo", icons::DEVICE),
        ("light", "Claro", icons::SUN),
        ("dark", "Oscuro", icons::MOON),
    ];
    view! {
        <form class="theme" method="post" action="/tema">
            <input type="hidden" name="back" value=here/>
            <span id="apariencia">"Apariencia"</span>
            <div role="group" aria-labelledby="apariencia">
                {choices
                    .map(|(theme, label, path)| {
                        view! {
                            <button name="theme" value=theme title=label aria-pressed=(theme == chosen).to_string()>
                                <span class="unseen">{label}</span>
                                <Icon path=path/>
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </form>
    }
}
