//! `Idempotency-Key`: the answer of a key's first request is kept, and given again to whoever repeats it.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};

use super::error::{ApiError, Language};
use crate::{
    app::{actor::Actor, error::AppError, keep_answer::keep_answer, state::App},
    domain::ids::MessageId,
};

/// Says that an answer is a repeated one.
const REPLAYED: &str = "idempotent-replayed";
const MOST_CHARS: usize = 255;
/// Longer than any request waits for Twilio: an answer that is not there by then died with its server.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(12);

/// The key, named so that no form's key equals it.
pub fn key_of(headers: &HeaderMap, language: Language) -> Result<Option<String>, ApiError> {
    let mut given = headers.get_all("idempotency-key").iter();
    let Some(key) = given.next() else { return Ok(None) };
    let text = key.to_str().unwrap_or_default();
    let is_sound = !text.is_empty() && text.len() <= MOST_CHARS && given.next().is_none();
    if is_sound {
        return Ok(Some(format!("api:{text}")));
    }
    let sentence = language.choose(
        "Idempotency-Key debe tener de 1 a 255 caracteres ASCII visibles, y venir una sola vez.",
        "Idempotency-Key must be 1 to 255 visible ASCII characters, given once.",
    );
    Err(ApiError::field("Idempotency-Key", "invalid_idempotency_key", sentence))
}

/// Whether the first request, which began at `since`, may still be waiting for its answer.
pub fn is_under_way(since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - since < UNDER_WAY
}

/// The first request's answer, once more.
pub fn replay(message: MessageId, status: u16, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if status == StatusCode::ACCEPTED.as_u16()
        && let Ok(location) = HeaderValue::from_str(&super::send::location(message))
    {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// Keeps the answer and gives it. One that cannot be kept is given all the same: a repeat asks for the message's state.
pub async fn keep(app: &App, actor: &Actor, key: &str, response: Response) -> Result<Response, AppError> {
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|error| AppError::Fault(format!("an answer could not be read back: {error}")))?;
    let text = String::from_utf8_lossy(&body);
    if let Err(error) = keep_answer(app, actor, key, parts.status.as_u16(), &text).await {
        tracing::error!(%error, "an idempotent answer was not kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}
