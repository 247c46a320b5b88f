//! How dealers answer: of the conversations that buyers began in a period.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::figures::percent;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Conversations in which a buyer first asked then.
    pub asked: i64,
    /// Of these, how many have an answer.
    pub answered: i64,
    /// The middle of how long those waited for it.
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
