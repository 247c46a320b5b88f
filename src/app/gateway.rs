//! The one port to the provider. Its errors say what a caller may do next, which is all that matters to delivery.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use rust_decimal::Decimal;

/// What to send. Addresses are E.164 with `+`, without a channel prefix.
#[derive(Clone, Debug)]
pub struct Outbound {
    pub to: String,
    pub from: String,
    pub content: Content,
    /// Where the provider reports, our own id in its query; absolute URL.
    pub status_callback: String,
}

#[derive(Clone, Debug)]
pub enum Content {
    /// Free text of at most 1,600 UTF-16 units, and at most one https picture.
    Text { body: String, media_url: Option<String> },
    /// An approved template and its variables.
    Template { content_sid: String, variables: BTreeMap<String, String> },
}

/// A message as the provider tells it. Everything may be missing but the sid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderMessage {
    pub sid: String,
    /// The provider's own word, known to us or not.
    pub status: String,
    /// E.164 with `+`; the channel prefix is removed.
    pub to: Option<String>,
    pub from: Option<String>,
    pub body: Option<String>,
    pub direction: Option<String>,
    pub error_code: Option<i32>,
    pub error_message: Option<String>,
    pub num_segments: Option<i16>,
    pub num_media: Option<i16>,
    /// What the provider charges, positive, in `price_unit`; filled minutes after the send, or never.
    pub price: Option<Decimal>,
    /// ISO 4217, upper case.
    pub price_unit: Option<String>,
    pub date_created: Option<DateTime<Utc>>,
    pub date_sent: Option<DateTime<Utc>>,
}

/// A page of the provider's list, newest first.
#[derive(Clone, Debug, Default)]
pub struct ProviderPage {
    pub messages: Vec<ProviderMessage>,
    /// Opaque; to be given back verbatim.
    pub next: Option<String>,
}

/// Why a call failed, by what may be done next (Twilio fact sheet §9).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GatewayError {
    /// Certainly not done, and asking again would fail again.
    #[error("refused with HTTP {http_status}, code {code:?}: {message}")]
    Refused { http_status: u16, code: Option<i32>, message: String },
    /// Certainly not done; later it may work.
    #[error("not done, may be retried: {reason}")]
    Retry { reason: String, code: Option<i32>, after: Option<Duration> },
    /// It may have been done: a 5xx, a time-out or a broken connection after the request left.
    #[error("outcome unknown: {reason}")]
    Unknown { reason: String },
}

/// A provider of WhatsApp messages.
pub trait Gateway: Send + Sync + 'static {
    /// Creates a message. There is no idempotency key: `Unknown` must never be answered by a second call.
    fn send<'a>(&'a self, message: &'a Outbound) -> BoxFuture<'a, Result<ProviderMessage, GatewayError>>;

    /// The provider's present word on a message; `None` when it has none by that sid.
    fn fetch<'a>(&'a self, sid: &'a str) -> BoxFuture<'a, Result<Option<ProviderMessage>, GatewayError>>;

    /// Messages from `from` to `to` (E.164), newest first; `page` is a former answer's `next`.
    fn list<'a>(
        &'a self,
        to: &'a str,
        from: &'a str,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ProviderPage, GatewayError>>;
}
