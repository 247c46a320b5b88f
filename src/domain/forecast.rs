//! What a month comes to if it goes on as it began.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::time::{first_of_month, next_month};

/// By the end of the month in Santo Domingo, of so much until now, US$ to the cent.
pub fn by_month_end(spent: Decimal, now: DateTime<Utc>) -> Decimal {
    let begins = first_of_month(now);
    let seconds = |from: DateTime<Utc>, to: DateTime<Utc>| Decimal::from((to - from).num_seconds().max(1));
    (spent * seconds(begins, next_month(now)) / seconds(begins, now)).round_dp(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_month_is_half_of_it() {
        let at = |text: &str| text.parse().expect("a test's own time");
        let spent = Decimal::new(1_050, 2);
        assert_eq!(by_month_end(spent, at("2026-11-16T04:00:00Z")), Decimal::from(21));
        assert_eq!(
            by_month_end(Decimal::ZERO, at("2026-11-01T04:00:00Z")),
            Decimal::ZERO,
            "its first instant"
        );
    }
}
