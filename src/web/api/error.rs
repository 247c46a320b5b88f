//! `{"error","code","field"?}` with a sentence in Spanish or, by `Accept-Language`, in English.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::rate_limit::set_refused;
use crate::{
    app::error::{AppError, OPTED_OUT},
    domain::{
        limits::{Limit, Refusal},
        offer::Withheld,
    },
};

/// The language of error sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Spanish,
    English,
}

impl Language {
    /// English if `Accept-Language` weighs it more than Spanish, or as much and names it first; else Spanish.
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
        let (mut best, mut language) = (0.0, Self::Spanish);
        for range in lines.flat_map(|line| line.split(',')) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let named = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "es" | "*" => Self::Spanish,
                "en" => Self::English,
                _ => continue,
            };
            let weight =
                weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
            if weight > best {
                (best, language) = (weight, named);
            }
        }
        language
    }

    pub fn choose(self, spanish: &str, english: &str) -> String {
        match self {
            Self::Spanish => spanish,
            Self::English => english,
        }
        .to_owned()
    }
}

/// An answer that is an error.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    retry_after: Option<Duration>,
    /// The limit that refused, for its headers.
    refused: Option<Box<Refusal>>,
    body: ErrorBody,
}

/// Why no.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error, description = "Por qué no.")]
pub struct ErrorBody {
    /// Una frase para personas, en español o, por `Accept-Language`, en inglés.
    #[schema(
        example = "El número de teléfono debe estar en formato internacional, por ejemplo +18095551234."
    )]
    error: String,
    /// Una palabra estable, para programas.
    #[schema(pattern = "^[a-z]+(_[a-z0-9]+)*$", example = "invalid_phone_number")]
    code: String,
    /// El campo o parámetro que hay que corregir.
    #[schema(example = "toPhoneNumber")]
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
}

impl ApiError {
    pub fn new(status: StatusCode, code: impl Into<String>, error: String) -> Self {
        Self {
            status,
            retry_after: None,
            refused: None,
            body: ErrorBody { error, code: code.into(), field: None },
        }
    }

    pub fn field(field: &'static str, code: &'static str, error: String) -> Self {
        let mut answer = Self::new(StatusCode::BAD_REQUEST, code, error);
        answer.body.field = Some(field);
        answer
    }

    pub fn unauthorized(language: Language) -> Self {
        let sentence = language.choose(
            "Falta un token válido. Envíelo así: Authorization: Bearer TOKEN.",
            "A valid token is missing. Send it as Authorization: Bearer TOKEN.",
        );
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", sentence)
    }

    pub fn unsupported_media_type(language: Language) -> Self {
        let sentence = language.choose(
            "Envíe JSON, con Content-Type: application/json.",
            "Send JSON, with Content-Type: application/json.",
        );
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", sentence)
    }

