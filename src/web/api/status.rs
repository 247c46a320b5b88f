//! `GET /api/whatsapp/status/{uuid or SM…}`

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    Caller,
    error::{ApiError, Language},
};
use crate::{
    app::{
        error::AppError,
        read_messages::{MessageDetail, View, find_by_sid, get_fresh_message},
    },
    domain::ids::MessageId,
    web::state::AppState,
};

/// Twilio is asked again when its last word is older.
const STALE: TimeDelta = TimeDelta::seconds(5);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusAnswer {
    id: String,
    message_id: Option<String>,
    status: &'static str,
    error_code: Option<i32>,
    error_message: Option<&'static str>,
    #[serde(with = "rust_decimal::serde::float")]
    cost: Decimal,
    attempt_count: i16,
    parts: i16,
    part_states: Vec<PartAnswer>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    read_at: Option<DateTime<Utc>>,
    checked_at: Option<DateTime<Utc>>,
    events: Vec<EventAnswer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartAnswer {
    number: i16,
    message_id: Option<String>,
    status: &'static str,
    error_code: Option<i32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventAnswer {
    source: String,
    status: String,
    error_code: Option<i32>,
    at: DateTime<Utc>,
}

pub async fn status(
    State(state): State<AppState>,
    Caller(actor): Caller,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Json<StatusAnswer>, ApiError> {
    let refuse = |error| ApiError::from_app(error, Language::of(&headers));
    // What is not even text is nobody's id.
    let Path(id) = id.map_err(|_| refuse(AppError::NotFound))?;
    let id = match id.parse::<MessageId>() {
        Ok(id) => id,
        Err(_) => find_by_sid(&state, &id).await.map_err(refuse)?,
    };
    let detail = get_fresh_message(&state, &actor, View::Any, id, STALE).await.map_err(refuse)?;
    Ok(Json(answer(detail)))
}

fn answer(detail: MessageDetail) -> StatusAnswer {
    let MessageDetail { message, parts, events } = detail;
    StatusAnswer {
        id: message.id.to_string(),
        message_id: parts.first().and_then(|part| part.sid.clone()),
        status: message.status.as_str(),
        error_code: message.error_code,
        error_message: message.outcome().map(|outcome| outcome.what),
        cost: message.cost,
        attempt_count: parts.iter().map(|part| part.attempt_count).sum(),
        parts: message.parts,
        part_states: parts
            .into_iter()
            .map(|part| PartAnswer {
                number: part.number,
                message_id: part.sid,
                status: part.status.as_str(),
                error_code: part.error_code,
            })
            .collect(),
        created_at: message.created_at,
        sent_at: message.sent_at,
        delivered_at: message.delivered_at,
        read_at: message.read_at,
        checked_at: message.checked_at,
        events: events
            .into_iter()
            .map(|event| EventAnswer {
                source: event.source,
                status: event.status,
                error_code: event.error_code,
                at: event.received_at,
            })
            .collect(),
    }
}
