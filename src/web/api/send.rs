//! `POST /api/whatsapp/send`

mod answer;
mod template;

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

pub use self::answer::location;
use self::{
    answer::{SendAnswer, answer, taken_in},
    template::template_of,
};
use super::{
    Caller,
    document::kinds_or_null,
    error::{ApiError, ErrorBody, Language},
    idempotency::{is_under_way, keep, key_of, replay},
    rate_limit::set_left,
};
use crate::{
    app::{
        actor::Actor,
        error::AppError,
        limits_now::limits_now,
        send_message::{Recipient, SendMessage, Sent, send_message},
        wait_for_outcome::wait_for_outcome,
    },
    domain::{
        body::Body as MessageBody, image_url::ImageUrl, kind::Kind, limits::Decision, parts::split,
        phone::Phone, user::Role,
    },
    web::state::AppState,
};

const MOST_BYTES: usize = 64 * 1024;
/// How long a caller waits for Twilio before he gets 202.
const PATIENCE: Duration = Duration::from_secs(10);

// The comments on fields below are the document's words.

/// What to send to whom.
#[derive(Deserialize, ToSchema)]
#[schema(description = "Qué se envía y a quién.")]
#[serde(rename_all = "camelCase")]
struct SendRequest {
    /// El número, en formato internacional. Espacios, guiones y corchetes sobran; a diez cifras de 809, 829 o 849 se les
    /// antepone +1. Un comprador solo puede escribir a un concesionario o al vendedor de un vehículo.
    #[schema(value_type = String, required = true, max_length = 60, example = "+18095551234",
        pattern = r"^[ \-()\[\]\u00a0\u2010-\u2015\u2212]*\+?[ \-()\[\]\u00a0\u2010-\u2015\u2212]*[1-9]([ \-()\[\]\u00a0\u2010-\u2015\u2212]*[0-9]){1,14}[ \-()\[\]\u00a0\u2010-\u2015\u2212]*$")]
    to_phone_number: Option<String>,
    /// El texto: algo visible, sin caracteres de control más que saltos de línea y tabulaciones. Uno largo sale en
    /// partes consecutivas de hasta 1,600 unidades UTF-16.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 4096, example = "Hola, ¿sigue disponible?",
        pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]+$")]
    message_body: Option<String>,
    /// La dirección https de una imagen, que Twilio descarga.
    #[schema(max_length = 2000, pattern = "^(https://.+)?$", example = "https://ejemplo.com/foto.jpg")]
    image_url: Option<String>,
    /// El vehículo a la venta del que se trata.
    #[schema(
        pattern = "^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?$",
        example = "0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20"
    )]
    vehicle_id: Option<String>,
    #[schema(schema_with = kinds_or_null)]
    kind: Option<String>,
    /// El nombre de una plantilla de OKLA, en lugar de `messageBody`. Sin él, un texto va con la plantilla que le toca
    /// cuando el destinatario lleva 24 horas sin escribir, y libre si no.
    #[schema(max_length = 100, pattern = "^[a-z0-9_]*$", example = "okla_mensaje")]
    template: Option<String>,
    /// Lo que llena cada lugar de la plantilla, por su número o su nombre.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>, example = json!({ "1": "Auto Feria" }))]
    variables: Option<BTreeMap<String, String>>,
}

