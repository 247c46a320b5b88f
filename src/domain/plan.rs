//! The platform's sum: so many messages a month at such a price, and what of them the limits let through.

use rust_decimal::Decimal;

/// What is planned for a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub dealers: i64,
    /// Of all dealers together, in the month.
    pub messages: i64,
    /// US$ each.
    pub price: Decimal,
    pub days: i64,
}

impl Plan {
    /// US$ a month.
    pub fn cost(&self) -> Decimal {
        Decimal::from(self.messages) * self.price
    }

    /// US$ a month and dealer, to the cent; `None`: there is none.
    pub fn cost_per_dealer(&self) -> Option<Decimal> {
        (self.dealers > 0).then(|| (self.cost() / Decimal::from(self.dealers)).round_dp(2))
    }

    /// What a limit of so many a day lets through in the month: messages, and their US$.
    pub fn allowed(&self, a_day: i64) -> (i64, Decimal) {
        let messages = a_day.saturating_mul(self.days);
        (messages, Decimal::from(messages) * self.price)
    }

    /// What must be let through in a day for all of it to leave.
    pub fn needed_a_day(&self) -> i64 {
        let days = self.days.max(1);
        self.messages / days + i64::from(self.messages % days > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::dollars;

    /// The owner's words: 1,000 dealers, 500,000 messages × US$ 0.015 = US$ 7,500 a month; and his limit of 1,000 a day.
    #[test]
    fn the_owners_sum_comes_out_and_beside_it_what_his_limit_lets_through() {
        let plan = Plan { dealers: 1_000, messages: 500_000, price: Decimal::new(15, 3), days: 30 };
        assert_eq!(dollars(plan.cost()), "US$\u{a0}7,500.00");
        assert_eq!(plan.cost_per_dealer().map(dollars).as_deref(), Some("US$\u{a0}7.50"));
        let (messages, cost) = plan.allowed(1_000);
        assert_eq!((messages, dollars(cost).as_str()), (30_000, "US$\u{a0}450.00"));
        assert_eq!(plan.needed_a_day(), 16_667);
    }

    #[test]
    fn a_plan_of_nobody_costs_nobody_anything() {
        let plan = Plan { dealers: 0, messages: 0, price: Decimal::new(15, 3), days: 31 };
        assert_eq!((plan.cost(), plan.cost_per_dealer(), plan.needed_a_day()), (Decimal::ZERO, None, 0));
    }
}
