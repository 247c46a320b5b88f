use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::web::parts::PageTitle;

/// What is not there, and what belongs to someone else.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(StatusCode::NOT_FOUND);
    }
    view! {
        <PageTitle text="No encontrado"/>
        <section class="empty">
            <h1>"Esta página no existe"</h1>
            <p>"Puede que el vehículo se haya vendido o que el enlace esté incompleto."</p>
            <p><a class="button" href="/">"Ver los vehículos"</a></p>
        </section>
    }
}
