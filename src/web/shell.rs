//! The document around every page.

use leptos::prelude::*;
use leptos_meta::MetaTags;

use super::{layout::Root, state::AppState};

/// `<!DOCTYPE html>` to `</html>`. The theme is the visitor's cookie, so that the first paint is right without scripts.
pub fn shell(state: &AppState) -> impl IntoView + use<> {
    let assets = format!("/v/{}", state.assets);
    let theme = super::theme::of_request();
    view! {
        <!DOCTYPE html>
        <html lang="es-DO" data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=format!("{assets}/pkg/okla.css")/>
                <HydrationScripts options=state.leptos.clone() islands=true root=assets/>
                <MetaTags/>
            </head>
            <body>
                <Root/>
            </body>
        </html>
    }
}
