//! The one port to the provider. Its errors say what a caller may do next, which is all that matters to delivery.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use futures::future::BoxFuture;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::domain::rates::Category;

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
    /// When the provider last touched it.
    pub date_updated: Option<DateTime<Utc>>,
    pub date_sent: Option<DateTime<Utc>>,
}

/// A page of the provider's list, newest first.
#[derive(Clone, Debug, Default)]
pub struct ProviderPage {
    pub messages: Vec<ProviderMessage>,
    /// Opaque; to be given back verbatim.
    pub next: Option<String>,
}

/// What the account used and owes in one category over a span of days (UTC), both included. No record is a part of another.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRecord {
    /// The provider's own word, as `channels-messaging-outbound`.
    pub category: String,
    pub count: i64,
    /// What is billed, in a unit of the provider's; for messages the count again.
    pub usage: Option<Decimal>,
    /// Positive is owed, exactly as the provider wrote it.
    pub price: Decimal,
    /// ISO 4217, upper case.
    pub price_unit: String,
    pub start: NaiveDate,
    pub end: NaiveDate,
}

/// One of our numbers as the provider knows it, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// `ONLINE`, `OFFLINE`, `PENDING_VERIFICATION` …
    pub status: String,
    /// `HIGH`, `MEDIUM`, `LOW`; missing until it is rated.
    pub quality: Option<String>,
    /// `10K Customers/24hr`; missing until Meta sets it.
    pub messaging_limit: Option<String>,
}

/// A message template of the account, in the provider's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderTemplate {
    pub sid: String,
    pub name: String,
    pub language: String,
    /// With `{{1}}` where a variable goes.
    pub body: String,
    /// `approved`, `pending`, `rejected` …; empty: Meta was not asked.
    pub status: String,
    /// What Meta prices it as, which it may have changed; missing until it is asked.
    pub category: Option<String>,
    pub rejection_reason: Option<String>,
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

impl GatewayError {
    /// Whether this speaks of the account or its credentials: the message is not at fault, and every other one would fare
    /// the same until [`Gateway::probe`] succeeds. Twilio's codes (fact sheet §7): 20003 bad credentials, 20005 account not
    /// active, 20006 and 20403 no access, 20008 test credentials, 20404 unknown account. What concerns one recipient
    /// (21408, 21608), our sender (63007) or a limit (63038) is none of them, for no probe would tell when it is over.
    pub fn closes_the_line(&self) -> bool {
        let Self::Refused { http_status, code, .. } = self else { return false };
        *http_status == 401 || matches!(code, Some(20_003 | 20_005 | 20_006 | 20_008 | 20_403 | 20_404))
    }
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

    /// Proves that credentials and account work, with the cheapest read that can; an account that is suspended or closed
    /// is `Refused`, code 20005.
    fn probe(&self) -> BoxFuture<'_, Result<(), GatewayError>>;

    /// Everything that WhatsApp messages cost from `from` to `to` (days of UTC, both included), by category.
    fn usage(&self, from: NaiveDate, to: NaiveDate) -> BoxFuture<'_, Result<Vec<UsageRecord>, GatewayError>>;

    /// One of our numbers (E.164) as a WhatsApp sender; `None`: the account has none by that number.
    fn sender<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Option<Sender>, GatewayError>>;

    /// The account's templates, the oldest first.
    fn templates(&self) -> BoxFuture<'_, Result<Vec<ProviderTemplate>, GatewayError>>;

    /// Makes a template of the body of `POST /v1/Content`; its sid. Asks nobody for approval.
    fn create_template<'a>(&'a self, content: &'a Value) -> BoxFuture<'a, Result<String, GatewayError>>;

    /// Asks Meta to approve a template under this name as one of that category.
    fn submit_template<'a>(
        &'a self,
        sid: &'a str,
        name: &'a str,
        category: Category,
    ) -> BoxFuture<'a, Result<(), GatewayError>>;

    /// What time it is there, by its answer's `Date`, to the second.
    fn time(&self) -> BoxFuture<'_, Result<DateTime<Utc>, GatewayError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(http_status: u16, code: Option<i32>) -> GatewayError {
        GatewayError::Refused { http_status, code, message: String::new() }
    }

    #[test]
    fn account_and_credentials_close_the_line_for_all_messages() {
        for (http_status, code) in [
            (401, Some(20_003)),
            (401, None),
            (403, Some(20_005)),
            (200, Some(20_005)),
            (403, Some(20_008)),
            (404, Some(20_404)),
        ] {
            assert!(refused(http_status, code).closes_the_line(), "{http_status} {code:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_one_message_or_passes_by_itself_leaves_the_line_open() {
        for code in [21_211, 21_408, 21_608, 21_610, 21_617, 63_007, 63_038] {
            assert!(!refused(400, Some(code)).closes_the_line(), "{code}");
        }
        assert!(!refused(403, None).closes_the_line(), "a gateway on the way may dislike one text");
        assert!(!GatewayError::Unknown { reason: String::new() }.closes_the_line());
        let busy = GatewayError::Retry { reason: String::new(), code: Some(20_429), after: None };
        assert!(!busy.closes_the_line());
    }
}
