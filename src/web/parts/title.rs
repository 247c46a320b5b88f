use leptos::prelude::*;
use leptos_meta::Title;

/// The document's title. Fixed words only: `leptos_meta` writes it raw, so nobody's text may get here.
#[component]
pub fn PageTitle(text: &'static str) -> impl IntoView {
    view! { <Title text=text formatter=|text: String| format!("{text} · OKLA Contacto")/> }
}
