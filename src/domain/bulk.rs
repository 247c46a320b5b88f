//! Many messages sent again by one press.

use super::template::Purpose;

/// What became of one of them. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Sent,
    /// Refused by a limit.
    OverLimit,
    /// Not to be sent again any more.
    NotSafe,
    /// Its recipient wants nothing of ours.
    OptedOut,
    /// Free text does not reach its recipient, and this template may not be used.
    NoTemplate(Purpose),
}

impl Fate {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::OverLimit => "limit",
            Self::NotSafe => "unsafe",
            Self::OptedOut => "opted_out",
            Self::NoTemplate(_) => "template",
        }
    }

    pub fn template(self) -> Option<Purpose> {
        match self {
            Self::NoTemplate(purpose) => Some(purpose),
            Self::Sent | Self::OverLimit | Self::NotSafe | Self::OptedOut => None,
        }
    }
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: i64,
    pub sent: i64,
    /// Refused by a limit.
    pub over_limit: i64,
    /// Not to be sent again any more.
    pub not_safe: i64,
    /// To people who want nothing of ours.
    pub opted_out: i64,
    /// For want of a template.
    pub no_template: i64,
    /// Of which templates.
    pub templates: Vec<Purpose>,
    /// By a fault of ours.
    pub failed: i64,
}

impl Progress {
    pub fn done(&self) -> i64 {
        self.sent + self.over_limit + self.not_safe + self.opted_out + self.no_template + self.failed
    }
}