    pub fn too_large(language: Language) -> Self {
        let sentence = language.choose("La petición pasa de 64 KiB.", "The request is larger than 64 KiB.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence)
    }

    pub fn not_found(language: Language) -> Self {
        let sentence = language.choose(
            "No existe, o su token no puede verlo.",
            "It does not exist, or your token may not see it.",
        );
        Self::new(StatusCode::NOT_FOUND, "not_found", sentence)
    }

    /// What a use case refused; a fault is logged here and not shown.
    pub fn from_app(error: AppError, language: Language) -> Self {
        match error {
            AppError::Invalid(fields) => match fields.into_iter().next() {
                Some(field) => {
                    let english = match field.code {
                        "search_too_slow" => {
                            "The search took too long. Narrow it with from and to, or a status."
                        }
                        "invalid_template" => "An offer always goes by its own template: leave template out.",
                        "invalid_message_body" => {
                            "An offer has to fit whole into its template. Shorten it and try again."
                        }
                        _ => "vehicleId must be the id of a vehicle that is for sale.",
                    };
                    Self::field(field.field, field.code, language.choose(&field.message, english))
                }
                None => Self::unexpected(language),
            },
            AppError::NotFound => Self::not_found(language),
            AppError::Forbidden { code, message } => {
                let english = match code {
                    "template_not_allowed" => {
                        "A buyer writes in his own words: send messageBody, not template."
                    }
                    _ => "A buyer may only write to a dealer or to a vehicle's seller.",
                };
                Self::new(StatusCode::FORBIDDEN, code, language.choose(message, english))
            }
            AppError::Limit(refusal) => {
                let english = match refusal.limit {
                    Limit::PlatformDay => "OKLA has reached its limit of messages for today.",
                    Limit::DealerHour | Limit::UserHour => "The limit of messages per hour is reached.",
                    Limit::DealerDay => "Your dealer has reached its limit for today.",
                    Limit::BuyerDay => "You have reached your limit of messages in 24 hours.",
                    Limit::PairDay => "You have written to this number too often in 24 hours.",
                    Limit::DealerBudget => "The dealer's budget for messages of this month is spent.",
                    Limit::MetaTier => "OKLA has reached WhatsApp's limit of new recipients for now.",
                };
                let sentence = language.choose(&refusal.sentence(), english);
                let mut answer = Self::new(StatusCode::TOO_MANY_REQUESTS, refusal.limit.code(), sentence);
                answer.retry_after = Some(refusal.retry_after);
                answer.refused = Some(Box::new(refusal));
                answer
            }
            AppError::Paused(paused) => {
                let english = "OKLA has paused sending. Nothing was sent; try again later.";
                let sentence = language.choose(&paused.sentence(), english);
                let mut answer = Self::new(StatusCode::SERVICE_UNAVAILABLE, "paused", sentence);
                answer.retry_after = paused.retry_after;
                answer
            }
            AppError::NoTemplate(purpose) => {
                let english = "WhatsApp only lets an approved template through after 24 hours without an answer, and this \
                               one is not available now. Nothing was sent or charged.";
                let sentence = language.choose(&purpose.unavailable(), english);
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "template_unavailable", sentence)
            }
            AppError::OptedOut => {
                let english = "The recipient has asked to get no more messages. Nothing was sent or charged.";
                Self::new(StatusCode::CONFLICT, "opted_out", language.choose(OPTED_OUT, english))
            }
            AppError::Withheld { why, retry_after } => Self::withheld(why, retry_after, language),
            AppError::KeyReused => {
                let sentence = language.choose(
                    "Esa Idempotency-Key ya se usó con otra petición. Use una clave nueva para cada mensaje.",
                    "This Idempotency-Key was used with another request. Use a new key for each message.",
                );
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", sentence)
            }
            AppError::KeyInProgress => {
                let sentence = language.choose(
                    "La primera petición con esa Idempotency-Key todavía está en curso. Repítala en un momento.",
                    "The first request with this Idempotency-Key is still in progress. Repeat it in a moment.",
                );
                let mut answer = Self::new(StatusCode::CONFLICT, "idempotency_key_in_progress", sentence);
                answer.retry_after = Some(Duration::from_secs(1));
                answer
            }
            AppError::Throttled { retry_after } => {
                let sentence = language
                    .choose("Demasiados intentos. Espere un poco.", "Too many attempts. Wait a little.");
                let mut answer = Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", sentence);
                answer.retry_after = Some(retry_after);
                answer
            }
            AppError::SignedOut | AppError::BadCredentials => Self::unauthorized(language),
            AppError::Database(_) | AppError::Fault(_) => {
                tracing::error!(%error, "an API request failed");
                Self::unexpected(language)
            }
        }
    }

    /// An offer that its recipient may not get, or not now.
    fn withheld(why: Withheld, retry_after: Option<Duration>, language: Language) -> Self {
        let (status, english) = match why {
            Withheld::Person(_) => (
                StatusCode::FORBIDDEN,
                "An offer needs the recipient's recorded consent: a buyer with a proved number who wrote to the dealer and \
                 wants offers. Nothing was sent or charged.",
            ),
            Withheld::Frequency(_) => {
                (StatusCode::CONFLICT, "The recipient has got as many offers as OKLA allows in 7 days.")
            }
            Withheld::Quiet(_) => {
                (StatusCode::FORBIDDEN, "This is no hour for offers. Try again by day in Santo Domingo.")
            }
        };
        let mut answer = Self::new(status, why.code(), language.choose(&why.sentence(), english));
        answer.retry_after = retry_after;
        answer
    }

    fn unexpected(language: Language) -> Self {
        let sentence = language.choose(
            "Algo falló de nuestro lado. Inténtelo de nuevo en un momento.",
            "Something failed on our side. Try again in a moment.",
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "unexpected", sentence)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(wait) = self.retry_after {
            // Up, never down: who comes a fraction of a second early is refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
            if let Some(refusal) = &self.refused {
                set_refused(response.headers_mut(), refusal, i64::try_from(seconds).unwrap_or(i64::MAX));
            }
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// 405 for a known path.
pub async fn wrong_method(headers: HeaderMap) -> ApiError {
    let sentence = Language::of(&headers)
        .choose("Este camino no acepta ese método.", "This path does not accept that method.");
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", sentence)
}

/// 404 under `/api/`.
pub async fn unknown_path(headers: HeaderMap) -> ApiError {
    ApiError::not_found(Language::of(&headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavier_language_wins_and_spanish_when_none_is_asked_for() {
        let language = |wanted: &'static str| {
            Language::of(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(wanted))]))
        };
        for english in
            ["en", "EN-us", "fr, en;q=0.2", "es;q=0.3, en; q=0.8", "en;q=0.9, es;q=0.9", "en, *;q=0.5"]
        {
            assert_eq!(language(english), Language::English, "{english}");
        }
        for spanish in [
            "",
            "es",
            "en-US;q=0.9, es;q=1.0",
            "es, en",
            "fr",
            "*",
            "en;q=0",
            "en;q=x",
            "english",
            "*, en;q=0.5",
        ] {
            assert_eq!(language(spanish), Language::Spanish, "{spanish}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::Spanish);
    }
}
