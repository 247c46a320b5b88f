//! `POST /api/whatsapp/send`

use std::time::Duration;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::{
    Caller,
    error::{ApiError, Language},
    idempotency::{is_under_way, keep, key_of, replay},
    rate_limit::set_left,
};
use crate::{
    app::{
        error::AppError,
        limits_now::limits_now,
        read_messages::MessageDetail,
        send_message::{Recipient, SendMessage, Sent, send_message},
        wait_for_outcome::wait_for_outcome,
    },
    domain::{body::Body as MessageBody, ids::MessageId, image_url::ImageUrl, kind::Kind, phone::Phone},
    web::state::AppState,
};

const MOST_BYTES: usize = 64 * 1024;
/// How long a caller waits for Twilio before he gets 202.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendRequest {
    to_phone_number: Option<String>,
    message_body: Option<String>,
    image_url: Option<String>,
    vehicle_id: Option<String>,
    kind: Option<String>,
    template: Option<IgnoredAny>,
    variables: Option<IgnoredAny>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SendAnswer {
    success: bool,
    message_id: Option<String>,
    id: String,
    status: &'static str,
    #[serde(with = "rust_decimal::serde::float")]
    cost: Decimal,
    parts: i16,
}

pub async fn send(
    State(state): State<AppState>,
    Caller(actor): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let language = Language::of(request.headers());
    let refuse = |error| ApiError::from_app(error, language);
    let respond_async = prefers_async(request.headers());
    let key = key_of(request.headers(), language)?;
    let mut command = parse(&read_json(request, language).await?, language)?;
    command.key.clone_from(&key);
    let about = command.clone();
    let sent = send_message(&state, &actor, command).await.map_err(refuse)?;
    let now = state.clock.now();
    let (id, decision) = match sent {
        Sent::Accepted(id, decision) => (id, decision),
        Sent::Before(before) => {
            let decision = limits_now(&state, &actor, &about).await.map_err(refuse)?;
            match before.answer {
                Some((status, body)) => {
                    let mut response = replay(before.message, status, body);
                    set_left(response.headers_mut(), &decision, actor.role, now);
                    return Ok(response);
                }
                None if is_under_way(before.at, now) => return Err(refuse(AppError::KeyInProgress)),
                None => (before.message, decision),
            }
        }
    };
    let patience = if respond_async { Duration::ZERO } else { PATIENCE };
    let detail = wait_for_outcome(&state, &actor, id, patience).await.map_err(refuse)?;
    let mut response = answer(&detail, respond_async, language).unwrap_or_else(IntoResponse::into_response);
    set_left(response.headers_mut(), &decision, actor.role, now);
    match key {
        Some(key) => keep(&state, &actor, &key, response).await.map_err(refuse),
        None => Ok(response),
    }
}

async fn read_json(request: Request<Body>, language: Language) -> Result<SendRequest, ApiError> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(ApiError::unsupported_media_type(language));
    }
    let raw = to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| ApiError::too_large(language))?;
    serde_json::from_slice(&raw).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let sentence = language.choose(
            &format!("El cuerpo no es el JSON esperado (línea {line}, columna {column})."),
            &format!("The body is not the JSON expected (line {line}, column {column})."),
        );
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_json", sentence)
    })
}

fn parse(sent: &SendRequest, language: Language) -> Result<SendMessage, ApiError> {
    let wrong = |field, code, spanish: &str, english: &str| {
        ApiError::field(field, code, language.choose(spanish, english))
    };
    if sent.template.is_some() || sent.variables.is_some() {
        // Sending the plain text instead would be a lie.
        let spanish =
            "Las plantillas todavía no se pueden usar. Quite template y variables y envíe messageBody.";
        let english = "Templates cannot be used yet. Leave template and variables out and send messageBody.";
        return Err(wrong("template", "templates_unavailable", spanish, english));
    }
    let phone = Phone::parse_api(sent.to_phone_number.as_deref().unwrap_or_default()).map_err(|error| {
        let english = "The phone number must be in international form, for example +18095551234.";
        wrong("toPhoneNumber", "invalid_phone_number", error.sentence(), english)
    })?;
    let body = MessageBody::parse(sent.message_body.as_deref().unwrap_or_default()).map_err(|error| {
        let english = format!("The message cannot be sent: {error}.");
        wrong("messageBody", "invalid_message_body", &error.sentence(), &english)
    })?;
    let image_url = ImageUrl::parse(sent.image_url.as_deref().unwrap_or_default()).map_err(|spanish| {
        let english = "The picture's address must be whole and begin with https://.";
        wrong("imageUrl", "invalid_image_url", spanish, english)
    })?;
    let about =
        sent.vehicle_id.as_deref().filter(|id| !id.is_empty()).map(str::parse).transpose().map_err(|_| {
            let spanish = "vehicleId debe ser el identificador de un vehículo a la venta.";
            let english = "vehicleId must be the id of a vehicle that is for sale.";
            wrong("vehicleId", "unknown_vehicle", spanish, english)
        })?;
    let kind = sent.kind.as_deref().map_or(Ok(Kind::Contact), str::parse).map_err(|spanish: &str| {
        let english = "kind must be contact, new_interest, test_drive, listing_expiry or offer.";
        wrong("kind", "invalid_kind", spanish, english)
    })?;
    Ok(SendMessage { to: Recipient::Number { phone, about }, body, image_url, kind, key: None })
}

/// RFC 7240.
fn prefers_async(headers: &HeaderMap) -> bool {
    let lines = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .any(|preference| preference.trim().eq_ignore_ascii_case("respond-async"))
}

/// 200 once Twilio took it, 502 (or 400 for the number) if it refused, 202 while that is not known.
fn answer(detail: &MessageDetail, respond_async: bool, language: Language) -> Result<Response, ApiError> {
    let message = &detail.message;
    let first = detail.parts.first();
    let sid = first.and_then(|part| part.sid.clone());
    if message.not_sent {
        let words = message.outcome();
        let spanish = words.map_or_else(
            || "Twilio no aceptó el mensaje.".to_owned(),
            |outcome| format!("{} {}", outcome.what, outcome.todo),
        );
        let english = "Twilio did not take the message; nothing was sent and nothing is charged.";
        return Err(refusal(message.error_code, language.choose(&spanish, english)));
    }
    let taken = sid.is_some() && !respond_async;
    let body = SendAnswer {
        success: true,
        message_id: if taken { sid } else { None },
        id: message.id.to_string(),
        status: message.status.as_str(),
        cost: message.cost,
        parts: message.parts,
    };
    if taken {
        return Ok((StatusCode::OK, Json(body)).into_response());
    }
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location(message.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
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
