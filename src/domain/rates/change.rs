//! What a new rate would change, reckoned by what was sent lately.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{Category, Kind, Market, Rate, rate_for};

/// What leaves of one kind, category and market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traffic {
    pub kind: Kind,
    pub category: Category,
    pub market: Market,
    /// Parts a day.
    pub pace: Decimal,
}

/// What a rate does to a stretch of time; an estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effect {
    /// Parts that it would price.
    pub parts: Decimal,
    /// US$ more than without it; less than nothing where it is cheaper.
    pub more: Decimal,
}

/// What `new` does from its first moment, or `from` where that is later, until `until`, if everything goes on as in
/// `traffic`.
pub fn effect(
    card: &[Rate],
    new: &Rate,
    traffic: &[Traffic],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Effect {
    let from = from.max(new.effective_from);
    let mut with: Vec<Rate> = vec![new.clone()];
    with.extend_from_slice(card);
    // Rates that are to come on the way may take over from it, or be what it would have been measured by.
    let coming = card.iter().map(|rate| rate.effective_from).filter(|begins| *begins > from);
    let ends: BTreeSet<_> = coming.chain([until]).filter(|end| *end <= until).collect();
    let (mut effect, mut begins) = (Effect::default(), from);
    for end in ends {
        let days = Decimal::from((end - begins).max(TimeDelta::zero()).num_seconds()) / Decimal::from(86_400);
        for line in traffic {
            let holds = |rates| rate_for(rates, line.kind, line.category, line.market, begins).cloned();
            if holds(&with).as_ref() == Some(new) {
                let before = holds(card).map_or(Decimal::ZERO, |rate| rate.price);
                let parts = line.pace * days;
                effect.parts += parts;
                effect.more += parts * (new.price - before);
            }
        }
        begins = end;
    }
    Effect { parts: effect.parts.round(), more: effect.more.round_dp(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(kind: Option<Kind>, from: &str, price: &str) -> Rate {
        let effective_from = format!("{from}T04:00:00Z").parse().expect("a test's own day");
        Rate { kind, category: None, market: None, effective_from, price: price.parse().expect("a price") }
    }

    fn line(kind: Kind, pace: i64) -> Traffic {
        Traffic {
            kind,
            category: kind.category(),
            market: Market::REST_OF_LATIN_AMERICA,
            pace: Decimal::from(pace),
        }
    }

    #[test]
    fn only_what_the_new_rate_would_price_counts_and_only_from_its_beginning() {
        let card = [rate(None, "2026-01-01", "0.015"), rate(Some(Kind::Offer), "2026-01-01", "0.079")];
        let traffic = [line(Kind::Contact, 100), line(Kind::Offer, 10)];
        let at = |text: &str| format!("{text}T04:00:00Z").parse().expect("a test's own day");
        let (today, ends) = (at("2026-11-23"), at("2026-12-01"));
        let of = |new: &Rate| effect(&card, new, &traffic, today, ends);

        let for_all = rate(None, "2026-11-26", "0.025");
        assert_eq!(of(&for_all), Effect { parts: Decimal::from(500), more: Decimal::from(5) });
        let cheaper = rate(Some(Kind::Offer), "2026-11-23", "0.069");
        assert_eq!(of(&cheaper), Effect { parts: Decimal::from(80), more: Decimal::new(-80, 2) });
        let soon_replaced = [card.as_slice(), &[rate(None, "2026-11-28", "0.035")]].concat();
        let two_days = effect(&soon_replaced, &for_all, &traffic, today, ends);
        assert_eq!(two_days, Effect { parts: Decimal::from(200), more: Decimal::from(2) });
        let next_month = rate(None, "2026-12-15", "0.025");
        assert_eq!(of(&next_month), Effect::default());
    }
}
