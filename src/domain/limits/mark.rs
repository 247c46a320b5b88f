//! When somebody is told that a limit is nearly or wholly used.

use chrono::{DateTime, Utc};

use super::{Limit, Standing, Subject, UNLIMITED, Window};
use crate::domain::time::{first_of_month, midnight};

/// From here on up a limit is worth a look, in percent.
pub const NEAR: i64 = 80;
/// So much of a limit is used, in percent, that somebody is told; the greatest first.
const PERCENTS: [i64; 2] = [100, NEAR];

/// A send with which so much of a limit was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub limit: Limit,
    pub subject: Subject,
    pub percent: i16,
    /// With that send, in the limit's units.
    pub used: i64,
    pub most: i64,
}

impl Mark {
    /// What a send reaches that is about to be taken; the greatest alone.
    pub fn reached(standing: &Standing, subject: Subject) -> Option<Self> {
        let Standing { limit, most, used, asked, .. } = *standing;
        let mark = Self::at(limit, subject, used.saturating_add(asked), most)?;
        (!is_reached(used, most, mark.percent.into())).then_some(mark)
    }

    /// What has been reached where so much is used; the greatest alone.
    pub fn at(limit: Limit, subject: Subject, used: i64, most: i64) -> Option<Self> {
        if most == UNLIMITED || matches!(limit, Limit::BuyerDay | Limit::PairDay) {
            return None;
        }
        let percent = PERCENTS.into_iter().find(|percent| is_reached(used, most, *percent))?;
        Some(Self { limit, subject, percent: i16::try_from(percent).ok()?, used, most })
    }
}

fn is_reached(used: i64, most: i64, percent: i64) -> bool {
    i128::from(used) * 100 >= i128::from(most) * i128::from(percent)
}

impl Limit {
    /// When the period began within which somebody is told of it once: the month of a budget, the day of all others.
    pub fn period(self, now: DateTime<Utc>) -> DateTime<Utc> {
        if self.window() == Window::Month { first_of_month(now) } else { midnight(now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::DealerId;

    #[test]
    fn eighty_and_a_hundred_percent_are_reached_once() {
        let reached = |used, asked, most| {
            let standing = Standing { limit: Limit::DealerDay, most, used, asked, frees_at: None };
            Mark::reached(&standing, Subject::DealersOwn(DealerId(uuid::Uuid::nil())))
                .map(|mark| mark.percent)
        };
        assert_eq!(
            [78, 79, 80, 98, 99].map(|used| reached(used, 1, 100)),
            [None, Some(80), None, None, Some(100)]
        );
        assert_eq!(reached(50, 50, 100), Some(100), "of two at once the greater");
        assert_eq!(reached(2, 1, 3), Some(100));
        assert_eq!(reached(i64::MAX - 1, 1, UNLIMITED), None);
    }
}
