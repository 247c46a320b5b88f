use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::NotFoundPage;
use crate::{app::error::AppError, web::parts::PageTitle};

/// What a page shows in place of what it could not load. A fault is logged here, once, and never shown.
pub fn failed(error: &AppError) -> AnyView {
    match error {
        AppError::NotFound => return view! { <NotFoundPage/> }.into_any(),
        // The guard has sent the visitor to sign in.
        AppError::SignedOut => return ().into_any(),
        _ => {}
    }
    tracing::error!(%error, "a page could not be loaded");
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(StatusCode::INTERNAL_SERVER_ERROR);
    }
    view! {
        <PageTitle text="Algo falló"/>
        <section class="empty">
            <h1>"Algo falló de nuestro lado"</h1>
            <p>"No se perdió nada de lo suyo. Espere un momento y vuelva a cargar la página."</p>
            <p><a class="button" href="/">"Ver los vehículos"</a></p>
        </section>
    }
    .into_any()
}