#[utoipa::path(
    post, path = "/api/whatsapp/send", tag = "Mensajes",
    summary = "Enviar un mensaje",
    description = "Responde cuando Twilio lo tomó o lo rechazó, y a los 10 segundos aunque todavía no se sepa. Un mensaje se envía una sola vez: si la respuesta de Twilio se pierde queda `verifying` y se busca allí, nunca se repite a ciegas.",
    params(
        ("Idempotency-Key" = Option<String>, Header, max_length = 255,
            description = "Una clave de quien llama. Repetir la misma petición con ella en 24 horas repite la respuesta en lugar de enviar otra vez. Queda ligada cuando un mensaje se acepta; un rechazo no la gasta."),
        ("Prefer" = Option<String>, Header, example = "respond-async",
            description = "`respond-async`: no esperar a Twilio (RFC 7240)."),
    ),
    request_body(content = SendRequest, description = "Hasta 64 KiB de JSON. Los campos que no se conocen se ignoran.",
        example = json!({ "toPhoneNumber": "+18095551234", "messageBody": "Hola, ¿sigue disponible?" })),
    responses(
        (status = 200, description = "Twilio lo tomó; de varias partes, la primera.", body = SendAnswer,
            headers(
                ("RateLimit" = String, description = "Cuánto queda del límite que aprieta y cuándo se libera, en segundos: `\"user_hour\";r=97;t=3600`."),
                ("RateLimit-Policy" = String, description = "Ese límite y su ventana: `\"user_hour\";q=100;w=3600`."),
                ("Idempotent-Replayed" = String, description = "`true` cuando es la respuesta repetida de una clave."),
            ),
            example = json!({ "success": true, "messageId": "SM00000000000000000000000000000001", "id": "0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20", "status": "queued", "cost": 0.015, "parts": 1 })),
        (status = 202, description = "Aceptado; Twilio todavía no ha respondido.", body = SendAnswer,
            headers(
                ("Location" = String, description = "Dónde preguntar por él."),
                ("RateLimit" = String, description = "Como en 200."),
                ("RateLimit-Policy" = String, description = "Como en 200."),
                ("Idempotent-Replayed" = String, description = "Como en 200."),
            ),
            example = json!({ "success": true, "messageId": null, "id": "0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20", "status": "queued", "cost": 0.015, "parts": 1 })),
        (status = 400, body = ErrorBody, description = "El JSON o un campo no sirve: `invalid_json`, `invalid_phone_number`, `invalid_message_body`, `invalid_image_url`, `unknown_vehicle`, `invalid_kind`, `invalid_template`, `invalid_variables`, `invalid_idempotency_key`.",
            headers(("Idempotent-Replayed" = String, description = "Como en 200.")),
            example = json!({ "error": "El número de teléfono debe estar en formato internacional, por ejemplo +18095551234.", "code": "invalid_phone_number", "field": "toPhoneNumber" })),
        (status = 403, body = ErrorBody, description = "No permitido: `recipient_not_allowed`, `template_not_allowed`; de una oferta, `consent_required` y `quiet_hours`.",
            headers(("Retry-After" = i64, description = "Segundos, cuando es la hora.")),
            example = json!({ "error": "Un comprador solo puede escribir a un concesionario o al vendedor de un vehículo.", "code": "recipient_not_allowed" })),
        (status = 409, body = ErrorBody, description = "El destinatario pidió no recibir mensajes (`opted_out`), ya recibió las ofertas que OKLA permite en 7 días (`frequency_cap`), o una petición con la misma clave está en curso.",
            headers(("Retry-After" = i64, description = "Segundos, cuando es la clave o la frecuencia."))),
        (status = 413, body = ErrorBody, description = "Más de 64 KiB (`too_large`)."),
        (status = 415, body = ErrorBody, description = "No es `application/json` (`unsupported_media_type`)."),
        (status = 422, body = ErrorBody, description = "La clave ya se usó con otra petición."),
        (status = 429, body = ErrorBody, description = "Un límite: `daily_limit`, `hourly_limit`, `dealer_daily_limit`, `buyer_limit`, `recipient_limit`, `budget`, `meta_tier`. No se envió ni se cobró nada.",
            headers(
                ("Retry-After" = i64, description = "Segundos hasta que hay lugar."),
                ("RateLimit" = String, description = "Como en 200."),
                ("RateLimit-Policy" = String, description = "Como en 200."),
            ),
            example = json!({ "error": "Usted alcanzó su límite de mensajes por hora. Hay lugar de nuevo a las 14:05.", "code": "hourly_limit" })),
        (status = 502, body = ErrorBody, description = "Twilio no lo aceptó: `twilio_` y su número, o `twilio_unavailable`. No se cobró nada.",
            headers(("Idempotent-Replayed" = String, description = "Como en 200.")),
            example = json!({ "error": "El destinatario pidió no recibir mensajes de este número.", "code": "twilio_21610" })),
        (status = 503, body = ErrorBody, description = "Los envíos están en pausa (`paused`), o WhatsApp no deja pasar ahora la plantilla que haría falta (`template_unavailable`).",
            headers(("Retry-After" = i64, description = "Segundos, si se sabe."))),
    )
)]
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
    if command.template.is_some() && actor.role == Role::Buyer {
        return Err(refuse(AppError::Forbidden {
            code: "template_not_allowed",
            message: "Un comprador escribe con sus propias palabras: quite template y envíe messageBody.",
        }));
    }
    let asked = command.clone();
    let sent = send_message(&state, &actor, command).await.map_err(refuse)?;
    let now = state.clock.now();
    let (id, receipt, decision) = match sent {
        Sent::Accepted(id, receipt) => {
            let decision = receipt.decision.clone();
            (id, Some(receipt), decision)
        }
        Sent::Before(before) => {
            let decision = limits_of(&state, &actor, &asked).await;
            match before.answer {
                Some((status, body)) => {
                    let mut response = replay(before.message, status, body);
                    set_left(&mut response, &decision, actor.role, now);
                    return Ok(response);
                }
                None if is_under_way(before.at, now) => return Err(refuse(AppError::KeyInProgress)),
                None => (before.message, None, decision),
            }
        }
    };
    let mut response = if let Some(receipt) = receipt.filter(|_| respond_async) {
        taken_in(id, &receipt)
    } else {
        let patience = if respond_async { Duration::ZERO } else { PATIENCE };
        let detail = wait_for_outcome(&state, &actor, id, patience).await.map_err(refuse)?;
        answer(&detail, language).unwrap_or_else(IntoResponse::into_response)
    };
    set_left(&mut response, &decision, actor.role, now);
    match key {
        Some(key) => keep(&state, &actor, &key, response).await.map_err(refuse),
        None => Ok(response),
    }
}

