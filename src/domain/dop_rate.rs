//! What a dollar costs in pesos, so that spend in US$ is also read in RD$. Shown, never kept: the ledger is in US$.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    money::{Money, dollars, grouped, parse_exact},
    time::spoken_date,
};

/// As somebody published it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DopRate {
    /// RD$ for US$ 1.
    pub pesos: Decimal,
    /// The day it is of, in Santo Domingo.
    pub day: NaiveDate,
    pub source: String,
}

impl DopRate {
    /// So many US$ in RD$, to the cent: `RD$ 2,953.10`.
    pub fn told(&self, amount: Decimal) -> String {
        let mut pesos = (amount * self.pesos).round_dp(2);
        pesos.rescale(2);
        Money::dop(pesos).to_string()
    }

    /// Where it comes from: `a 61.25 del 20 nov 2026, Banco Central`.
    pub fn note(&self) -> String {
        format!("a {} del {}, {}", self.plain(), spoken_date(self.day), self.source)
    }

    /// The number: `61.25`, `61.2531`.
    pub fn plain(&self) -> String {
        let mut pesos = self.pesos.normalize();
        pesos.rescale(pesos.scale().max(2));
        grouped(pesos)
    }
}

/// An amount of US$ as it is shown: with its RD$ beside it once a rate is set: `US$ 48.21 · RD$ 2,952.86`.
pub fn spoken(amount: Decimal, rate: Option<&DopRate>) -> String {
    match rate {
        Some(rate) => format!("{} · {}", dollars(amount), rate.told(amount)),
        None => dollars(amount),
    }
}

/// RD$ for US$ 1 as a person types it; `None`: no rate that there could be.
pub fn parse_pesos(text: &str) -> Option<Decimal> {
    parse_exact(text, 4).filter(|pesos| (Decimal::ONE..Decimal::ONE_THOUSAND).contains(pesos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_told_in_pesos_with_the_rate_its_day_and_its_source() {
        let rate = DopRate {
            pesos: parse_pesos("61.25").expect("a rate"),
            day: "2026-11-20".parse().expect("a day"),
            source: "Banco Central".to_owned(),
        };
        assert_eq!(rate.told("48.21".parse().expect("an amount")), "RD$\u{a0}2,952.86");
        assert_eq!(rate.told(Decimal::ZERO), "RD$\u{a0}0.00");
        assert_eq!(spoken(Decimal::TEN, Some(&rate)), "US$\u{a0}10.00 · RD$\u{a0}612.50");
        assert_eq!(spoken(Decimal::TEN, None), "US$\u{a0}10.00", "nobody has set one");
        assert_eq!(rate.note(), "a 61.25 del 20 nov 2026, Banco Central");
        for odd in ["0", "0.9", "1000", "sesenta", "61.25001"] {
            assert_eq!(parse_pesos(odd), None, "{odd}");
        }
    }
}
