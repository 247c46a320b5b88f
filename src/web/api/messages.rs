//! `GET /api/whatsapp/messages`

use axum::{
    Json,
    extract::{RawQuery, State},
    http::HeaderMap,
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Caller,
    document::{kinds, statuses},
    error::{ApiError, ErrorBody, Language},
    list_query::ListQuery,
};
use crate::{
    app::{
        actor::Actor,
        search_messages::{Found, search_messages},
    },
    domain::user::Role,
    web::state::AppState,
};

// The comments on fields below are the document's words.

/// A page of the list.
#[derive(Serialize, ToSchema)]
#[schema(description = "Una página de la lista.")]
#[serde(rename_all = "camelCase")]
pub struct MessagesAnswer {
    /// El más nuevo primero.
    #[schema(max_items = 100)]
    messages: Vec<MessageAnswer>,
    /// Para pedir la página siguiente; nulo en la última.
    next_cursor: Option<String>,
}

/// A message as the list has it.
#[derive(Serialize, ToSchema)]
#[schema(description = "Un mensaje, con los mismos nombres y números que en `status`.")]
#[serde(rename_all = "camelCase")]
struct MessageAnswer {
    /// El identificador de OKLA.
    #[schema(format = "uuid")]
    id: String,
    /// El de Twilio, de la primera parte.
    message_id: Option<String>,
    /// E.164. A OKLA, de lo que no escribió ella, se le tapa: el entero se ve en la página, con motivo y auditoría.
    #[schema(pattern = "^(\\+[1-9][0-9]{1,14}|\\+?[0-9]*…[0-9]*)$", example = "+18095551234")]
    to: String,
    /// El texto, como se escribió.
    body: String,
    #[schema(schema_with = kinds)]
    kind: &'static str,
    /// El vehículo del que se trata.
    #[schema(format = "uuid")]
    vehicle_id: Option<String>,
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
    /// Cuántos mensajes de Twilio son.
    #[schema(minimum = 1)]
    parts: i16,
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
}

#[utoipa::path(
    get, path = "/api/whatsapp/messages", tag = "Mensajes",
    summary = "Listar mensajes",
    description = "Los que el dueño del token puede ver: un comprador, los suyos; un concesionario, los que escribió y los que se le cobran; OKLA, todos. Lo que se escriba mientras tanto no mueve las páginas.",
    params(
        ("cursor" = Option<String>, Query, pattern = "^([0-9a-f]{48})?$", description = "El `nextCursor` de la página anterior."),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Cuántos; 50 si no se dice."),
        ("status" = Option<String>, Query, description = "Uno o varios estados, con comas.", example = json!("failed,undelivered")),
        ("from" = Option<String>, Query, description = "Escritos desde este día de Santo Domingo, o desde este instante.", example = json!("2026-11-01"),
            pattern = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+\-][0-9]{2}:[0-9]{2}))?)?$"),
        ("to" = Option<String>, Query, description = "Hasta este día, entero, o antes de este instante.", example = json!("2026-11-23T18:00:00-04:00"),
            pattern = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+\-][0-9]{2}:[0-9]{2}))?)?$"),
        ("q" = Option<String>, Query, max_length = 100, description = "Parte del texto sin importar acentos ni mayúsculas, parte del número como sea que se escriba, o palabras del vehículo."),
    ),
    responses(
        (status = 200, description = "Una página.", body = MessagesAnswer),
        (status = 400, description = "Un parámetro no sirve: `invalid_cursor`, `invalid_limit`, `invalid_status`, `invalid_time`, `invalid_search`, `repeated_parameter`.", body = ErrorBody,
            example = json!({ "error": "limit debe ser un número entero de 1 a 100.", "code": "invalid_limit", "field": "limit" })),
    )
)]
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
        messages: page.messages.into_iter().map(|found| answer(found, &actor)).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}

fn answer(Found { message, sid }: Found, reader: &Actor) -> MessageAnswer {
    let is_open =
        (reader.role != Role::Admin || message.sender_role == Role::Admin) && message.told_as.is_none();
    MessageAnswer {
        id: message.id.to_string(),
        message_id: sid,
        error_message: message.outcome().map(|outcome| outcome.what),
        to: if is_open { message.to.into() } else { message.to.masked() },
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
