//! One thing said about a part: by Twilio, or by us.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{
    message::Status,
    outcome::{OUTSIDE_WINDOW, OwnReason},
};

/// Who says so. Names are the database's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Callback,
    Create,
    Fetch,
    Okla,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Create => "create",
            Self::Fetch => "fetch",
            Self::Okla => "okla",
        }
    }
}

/// What was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub source: Source,
    /// Twilio's own word, known to us or not; or ours.
    pub status: String,
    pub sid: Option<String>,
    pub error_code: Option<i32>,
    pub error_message: Option<String>,
    pub segments: Option<i16>,
    /// What Twilio says it charges OKLA, positive, and its ISO 4217 currency.
    pub price: Option<(Decimal, String)>,
    /// It never left the house: refused at create, or our own verdict.
    pub not_sent: bool,
    pub own_reason: Option<OwnReason>,
    /// Twilio's own time of it, which only its answers bear: its callbacks tell none (fact sheet §4).
    pub told_at: Option<DateTime<Utc>>,
    /// When to ask Twilio next, if not by the usual plan.
    pub look_after: Option<Duration>,
}

impl Report {
    /// A bare word.
    pub fn of(source: Source, status: &str) -> Self {
        Self {
            source,
            status: status.to_owned(),
            sid: None,
            error_code: None,
            error_message: None,
            segments: None,
            price: None,
            not_sent: false,
            own_reason: None,
            told_at: None,
            look_after: None,
        }
    }

    /// Twilio said no to the create: nothing exists there.
    pub fn refused(code: Option<i32>, message: &str) -> Self {
        Self {
            error_code: code,
            error_message: Some(message.to_owned()),
            not_sent: true,
            ..Self::of(Source::Create, Status::Failed.as_str())
        }
    }

    /// Our own verdict that nothing was sent.
    pub fn not_sent(reason: OwnReason) -> Self {
        let is_canceled = matches!(reason, OwnReason::PartFailed | OwnReason::Stopped);
        let status = if is_canceled { Status::Canceled } else { Status::Failed };
        Self { not_sent: true, own_reason: Some(reason), ..Self::of(Source::Okla, status.as_str()) }
    }

    /// Free text does not reach the recipient any more, and was not tried.
    pub fn closed() -> Self {
        Self {
            error_code: Some(OUTSIDE_WINDOW),
            not_sent: true,
            ..Self::of(Source::Okla, Status::Failed.as_str())
        }
    }

    /// The create's answer was lost; Twilio's list is looked at after a while.
    pub fn unknown(look_after: Duration) -> Self {
        Self { look_after: Some(look_after), ..Self::of(Source::Okla, Status::Verifying.as_str()) }
    }

    /// Proved not created, and worth another try.
    pub fn sent_again() -> Self {
        Self::of(Source::Okla, Status::Queued.as_str())
    }

    /// What it means to us; `None`: a word of Twilio's that we do not know.
    pub fn meaning(&self) -> Option<Status> {
        match self.source {
            Source::Okla => self.status.parse().ok(),
            Source::Callback | Source::Create | Source::Fetch => Status::from_twilio(&self.status),
        }
    }
}
