//! What `POST /api/whatsapp/send` answers.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::{accept::Receipt, read_messages::MessageDetail},
    domain::{ids::MessageId, message::Status},
    web::api::{
        document::statuses,
        error::{ApiError, Language},
    },
};

/// A message that was taken in.
#[derive(Serialize, ToSchema)]
#[schema(description = "Un mensaje aceptado.")]
#[serde(rename_all = "camelCase")]
pub(super) struct SendAnswer {
    success: bool,
    /// El identificador de Twilio de la primera parte; nulo mientras no se sabe.
    #[schema(example = "SM00000000000000000000000000000001")]
    message_id: Option<String>,
    /// El identificador de OKLA.
    #[schema(format = "uuid")]
    id: String,
    #[schema(schema_with = statuses)]
    status: &'static str,
    /// US$ que se cobran por el mensaje entero.
    #[schema(minimum = 0)]
    #[serde(with = "rust_decimal::serde::float")]
    cost: Decimal,
    /// Cuántos mensajes de Twilio son.
    #[schema(minimum = 1)]
    parts: i16,
}

/// 200 once Twilio took it, 502 (or 400 for the number) if it refused, 202 while that is not known.
pub(super) fn answer(detail: &MessageDetail, language: Language) -> Result<Response, ApiError> {
    let message = &detail.message;
    if message.not_sent {
        let words = message.outcome();
        let spanish = words.map_or_else(
            || "Twilio no aceptó el mensaje.".to_owned(),
            |outcome| format!("{} {}", outcome.what, outcome.todo),
        );
        let english = "Twilio did not take the message; nothing was sent and nothing is charged.";
        return Err(refusal(message.error_code, language.choose(&spanish, english)));
    }
    let body = SendAnswer {
        success: true,
        message_id: detail.first_sid(),
        id: message.id.to_string(),
        status: message.status.as_str(),
        cost: message.cost,
        parts: message.parts,
    };
    if body.message_id.is_some() {
        return Ok((StatusCode::OK, Json(body)).into_response());
    }
    Ok(accepted(message.id, body))
}

/// 202, before Twilio is asked.
pub(super) fn taken_in(id: MessageId, receipt: &Receipt) -> Response {
    let body = SendAnswer {
        success: true,
        message_id: None,
        id: id.to_string(),
        status: Status::Queued.as_str(),
        cost: receipt.cost,
        parts: receipt.parts,
    };
    accepted(id, body)
}

fn accepted(id: MessageId, body: SendAnswer) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location(id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Where a message's state is asked for.
pub fn location(message: MessageId) -> String {
    format!("/api/whatsapp/status/{message}")
}

fn refusal(code: Option<i32>, sentence: String) -> ApiError {
    match code {
        Some(21_211 | 21_614) => ApiError::field("toPhoneNumber", "invalid_phone_number", sentence),
        Some(code) => ApiError::new(StatusCode::BAD_GATEWAY, format!("twilio_{code}"), sentence),
        None => ApiError::new(StatusCode::BAD_GATEWAY, "twilio_unavailable", sentence),
    }
}
