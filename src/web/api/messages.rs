//! `GET /api/whatsapp/messages`

use axum::{
    Json,
    extract::{RawQuery, State},
    http::HeaderMap,
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    Caller,
    error::{ApiError, Language},
    list_query::ListQuery,
};
use crate::{
    app::search_messages::{Found, search_messages},
    web::state::AppState,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagesAnswer {
    messages: Vec<MessageAnswer>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageAnswer {
    id: String,
    message_id: Option<String>,
    to: String,
    body: String,
    kind: &'static str,
    vehicle_id: Option<String>,
    status: &'static str,
    error_code: Option<i32>,
    error_message: Option<&'static str>,
    #[serde(with = "rust_decimal::serde::float")]
    cost: Decimal,
    parts: i16,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    read_at: Option<DateTime<Utc>>,
    checked_at: Option<DateTime<Utc>>,
}

pub async fn messages(
    State(state): State<AppState>,
    Caller(actor): Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Json<MessagesAnswer>, ApiError> {
    let language = Language::of(&headers);
    let wanted = ListQuery::parse(query.as_deref().unwrap_or_default()).map_err(|wrong| {
        ApiError::field(wrong.field, wrong.code, language.choose(&wrong.spanish, &wrong.english))
    })?;
    let page = search_messages(&state, &actor, &wanted.filter, wanted.after, wanted.limit)
        .await
        .map_err(|error| ApiError::from_app(error, language))?;
    Ok(Json(MessagesAnswer {
        messages: page.messages.into_iter().map(answer).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}

fn answer(Found { message, sid }: Found) -> MessageAnswer {
    MessageAnswer {
        id: message.id.to_string(),
        message_id: sid,
        error_message: message.outcome().map(|outcome| outcome.what),
        to: message.to.into(),
        body: message.body,
        kind: message.kind.as_str(),
        vehicle_id: message.vehicle.map(|(id, _)| id.to_string()),
        status: message.status.as_str(),
        error_code: message.error_code,
        cost: message.cost,
        parts: message.parts,
        created_at: message.created_at,
        sent_at: message.sent_at,
        delivered_at: message.delivered_at,
        read_at: message.read_at,
        checked_at: message.checked_at,
    }
}
