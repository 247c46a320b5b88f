//! Header, main, footer, and which page fills the main part.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use super::pages::{HomePage, NotFoundPage};

/// All pages. Each is rendered whole on the server (`SsrMode::Async`) around one use case.
#[component]
pub fn Root() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <main id="contenido">
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                </FlatRoutes>
            </main>
        </Router>
    }
}
