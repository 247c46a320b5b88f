//! An HTTP answer, and what it says about the request's fate (fact sheet §9).

use std::{error::Error as _, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{
    RequestBuilder, Response, StatusCode,
    header::{AsHeaderName, DATE, HeaderMap, RETRY_AFTER},
};

use super::wire;
use crate::app::gateway::GatewayError;

/// More of a body is not read; a page of 50 messages is a fifth of it.
const BODY_LIMIT: usize = 1024 * 1024;

/// The longest wait taken from a `Retry-After`.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// `Twilio-Request-Id`, what Twilio's support asks for.
    pub(super) request_id: Option<String>,
    /// Its own clock.
    pub(super) date: Option<DateTime<Utc>>,
    retry_after: Option<Duration>,
    /// As much of the body as came.
    text: String,
    /// Why the body ended early.
    broken: Option<String>,
}

/// Twilio error dictionary, 20429: too many concurrent requests; not processed.
const TOO_MANY_REQUESTS: i32 = 20_429;

impl Answer {
    /// Sends the request and reads what comes back, a body cut short included.
    pub(super) async fn receive(request: RequestBuilder) -> Result<Self, GatewayError> {
        let mut response = request.send().await.map_err(|error| {
            // Nothing of a request leaves before the connection stands; afterwards anything may have happened.
            if error.is_connect() {
                GatewayError::Retry { reason: describe(error), code: None, after: None }
            } else {
                GatewayError::Unknown { reason: describe(error) }
            }
        })?;
        let (text, broken) = read(&mut response).await;
        let headers = response.headers();
        Ok(Self {
            status: response.status(),
            request_id: header(headers, "Twilio-Request-Id").map(str::to_owned),
            date: date(headers),
            retry_after: retry_after(headers),
            text,
            broken,
        })
    }

    /// 2xx is done if it can be read; 4xx certainly not done; all else may have been.
    pub(super) fn judge<T>(&self, decode: impl FnOnce(&str) -> Option<T>) -> Result<T, GatewayError> {
        let http_status = self.status.as_u16();
        if self.status.is_success() {
            return decode(&self.text).ok_or_else(|| GatewayError::Unknown {
                reason: match &self.broken {
                    Some(cause) => format!("HTTP {http_status}, and its body broke off: {cause}"),
                    None => format!("HTTP {http_status} with a body that is no answer of Twilio's"),
                },
            });
        }
        if !self.status.is_client_error() {
            return Err(GatewayError::Unknown { reason: format!("HTTP {http_status}") });
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(GatewayError::Retry {
                reason: "HTTP 429".to_owned(),
                code: Some(TOO_MANY_REQUESTS),
                after: self.retry_after,
            });
        }
        let (code, message) = wire::refusal(&self.text);
        Err(GatewayError::Refused { http_status, code, message })
    }
}

async fn read(response: &mut Response) -> (String, Option<String>) {
    let mut bytes = Vec::new();
    let broken = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break None,
            Err(error) => break Some(describe(error)),
        }
        if bytes.len() > BODY_LIMIT {
            break Some(format!("it is longer than {BODY_LIMIT} bytes"));
        }
    };
    (String::from_utf8_lossy(&bytes).into_owned(), broken)
}

fn header(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(header(headers, DATE)?).ok().map(|date| date.to_utc())
}

/// Seconds, or a date that is read against the answer's own `Date`, so that no clock of ours matters.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = header(headers, RETRY_AFTER)?.trim();
    let wait = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let until = DateTime::parse_from_rfc2822(text).ok()?;
        (until.to_utc() - date(headers)?).to_std().ok()?
    };
    Some(wait.min(LONGEST_WAIT))
}

/// The error and its causes, without the URL, whose query holds a telephone number.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
