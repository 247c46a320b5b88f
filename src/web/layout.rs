//! Header, main, footer, and which page fills the main part.

mod theme_switch;

use axum::http::request::Parts;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use self::theme_switch::ThemeSwitch;
use super::{
    pages::{
        ContactPage, DealerMessagePage, DealerMessagesPage, HomePage, NotFoundPage, OwnMessagePage,
        OwnMessagesPage, SignInPage, SignUpPage, VehiclePage,
    },
    parts::{Icon, Logo, icons},
    state::AppState,
};
use crate::{app::actor::Actor, domain::user::Role};

/// All pages. Each is rendered whole on the server (`SsrMode::Async`) around one use case.
#[component]
pub fn Root() -> impl IntoView {
    provide_meta_context();
    let actor = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Actor>().cloned());
    let is_demo = AppState::of_request().is_ok_and(|state| state.settings.demo);
    view! {
        <a class="button skip" href="#contenido">"Ir al contenido"</a>
        {is_demo.then(|| view! { <DemoBanner/> })}
        <Header actor=actor/>
        <Router>
            <main id="contenido" class="wrap">
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/vehiculos/:id") view=VehiclePage ssr=SsrMode::Async/>
                    <Route path=path!("/vehiculos/:id/contactar") view=ContactPage ssr=SsrMode::Async/>
                    <Route path=path!("/ingresar") view=SignInPage ssr=SsrMode::Async/>
                    <Route path=path!("/registro") view=SignUpPage ssr=SsrMode::Async/>
                    <Route path=path!("/mensajes") view=OwnMessagesPage ssr=SsrMode::Async/>
                    <Route path=path!("/mensajes/:id") view=OwnMessagePage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/mensajes") view=DealerMessagesPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/mensajes/:id") view=DealerMessagePage ssr=SsrMode::Async/>
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
fn Header(actor: Option<Actor>) -> impl IntoView {
    let dealer = actor.as_ref().is_some_and(|actor| actor.role == Role::Dealer);
    let messages = if dealer { "/panel/mensajes" } else { "/mensajes" };
    view! {
        <header class="site-head">
            <div class="wrap">
                <a class="logo" href="/" aria-label="OKLA, inicio"><Logo/></a>
                <nav class="site-nav" aria-label="Principal">
                    <ul>
                        <li><a href=messages><Icon path=icons::MESSAGES/>"Mensajes"</a></li>
                        {match actor {
                            Some(_) => view! {
                                <li>
                                    <form method="post" action="/fn/salir">
                                        <button type="submit"><Icon path=icons::LEAVE/>"Salir"</button>
                                    </form>
                                </li>
                            }.into_any(),
                            None => view! { <li><a href="/ingresar"><Icon path=icons::USER/>"Ingresar"</a></li> }.into_any(),
                        }}
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
