//! Over what a limit counts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::time::{first_of_month, midnight, next_midnight, next_month};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// A calendar day of `America/Santo_Domingo`.
    Day,
    /// A calendar month there.
    Month,
    /// The last so many minutes.
    RollingMinutes(i64),
}

impl Window {
    /// What was taken at or before this instant no longer counts at `now`.
    pub fn since(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Day => midnight(now) - TimeDelta::microseconds(1),
            Self::Month => first_of_month(now) - TimeDelta::microseconds(1),
            Self::RollingMinutes(minutes) => now - TimeDelta::minutes(minutes),
        }
    }

    pub fn is_rolling(self) -> bool {
        matches!(self, Self::RollingMinutes(_))
    }

    /// When a place taken at `at` is free again.
    pub fn frees(self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Day => next_midnight(at),
            Self::Month => next_month(at),
            Self::RollingMinutes(minutes) => at + TimeDelta::minutes(minutes),
        }
    }
}
