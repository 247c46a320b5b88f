//! Header, main, footer, and which page fills the main part.

mod theme_switch;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use self::theme_switch::ThemeSwitch;
use super::{
    pages::{HomePage, NotFoundPage, VehiclePage},
    parts::{Icon, Logo, icons},
    state::AppState,
};

/// All pages. Each is rendered whole on the server (`SsrMode::Async`) around one use case.
#[component]
pub fn Root() -> impl IntoView {
    provide_meta_context();
    let is_demo = AppState::of_request().is_ok_and(|state| state.settings.demo);
    view! {
        <a class="button skip" href="#contenido">"Ir al contenido"</a>
        {is_demo.then(|| view! { <DemoBanner/> })}
        <Header/>
        <Router>
            <main id="contenido" class="wrap">
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/vehiculos/:id") view=VehiclePage ssr=SsrMode::Async/>
                </FlatRoutes>
            </main>
        </Router>
        <Footer/>
    }
}

#[component]
fn DemoBanner() -> impl IntoView {
    view! {
        <div class="banner">
            <div class="wrap">
                <p><Icon path=icons::FLASK/>"Modo de prueba: nada sale a WhatsApp"</p>
                <a href="/demo/telefono">"Ver el teléfono simulado"</a>
            </div>
        </div>
    }
}

#[component]
fn Header() -> impl IntoView {
    view! {
        <header class="site-head">
            <div class="wrap">
                <a class="logo" href="/" aria-label="OKLA, inicio"><Logo/></a>
                <nav class="site-nav" aria-label="Principal">
                    <ul>
                        <li><a href="/mensajes"><Icon path=icons::MESSAGES/>"Mensajes"</a></li>
                        <li><a href="/ingresar"><Icon path=icons::USER/>"Ingresar"</a></li>
                    </ul>
                </nav>
            </div>
        </header>
    }
}

#[component]
fn Footer() -> impl IntoView {
    view! {
        <footer class="site-foot">
            <div class="wrap">
                <p>"OKLA Contacto · Los vehículos de los concesionarios dominicanos, a un mensaje."</p>
                <ThemeSwitch/>
            </div>
        </footer>
    }
}
