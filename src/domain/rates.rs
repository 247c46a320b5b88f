//! What a message costs the dealer: the rate card, and which of its rows holds for a message.

mod change;
mod drift;
mod scope;

pub use self::{
    change::{Effect, Traffic, effect},
    drift::{Drift, Measured, drifts},
    scope::Scope,
};

use std::{cmp::Reverse, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{kind::Kind, market::Market, money, phone::Phone};

/// Meta's reasons to charge. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    Utility,
    Marketing,
    Authentication,
    /// Free-form text within 24 hours of the recipient's own message.
    Service,
}

impl Category {
    pub const ALL: [Self; 4] = [Self::Utility, Self::Marketing, Self::Authentication, Self::Service];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utility => "utility",
            Self::Marketing => "marketing",
            Self::Authentication => "authentication",
            Self::Service => "service",
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utility => "Utilidad",
            Self::Marketing => "Mercadeo",
            Self::Authentication => "Autenticación",
            Self::Service => "Servicio (dentro de 24 h)",
        }
    }

    /// Of a message of that kind: free-form text to whoever wrote within 24 hours is a service message, all else what its
    /// kind is.
    pub fn of(kind: Kind, outside_window: bool) -> Self {
        if outside_window { kind.category() } else { Self::Service }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no category of Meta's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a category")]
pub struct UnknownCategory(pub String);

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(word: &str) -> Result<Self, UnknownCategory> {
        Self::ALL
            .into_iter()
            .find(|category| category.as_str() == word)
            .ok_or_else(|| UnknownCategory(word.to_owned()))
    }
}

/// A row of the rate card. `None` holds for every kind, category or market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    pub kind: Option<Kind>,
    pub category: Option<Category>,
    pub market: Option<Market>,
    /// From this moment on, until a later row of the same scope.
    pub effective_from: DateTime<Utc>,
    /// US$ a part (one Twilio message).
    pub price: Decimal,
}

impl Rate {
    pub fn scope(&self) -> Scope {
        Scope { kind: self.kind, category: self.category, market: self.market }
    }
}

/// A price that no rate can have, as a sentence with the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("US$ por parte: escriba un precio menor que 10, con seis decimales como mucho, como 0.015.")]
pub struct InvalidPrice;

/// US$ for a part, as a person types it: `0.015`, `US$ 0,0113`. Ten dollars and more are slips of the hand.
///
/// # Errors
/// No such price.
pub fn parse_price(text: &str) -> Result<Decimal, InvalidPrice> {
    money::parse_exact(text, 6).filter(|price| *price < Decimal::TEN).ok_or(InvalidPrice)
}

/// The row that holds for a message sent at `at`; `None` if the card says nothing of it. The most specific row in effect
/// wins: one for its kind over any without, then one for its category, then one for its market; of equals the latest, and of
/// rows that began together the first in `rates`.
pub fn rate_for(
    rates: &[Rate],
    kind: Kind,
    category: Category,
    market: Market,
    at: DateTime<Utc>,
) -> Option<&Rate> {
    let holds = |rate: &&Rate| {
        rate.effective_from <= at
            && rate.kind.is_none_or(|one| one == kind)
            && rate.category.is_none_or(|one| one == category)
            && rate.market.is_none_or(|one| one == market)
    };
    let weight = |rate: &&Rate| {
        Reverse((rate.kind.is_some(), rate.category.is_some(), rate.market.is_some(), rate.effective_from))
    };
    rates.iter().filter(holds).min_by_key(weight)
}

