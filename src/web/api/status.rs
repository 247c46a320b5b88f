//! `GET /api/whatsapp/status/{uuid or SM…}`

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Caller,
    document::statuses,
    error::{ApiError, ErrorBody, Language},
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

// The comments on fields below are the document's words.

/// All that is known of a message.
#[derive(Serialize, ToSchema)]
#[schema(description = "Todo lo que se sabe de un mensaje.")]
#[serde(rename_all = "camelCase")]
pub struct StatusAnswer {
    /// El identificador de OKLA.
    #[schema(format = "uuid")]
    id: String,
    /// El de Twilio, de la primera parte.
    message_id: Option<String>,
    #[schema(schema_with = statuses)]
    status: &'static str,
    /// El código de Twilio, si falló.
    error_code: Option<i32>,
    /// Qué pasó, en español.
    error_message: Option<&'static str>,
    /// US$ que el libro de cobros tiene por él.
    #[schema(minimum = 0)]
    #[serde(with = "rust_decimal::serde::float")]
    cost: Decimal,
    /// Cuántas veces se llamó a Twilio para crearlo.
    #[schema(minimum = 0)]
    attempt_count: i16,
    /// Cuántos mensajes de Twilio son.
    #[schema(minimum = 1)]
    parts: i16,
    /// En qué va cada uno de ellos.
    part_states: Vec<PartAnswer>,
    /// Cuándo se aceptó.
    created_at: DateTime<Utc>,
    /// Cuándo lo tomó WhatsApp.
    sent_at: Option<DateTime<Utc>>,
    /// Cuándo llegó al teléfono.
    delivered_at: Option<DateTime<Utc>>,
    /// Cuándo se leyó.
    read_at: Option<DateTime<Utc>>,
    /// Cuándo dijo Twilio algo por última vez.
    checked_at: Option<DateTime<Utc>>,
    /// Cada cosa que se dijo de él, la más vieja primero.
    events: Vec<EventAnswer>,
}

/// One Twilio message of it.
#[derive(Serialize, ToSchema)]
#[schema(description = "Un mensaje de Twilio.")]
#[serde(rename_all = "camelCase")]
struct PartAnswer {
    /// Desde 1.
    #[schema(minimum = 1)]
    number: i16,
    message_id: Option<String>,
    #[schema(schema_with = statuses)]
    status: &'static str,
    error_code: Option<i32>,
    /// Si va con una plantilla aprobada.
    by_template: bool,
    /// WhatsApp había cerrado la conversación: en su lugar fue la plantilla.
    superseded: bool,
    /// Caracteres del texto que no caben en la plantilla y saldrán solos cuando el destinatario responda.
    #[schema(minimum = 1)]
    waiting_characters: Option<i32>,
}

/// Something that was said about it.
#[derive(Serialize, ToSchema)]
#[schema(description = "Algo que se dijo de él.")]
#[serde(rename_all = "camelCase")]
struct EventAnswer {
    /// `callback` `create` `fetch`: Twilio; `okla`: nosotros.
    source: String,
    /// En las palabras de quien lo dijo.
    status: String,
    error_code: Option<i32>,
    at: DateTime<Utc>,
}

#[utoipa::path(
    get, path = "/api/whatsapp/status/{id}", tag = "Mensajes",
    summary = "En qué va un mensaje",
    description = "Si lo último que se supo tiene más de 5 segundos y no es final, se le pregunta a Twilio; si Twilio no responde, lo que se sabe.",
    params(("id" = String, Path, description = "El identificador de OKLA o el de Twilio (`SM…`).",
        pattern = "^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[SM]M[0-9a-f]{32})$",
        example = json!("0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20"))),
    responses(
        (status = 200, description = "Lo que se sabe.", body = StatusAnswer),
        (status = 404, description = "No existe, o el token no puede verlo (`not_found`).", body = ErrorBody),
    )
)]
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
    let message_id = detail.first_sid();
    let MessageDetail { message, parts, events, .. } = detail;
    StatusAnswer {
        id: message.id.to_string(),
        message_id,
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
                by_template: part.template_text.is_some(),
                superseded: part.superseded,
                waiting_characters: message
                    .rest
                    .map(|rest| rest.characters)
                    .filter(|_| part.template_text.is_some()),
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
