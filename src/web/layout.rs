//! Header, main, footer, and which page fills the main part.

mod header;
mod theme_switch;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use self::{header::Header, theme_switch::ThemeSwitch};
use super::{
    pages::{
        AccountPage, AdminOfferPage, AdminOffersPage, ApiDocsPage, AttemptsPage, AuditPage, CodePage,
        ContactPage, CostsPage, DealerMessagePage, DealerMessagesPage, DealersPage, DrivePage, DrivesPage,
        EditLimitPage, EditVehiclePage, ErasePage, FailuresPage, ForgottenPage, HandsetPage, HomePage,
        ImportPage, InterestsPage, LimitsPage, NewOfferPage, NewRatePage, NewVehiclePage, NotFoundPage,
        NumberPage, OfferPage, OffersPage, OwnDataPage, OwnDrivePage, OwnDrivesPage, OwnLimitsPage,
        OwnMessagePage, OwnMessagesPage, OwnUnassignedPage, PanelPage, PasswordPage, PlatformCostsPage,
        QuickAnswersPage, RatesPage, ReadingPage, RenewPage, ResendPage, SecondFactorPage, SignInPage,
        SignUpPage, SystemPage, ThreadPage, ThreadsPage, UnassignedPage, UnassignedWordsPage, UploadPage,
        UserPage, UsersPage, VehiclePage, VehiclesPage, WritePage,
    },
    parts::{Icon, icons},
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
                    <Route path=path!("/leer/:token") view=ReadingPage ssr=SsrMode::Async/>
                    <Route path=path!("/vehiculos/:id") view=VehiclePage ssr=SsrMode::Async/>
                    <Route path=path!("/vehiculos/:id/contactar") view=ContactPage ssr=SsrMode::Async/>
                    <Route path=path!("/ingresar") view=SignInPage ssr=SsrMode::Async/>
                    <Route path=path!("/ingresar/codigo") view=CodePage ssr=SsrMode::Async/>
                    <Route path=path!("/olvide-mi-clave") view=ForgottenPage ssr=SsrMode::Async/>
                    <Route path=path!("/registro") view=SignUpPage ssr=SsrMode::Async/>
                    <Route path=path!("/cuenta") view=AccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/cuenta/segundo-factor") view=SecondFactorPage ssr=SsrMode::Async/>
                    <Route path=path!("/cuenta/numero") view=NumberPage ssr=SsrMode::Async/>
                    <Route path=path!("/cuenta/datos") view=OwnDataPage ssr=SsrMode::Async/>
                    <Route path=path!("/cuenta/clave") view=PasswordPage ssr=SsrMode::Async/>
                    <Route path=path!("/cuenta/borrar") view=ErasePage ssr=SsrMode::Async/>
                    <Route path=path!("/mensajes") view=OwnMessagesPage ssr=SsrMode::Async/>
                    <Route path=path!("/mensajes/:id") view=OwnMessagePage ssr=SsrMode::Async/>
                    <Route path=path!("/pruebas") view=OwnDrivesPage ssr=SsrMode::Async/>
                    <Route path=path!("/pruebas/:id") view=OwnDrivePage ssr=SsrMode::Async/>
                    <Route path=path!("/panel") view=PanelPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/escribir") view=WritePage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/fallidos") view=FailuresPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/reenvios/:id") view=ResendPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/limites") view=OwnLimitsPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/costos") view=CostsPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/mensajes") view=DealerMessagesPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/mensajes/:id") view=DealerMessagePage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/vehiculos") view=VehiclesPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/conversaciones") view=ThreadsPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/conversaciones/respuestas") view=QuickAnswersPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/conversaciones/sin-asignar/:id") view=OwnUnassignedPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/conversaciones/:id") view=ThreadPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/pruebas") view=DrivesPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/pruebas/:id") view=DrivePage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/intereses") view=InterestsPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/ofertas") view=OffersPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/ofertas/nueva") view=NewOfferPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/ofertas/:id") view=OfferPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/vehiculos/nuevo") view=NewVehiclePage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/vehiculos/importar") view=UploadPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/vehiculos/importar/:id") view=ImportPage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/vehiculos/:id") view=EditVehiclePage ssr=SsrMode::Async/>
                    <Route path=path!("/panel/vehiculos/:id/renovar") view=RenewPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/limites") view=LimitsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/limites/cambiar") view=EditLimitPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/tarifas") view=RatesPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/tarifas/nueva") view=NewRatePage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/costos") view=PlatformCostsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/ofertas") view=AdminOffersPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/ofertas/:id") view=AdminOfferPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/auditoria") view=AuditPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/sin-asignar") view=UnassignedPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/sin-asignar/:id") view=UnassignedWordsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/sistema") view=SystemPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/usuarios") view=UsersPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/usuarios/concesionarios") view=DealersPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/usuarios/intentos") view=AttemptsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/usuarios/:id") view=UserPage ssr=SsrMode::Async/>
                    <Route path=path!("/api/docs") view=ApiDocsPage ssr=SsrMode::Async/>
                    <Route path=path!("/demo/telefono") view=HandsetPage ssr=SsrMode::Async/>
                </FlatRoutes>
            </main>
        </Router>
        <Footer/>
    }
}

#[component]
fn DemoBanner() -> impl IntoView {
    view! {
        <aside class="banner" aria-label="Modo de prueba">
            <div class="wrap">
                <p><Icon path=icons::FLASK/>"Modo de prueba: nada sale a WhatsApp"</p>
                <a href="/demo/telefono">"Ver el teléfono simulado"</a>
            </div>
        </aside>
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
