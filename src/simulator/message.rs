//! A message as the simulator keeps it, and what is still to happen to it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// `SM` or `MM` and 32 hex digits.
    pub sid: String,
    pub inbound: bool,
    /// Full channel addresses, `whatsapp:+…`.
    pub to: String,
    pub from: String,
    pub body: String,
    pub media: Vec<String>,
    pub content_sid: Option<String>,
    /// The JSON text as it came.
    pub content_variables: Option<String>,
    /// The template's, in Meta's words.
    #[serde(default)]
    pub category: Option<String>,
    pub service_sid: Option<String>,
    /// With its fragment of connection overrides, if any.
    pub status_callback: Option<String>,
    pub status: Status,
    pub error_code: Option<u32>,
    /// US$, a negative decimal string; `None` until it is filled.
    pub price: Option<String>,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub sent: Option<DateTime<Utc>>,
    /// In the order of their moments.
    pub pending: Vec<Step>,
}

/// Twilio's words for where a message stands, as far as WhatsApp uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Accepted,
    Scheduled,
    Canceled,
    Queued,
    Sent,
    Delivered,
    Read,
    Undelivered,
    Failed,
    Received,
}

impl Status {
    /// Whether Twilio lets the record be deleted.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Accepted | Self::Scheduled | Self::Queued | Self::Sent)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Canceled => "canceled",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Received => "received",
        })
    }
}

/// Something that will happen to a message at a moment of the simulator's clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub act: Act,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// The status changes.
    Move { status: Status, error_code: Option<u32> },
    /// The price becomes known; US$, a negative decimal string.
    Price(String),
    /// The status callback is posted, `token` its `I-Twilio-Idempotency-Token`.
    Call { status: Status, error_code: Option<u32>, token: Uuid },
}

/// A fresh sid: two letters and 32 hex digits.
pub fn fresh_sid(prefix: &str) -> String {
    format!("{prefix}{}", Uuid::new_v4().simple())
}
