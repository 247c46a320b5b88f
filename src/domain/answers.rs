//! How dealers answer: of the conversations that buyers began in a period.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::figures::percent;

/// How long people wait is read from so many of a period's conversations, the latest.
pub const MEDIAN_LATEST: i64 = 1_000;
/// So many of a dealer's latest conversations, and so far back, tell how he answers now.
pub const HABIT_LATEST: i64 = 200;
pub const HABIT_DAYS: i64 = 90;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Conversations in which a buyer first asked then.
    pub asked: i64,
    /// Of these, how many have an answer.
    pub answered: i64,
    /// The middle of how long those waited for it, of the latest conversations.
    pub median: Option<TimeDelta>,
}

impl Answers {
    /// In percent; `None`: nobody asked.
    pub fn share(&self) -> Option<Decimal> {
        percent(self.answered, self.asked)
    }

    /// US$ that contacts which were answered have cost on average, of what all contacts did; `None`: none was answered.
    pub fn cost_of_each(&self, contact_cost: Decimal) -> Option<Decimal> {
        (self.answered > 0).then(|| (contact_cost / Decimal::from(self.answered)).round_dp(4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_there_is_neither_share_nor_cost() {
        let none = Answers::default();
        assert_eq!((none.share(), none.cost_of_each(Decimal::ONE)), (None, None));
        let some = Answers { asked: 3, answered: 2, median: None };
        assert_eq!(some.share(), Some(Decimal::new(667, 1)));
        assert_eq!(some.cost_of_each(Decimal::new(3, 2)), Some(Decimal::new(15, 3)));
    }
}
