//! What rates charge against what Twilio and Meta turn out to charge.

use rust_decimal::Decimal;

use super::{Category, Kind, Market, Rate, Scope, rate_for};
use chrono::{DateTime, Utc};

/// From here on up a difference is worth a warning, in percent.
const NEAR: Decimal = Decimal::from_parts(5, 0, 0, false, 0);

/// Parts that arrived and of which Twilio told its price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    pub kind: Kind,
    pub category: Category,
    pub market: Market,
    pub parts: i64,
    /// US$ charged for all of them.
    pub charged: Decimal,
    /// US$ that Twilio told for all of them: its own share (fact sheet §8).
    pub told: Decimal,
}

/// A rate in force against what its parts cost OKLA, US$ a part on average.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    pub scope: Scope,
    pub parts: i64,
    pub estimate: Decimal,
    pub twilio: Decimal,
    /// Meta's share by the usage records; `None`: of some of these parts they say nothing.
    pub meta: Option<Decimal>,
}

impl Drift {
    /// What a part really costs.
    pub fn confirmed(&self) -> Option<Decimal> {
        self.meta.map(|meta| self.twilio + meta)
    }

    /// By how much the estimate is above what is confirmed: US$ a part, and percent of it.
    pub fn difference(&self) -> Option<(Decimal, Option<Decimal>)> {
        let confirmed = self.confirmed()?;
        let more = self.estimate - confirmed;
        let percent = (!confirmed.is_zero()).then(|| (more * Decimal::ONE_HUNDRED / confirmed).round_dp(1));
        Some((more, percent))
    }

    pub fn is_far(&self) -> bool {
        let percent = self.difference().and_then(|(_, percent)| percent);
        percent.is_some_and(|percent| percent.abs() > NEAR)
    }
}

/// Each rate that holds now for some of what was measured; `meta` is what Meta took for a message of a category, US$.
pub fn drifts(
    card: &[Rate],
    measured: &[Measured],
    meta: impl Fn(Category) -> Option<Decimal>,
    now: DateTime<Utc>,
) -> Vec<Drift> {
    let mut drifts: Vec<Drift> = Vec::new();
    for line in measured.iter().filter(|line| line.parts > 0) {
        let Some(rate) = rate_for(card, line.kind, line.category, line.market, now) else { continue };
        let of_meta = meta(line.category).map(|each| each * Decimal::from(line.parts));
        match drifts.iter_mut().find(|drift| drift.scope == rate.scope()) {
            Some(drift) => {
                drift.parts += line.parts;
                drift.estimate += line.charged;
                drift.twilio += line.told;
                drift.meta = drift.meta.zip(of_meta).map(|(sum, more)| sum + more);
            }
            None => drifts.push(Drift {
                scope: rate.scope(),
                parts: line.parts,
                estimate: line.charged,
                twilio: line.told,
                meta: of_meta,
            }),
        }
    }
    for drift in &mut drifts {
        let each = |sum: Decimal| (sum / Decimal::from(drift.parts)).round_dp(6);
        (drift.estimate, drift.twilio, drift.meta) =
            (each(drift.estimate), each(drift.twilio), drift.meta.map(each));
    }
    drifts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: Kind, parts: i64, told: &str) -> Measured {
        let told: Decimal = told.parse().expect("an amount");
        Measured {
            kind,
            category: kind.category(),
            market: Market::REST_OF_LATIN_AMERICA,
            parts,
            charged: Decimal::new(15, 3) * Decimal::from(parts),
            told: told * Decimal::from(parts),
        }
    }

    #[test]
    fn twilios_share_and_metas_together_are_held_against_what_was_charged() {
        let now = "2026-11-23T12:00:00Z".parse().expect("a test's own time");
        let rate = Rate {
            kind: None,
            category: None,
            market: None,
            effective_from: now,
            price: Decimal::new(15, 3),
        };
        let meta = |category| (category == Category::Utility).then(|| Decimal::new(113, 4));
        let lines = [line(Kind::Contact, 3, "0.005"), line(Kind::TestDrive, 1, "0.005")];
        let found = drifts(std::slice::from_ref(&rate), &lines, meta, now);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].parts, found[0].confirmed()), (4, Some(Decimal::new(163, 4))));
        let (more, percent) = found[0].difference().expect("known");
        assert_eq!((more, percent), (Decimal::new(-13, 4), Some(Decimal::from(-8))));
        assert!(found[0].is_far());

        let unknown = drifts(&[rate], &[lines[0], line(Kind::Offer, 1, "0.005")], meta, now);
        assert_eq!(
            (unknown[0].confirmed(), unknown[0].is_far()),
            (None, false),
            "of marketing Meta told nothing"
        );
    }
}
