//! The whole URL map.

use std::{
    convert::Infallible,
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, OriginalUri, Request, State},
    handler::Handler,
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use tower::ServiceBuilder;
use tower_http::{
    compression::CompressionLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::{ServeDir, fs::ServeFileSystemResponseBody},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};

use tracing::{Span, field::Empty};

use super::{
    api, attachments, events, export, guard, health, hooks,
    layout::Root,
    metrics, pictures, redirect,
    security::{self, CspNonce},
    session,
    shell::shell,
    state::AppState,
    theme, upload,
};
use crate::app::sessions::sessions;

/// Room for any text a person pastes, so that it is refused in words; a server function would read any size into memory.
const MOST_FORM_BYTES: usize = 256 * 1024;

/// Computed once: computing it runs the app, and a second time would disturb a first that serves.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(Root));

/// The application, ready to serve.
pub fn router(state: AppState) -> Router {
    let context = {
        let state = state.clone();
        move || {
            provide_context(state.clone());
            if let Some(CspNonce(nonce)) =
                use_context::<Parts>().and_then(|parts| parts.extensions.get().cloned())
            {
                provide_context(nonce);
            }
        }
    };
    let document = {
        let state = state.clone();
        move || shell(&state)
    };
    let unknown = leptos_axum::file_and_error_handler_with_context::<AppState, _>(context.clone(), {
        let state = state.clone();
        move |_| shell(&state)
    });

    // Whoever else is signed in does not find an admin's form, whatever it would have said to him.
    let admins_forms = {
        let (unknown, state) = (unknown.clone(), state.clone());
        middleware::from_fn(move |request: Request, next: Next| {
            let (unknown, state) = (unknown.clone(), state.clone());
            async move {
                if guard::is_of_admins_only(&request) {
                    unknown(request.uri().clone(), State(state), request).await
                } else {
                    next.run(request).await
                }
            }
        })
    };

    Router::new()
        .leptos_routes_with_context(&state, PAGES.clone(), context, document)
        .route("/mensajes/{id}/eventos", get(events::own_message))
        .route("/cuenta/numero/eventos", get(events::proofs::number))
        .route("/cuenta/datos.json", get(export::own_data))
        .route("/olvide-mi-clave/eventos", get(events::proofs::reset))
        .route("/mensajes/{id}/conversacion/eventos", get(events::threads::own))
        .route("/mensajes/adjuntos/{id}", get(attachments::attachment))
        .route("/panel/conversaciones/eventos", get(events::threads::list))
        .route("/panel/conversaciones/{id}/eventos", get(events::threads::thread))
        .route("/panel/conversaciones/adjuntos/{id}", get(attachments::attachment))
        .route("/panel/eventos", get(events::panel::figures))
        .route("/panel/mensajes/eventos", get(events::panel::news))
        .route("/panel/reenvios/{id}/eventos", get(events::panel::resend))
        .route("/panel/ofertas/{id}/eventos", get(events::panel::offer))
        .route("/admin/ofertas/{id}/eventos", get(events::panel::admins_offer))
        .route("/panel/ofertas/{id}/resultado.csv", get(export::campaign))
        .route("/panel/mensajes/{id}/eventos", get(events::dealer_message))
        .route("/demo/telefono/eventos", get(events::handset::conversation))
        .route("/demo/telefono/numeros/eventos", get(events::handset::telephones))
        .route("/panel/mensajes.csv", get(export::messages))
        .route("/panel/costos.csv", get(export::statement))
        .route("/admin/costos.csv", get(export::dealers))
        .route("/tema", post(theme::choose))
        // Within the session: what is no route's path word for word may still be a page's.
        .fallback(unknown.layer(middleware::from_fn(redirect::without_slash)))
        .layer(RequestBodyLimitLayer::new(MOST_FORM_BYTES))
        .route(
            "/panel/vehiculos/importar",
            post(upload::vehicles).layer(DefaultBodyLimit::max(upload::MOST_BYTES)),
        )
        .layer(admins_forms)
        .layer(
            ServiceBuilder::new()
                .layer(session::layer(&state, sessions(&state)))
                .layer(middleware::from_fn_with_state(state.clone(), session::load_actor)),
        )
        .merge(api::routes())
        .route("/webhooks/twilio/status", post(hooks::status))
        .route("/webhooks/twilio/inbound", post(hooks::inbound))
        .route("/vehiculos/imagen/{name}", get(pictures::picture))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::scrape))
        .nest_service("/v/{version}/pkg", assets(&state))
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
                .layer(TraceLayer::new_for_http().make_span_with(request_span).on_response(request_done))
                .layer(middleware::map_request(keep_span))
                .layer(PropagateRequestIdLayer::x_request_id())
                .layer(middleware::from_fn(metrics::measure))
                .layer(CompressionLayer::new())
                .layer(middleware::from_fn_with_state(state.clone(), security::headers))
                .layer(middleware::map_response(redirect::ours_only))
                .layer(middleware::from_fn_with_state(state.clone(), security::same_origin_only)),
        )
        .with_state(state)
}

/// Every line logged during a request bears its id, method, path and whoever is signed in; never its query, which may
/// name a person.
fn request_span(request: &Request) -> Span {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path(), user = Empty)
}

/// For who learns later who is signed in.
async fn keep_span(mut request: Request) -> Request {
    request.extensions_mut().insert(Span::current());
    request
}

fn request_done<B>(response: &Response<B>, took: Duration, _span: &Span) {
    tracing::info!(status = response.status().as_u16(), ?took, "answered");
}

/// The browser half and the style sheet, under a path that changes with their content.
fn assets(
    state: &AppState,
) -> impl tower::Service<Request, Response = Response, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(state.assets.clone(), own_version_only))
        // What is not there now may be there with the next version.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            move |answer: &Response<ServeFileSystemResponseBody>| {
                let is_it = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
                is_it.then(|| forever.clone())
            },
        ))
        .service(
            ServeDir::new(format!("{}/pkg", state.config.site_root)).precompressed_br().precompressed_gzip(),
        )
}

/// While one version takes another's place behind a proxy, a page of the one asks the other for its files: cached for ever
/// under a version is that version's own content, or nothing. A proxy then asks the next server.
async fn own_version_only(
    State(own): State<Arc<str>>,
    OriginalUri(asked): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    if asked.path().split('/').nth(2) == Some(&*own) {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}
