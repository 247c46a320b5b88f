//! Files that people sent, for whoever is in their conversation: as what they are by their own bytes, never as a page.

use axum::{
    Extension,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::state::AppState;
use crate::{
    app::{actor::Actor, error::AppError, media::read_media},
    domain::ids::MediaId,
};

/// `GET /panel/conversaciones/adjuntos/{id}` and `/mensajes/adjuntos/{id}`
pub async fn attachment(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<String>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Ok(id) = id.parse::<MediaId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match read_media(&state, &actor, id).await {
        Ok((kind, bytes)) => {
            let shown = if kind.is_image() { "inline" } else { "attachment" };
            let headers = [
                (header::CONTENT_TYPE, kind.mime().to_owned()),
                (header::CONTENT_DISPOSITION, format!("{shown}; filename=\"okla-{id}.{}\"", kind.as_str())),
                // Whatever it is: no script in it runs, and it loads nothing.
                (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
                (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Err(AppError::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a file could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
