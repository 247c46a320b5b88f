//! Twilio's errors: HTTP status, code, sentence.

use std::io;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::answer::Answer;

/// An API error as Twilio words it.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub code: u32,
    pub message: String,
    /// A second sentence, which only some errors have.
    pub detail: Option<&'static str>,
}

impl Refusal {
    pub fn new(status: StatusCode, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), detail: None }
    }

    /// 400.
    pub fn bad(code: u32, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 401, code 20003.
    pub fn stranger() -> Self {
        let detail = Some("Your AccountSid or AuthToken was incorrect.");
        Self { detail, ..Self::new(StatusCode::UNAUTHORIZED, 20003, "Authenticate") }
    }

    /// 403, code 20005: the account is suspended or closed. Twilio's dictionary names the code and no HTTP status; its
    /// credentials being good, 401 would be untrue, and public code that handles it expects 403.
    pub fn inactive() -> Self {
        Self::new(StatusCode::FORBIDDEN, 20005, "Account not active")
    }

    /// 404, code 20404; `path` is what was asked for.
    pub fn absent(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, 20404, format!("The requested resource {path} was not found"))
    }

    /// 500, code 20500: nothing was done.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 20500, "An internal server error has occurred")
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        tracing::error!(%error, "the simulator's journal cannot be written");
        Self::internal()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut value = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        });
        if let Some(detail) = self.detail {
            value["detail"] = detail.into();
        }
        Answer { status: self.status, root: "RestException", value }.into_response()
    }
}