/// What one part to this number costs now.
pub fn price_of(
    rates: &[Rate],
    kind: Kind,
    category: Category,
    to: &Phone,
    now: DateTime<Utc>,
) -> Option<Decimal> {
    rate_for(rates, kind, category, Market::of(to.as_str()), now).map(|rate| rate.price)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DR: Market = Market::REST_OF_LATIN_AMERICA;

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T04:00:00Z").parse().unwrap()
    }

    fn rate(
        kind: Option<Kind>,
        category: Option<Category>,
        market: Option<Market>,
        from: &str,
        millis: i64,
    ) -> Rate {
        Rate { kind, category, market, effective_from: day(from), price: Decimal::new(millis, 3) }
    }

    /// The price in thousandths of a dollar.
    fn price(rates: &[Rate], kind: Kind, market: Market, at: &str) -> Option<i64> {
        let rate = rate_for(rates, kind, kind.category(), market, day(at))?;
        Some((rate.price * Decimal::ONE_THOUSAND).try_into().unwrap())
    }

    #[test]
    fn the_one_seeded_row_holds_for_every_message() {
        let card = [rate(None, None, None, "2020-01-01", 15)];
        for kind in [Kind::Contact, Kind::Offer, Kind::TestDrive] {
            for market in [DR, Market::NORTH_AMERICA, Market::OTHER] {
                assert_eq!(price(&card, kind, market, "2026-11-23"), Some(15));
            }
        }
        assert_eq!(price(&card, Kind::Contact, DR, "2019-12-31"), None, "before the card begins");
        assert_eq!(price(&[], Kind::Contact, DR, "2026-11-23"), None);
    }

    #[test]
    fn kind_outweighs_category_and_category_outweighs_market_whatever_their_order_and_age() {
        let mut card = vec![
            rate(None, None, None, "2026-11-01", 1),
            rate(None, None, Some(DR), "2026-10-01", 2),
            rate(None, Some(Category::Marketing), None, "2026-09-01", 3),
            rate(None, Some(Category::Marketing), Some(DR), "2026-08-01", 4),
            rate(Some(Kind::Offer), None, None, "2026-07-01", 5),
            rate(Some(Kind::Offer), None, Some(DR), "2026-06-01", 6),
            rate(Some(Kind::Offer), Some(Category::Marketing), None, "2026-05-01", 7),
            rate(Some(Kind::Offer), Some(Category::Marketing), Some(DR), "2026-04-01", 8),
        ];
        for most_specific in (1..=8).rev() {
            assert_eq!(price(&card, Kind::Offer, DR, "2026-11-23"), Some(most_specific));
            card.reverse();
            assert_eq!(price(&card, Kind::Offer, DR, "2026-11-23"), Some(most_specific));
            card.retain(|rate| rate.price != Decimal::new(most_specific, 3));
        }
    }

    #[test]
    fn rows_of_another_kind_category_or_market_do_not_hold() {
        let card = [
            rate(None, None, None, "2026-01-01", 15),
            rate(Some(Kind::Offer), None, None, "2026-01-01", 79),
            rate(None, Some(Category::Service), None, "2026-01-01", 5),
            rate(None, None, Some(Market::NORTH_AMERICA), "2026-01-01", 8),
        ];
        assert_eq!(price(&card, Kind::Contact, DR, "2026-11-23"), Some(15));
        assert_eq!(price(&card, Kind::Contact, Market::NORTH_AMERICA, "2026-11-23"), Some(8));
        assert_eq!(price(&card, Kind::Offer, Market::NORTH_AMERICA, "2026-11-23"), Some(79));
        let service = rate_for(&card, Kind::Contact, Category::Service, DR, day("2026-11-23")).unwrap();
        assert_eq!(service.price.to_string(), "0.005");
    }

    #[test]
    fn a_new_rate_holds_from_its_first_moment_and_not_before() {
        let card = [rate(None, None, None, "2026-10-01", 16), rate(None, None, None, "2026-01-01", 15)];
        let at = |moment: &str| {
            let moment = moment.parse().unwrap();
            rate_for(&card, Kind::Contact, Category::Utility, DR, moment).unwrap().price.to_string()
        };
        assert_eq!(at("2026-10-01T03:59:59.999999Z"), "0.015");
        assert_eq!(at("2026-10-01T04:00:00Z"), "0.016");
    }

    #[test]
    fn categories_read_back_from_their_words() {
        for category in Category::ALL {
            assert_eq!(category.to_string().parse(), Ok(category));
        }
        assert!("UTILITY".parse::<Category>().is_err());
    }
}