/// The limits as they stand for another message like this; none to tell of if such a one could not be sent now.
async fn limits_of(state: &AppState, actor: &Actor, asked: &SendMessage) -> Decision {
    let parts = i16::try_from(split(asked.body.as_str()).len()).unwrap_or(i16::MAX);
    match limits_now(state, actor, &asked.to, asked.kind, parts).await {
        Ok(outlook) => outlook.decision,
        Err(error) => {
            tracing::info!(%error, "the limits cannot be told with a repeated answer");
            Decision::default()
        }
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
    let phone = Phone::parse_api(sent.to_phone_number.as_deref().unwrap_or_default()).map_err(|error| {
        let english = "The phone number must be in international form, for example +18095551234.";
        wrong("toPhoneNumber", "invalid_phone_number", error.sentence(), english)
    })?;
    let template = template_of(sent, language)?;
    let words = template.as_ref().map_or(sent.message_body.as_deref(), |filled| Some(filled.text.as_str()));
    let body = MessageBody::parse(words.unwrap_or_default()).map_err(|error| {
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
    let own = template.as_ref().map_or(Kind::Contact, |filled| filled.purpose.kind());
    let kind = sent.kind.as_deref().map_or(Ok(own), str::parse).map_err(|spanish: &str| {
        let english = "kind must be contact, new_interest, test_drive, listing_expiry or offer.";
        wrong("kind", "invalid_kind", spanish, english)
    })?;
    Ok(SendMessage {
        to: Recipient::Number { phone, about },
        body,
        image_url,
        kind,
        key: None,
        reason: None,
        template,
        resend_of: None,
    })
}

/// RFC 7240.
fn prefers_async(headers: &HeaderMap) -> bool {
    let lines = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .any(|preference| preference.trim().eq_ignore_ascii_case("respond-async"))
}
