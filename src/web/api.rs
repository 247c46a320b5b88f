//! The JSON API: a bearer token, the same use cases as the pages, errors as data.

mod document;
mod error;
mod idempotency;
mod list_query;
mod messages;
mod rate_limit;
mod send;
mod status;

use axum::{
    Router,
    extract::FromRequestParts,
    handler::Handler,
    http::{header, request::Parts},
    middleware,
    routing::{any, get, post},
};

pub use document::document;
pub use error::ApiError;

use super::{redirect, state::AppState};
use crate::app::{actor::Actor, tokens::authenticate_token};

/// `/api/…`
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/whatsapp/send", post(send::send).fallback(error::wrong_method))
        .route("/api/whatsapp/status/{id}", get(status::status).fallback(error::wrong_method))
        .route("/api/whatsapp/messages", get(messages::messages).fallback(error::wrong_method))
        .route("/api/openapi.json", get(document::openapi_json).fallback(error::wrong_method))
        .route("/api", any(error::unknown_path))
        .route("/api/", any(error::unknown_path))
        .route("/api/{*rest}", any(error::unknown_path.layer(middleware::from_fn(redirect::without_slash))))
}

/// Whom the request's bearer token speaks for.
pub struct Caller(pub Actor);

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let language = error::Language::of(&parts.headers);
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let actor = match token {
            Some(token) => {
                authenticate_token(state, token).await.map_err(|error| ApiError::from_app(error, language))?
            }
            None => None,
        };
        actor.map(Caller).ok_or_else(|| ApiError::unauthorized(language))
    }
}
