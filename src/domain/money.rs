//! Money: a decimal amount that always says its currency. Never a float.

use std::{cmp::Ordering, fmt, str::FromStr};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The currencies OKLA prices in (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Dop,
    Usd,
}

impl Currency {
    /// The ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Dop => "DOP",
            Self::Usd => "USD",
        }
    }

    /// The sign Dominicans write: `RD$` or `US$`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Dop => "RD$",
            Self::Usd => "US$",
        }
    }
}

/// A code that is no currency of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither DOP nor USD")]
pub struct UnknownCurrency(pub String);

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// The code or the sign, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        match text.trim().to_uppercase().as_str() {
            "DOP" | "RD$" | "RD" => Ok(Self::Dop),
            "USD" | "US$" | "US" => Ok(Self::Usd),
            _ => Err(UnknownCurrency(text.to_owned())),
        }
    }
}

/// Pesos for a dollar, the reference rate at which prices in different currencies are compared (never converted for a
/// payment). Also in the column `vehicles.price_dop`; a test holds the two equal.
pub const DOP_PER_USD: u16 = 63;

/// An amount with its currency; shown in es-DO form: `RD$ 1,250,000`, `US$ 0.015`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub amount: Decimal,
    pub currency: Currency,
}

impl Money {
    pub fn usd(amount: Decimal) -> Self {
        Self { amount, currency: Currency::Usd }
    }

    pub fn dop(amount: Decimal) -> Self {
        Self { amount, currency: Currency::Dop }
    }

    /// The amount in RD$ at the reference rate; `None` only for an absurdly large one.
    pub fn in_dop(self) -> Option<Decimal> {
        match self.currency {
            Currency::Dop => Some(self.amount),
            Currency::Usd => self.amount.checked_mul(Decimal::from(DOP_PER_USD)),
        }
    }
}

/// US$ with two decimals, more where the amount has them: `US$ 14.10`, `US$ 0.015`.
pub fn dollars(amount: Decimal) -> String {
    with_decimals(amount, 2)
}

/// The same with three at least, which is what a part costs: in a column their points stand under each other.
pub fn dollars_in_column(amount: Decimal) -> String {
    with_decimals(amount, 3)
}

/// A difference: `+US$ 12.30`, `-US$ 3.00`.
pub fn signed_dollars(amount: Decimal) -> String {
    let sign = match amount.cmp(&Decimal::ZERO) {
        Ordering::Less => "-",
        Ordering::Equal => "",
        Ordering::Greater => "+",
    };
    format!("{sign}{}", dollars(amount.abs()))
}

fn with_decimals(amount: Decimal, least: u32) -> String {
    let mut amount = amount.normalize();
    amount.rescale(amount.scale().max(least));
    Money::usd(amount).to_string()
}

/// Reads an amount as people write it: `1,250,000`, `1.250.000`, `RD$ 850 000.50`, `US$14,900`. The currency only if it
/// is said. Groups of three digits are thousands; one or two digits after the last separator are decimals.
/// `None` for anything else, a negative or an empty text included.
pub fn parse(text: &str) -> Option<(Decimal, Option<Currency>)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let signs = [
        ("RD$", Some(Currency::Dop)),
        ("DOP", Some(Currency::Dop)),
        ("US$", Some(Currency::Usd)),
        ("USD", Some(Currency::Usd)),
        ("$", None),
    ];
    let (digits, currency) = signs
        .into_iter()
        .find_map(|(sign, currency)| {
            let rest = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign))?;
            Some((rest, currency))
        })
        .unwrap_or((text.as_str(), None));
    let mut groups = digits.split([',', '.', '\'']);
    let mut plain = groups.next()?.to_owned();
    let mut groups = groups.peekable();
    while let Some(group) = groups.next() {
        match group.len() {
            3 => plain.push_str(group),
            1 | 2 if groups.peek().is_none() => {
                plain.push('.');
                plain.push_str(group);
            }
            _ => return None,
        }
    }
    let is_number = plain.starts_with(|c: char| c.is_ascii_digit())
        && plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    let amount = is_number.then(|| plain.parse().ok())??;
    Some((amount, currency))
}

/// Reads an amount that may be a small part of a whole: `0.015`, `US$ 0.0113`, `61,25`. One point or comma at most, which
/// begins the decimals; at most `places` of them. `None` for anything else.
pub fn parse_exact(text: &str, places: usize) -> Option<Decimal> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let digits = ["US$", "RD$", "$"].into_iter().find_map(|sign| text.strip_prefix(sign)).unwrap_or(&text);
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let are_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let is_amount = !whole.is_empty()
        && whole.len() <= 9
        && fraction.len() <= places
        && are_digits(whole)
        && are_digits(fraction);
    is_amount
        .then(|| format!("{whole}.{fraction}0").parse().ok())
        .flatten()
        .map(|amount: Decimal| amount.normalize())
}

/// Reads US$ as this country writes them: a comma for thousands, a point for decimals, six of them at most. Where a single
/// point is followed by three digits nobody knows which was meant, and it is `None` as all else is that is no amount.
pub fn parse_dollars(text: &str) -> Option<Decimal> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let digits = ["US$", "USD", "$"].into_iter().find_map(|sign| text.strip_prefix(sign)).unwrap_or(&text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_grouped = groups.clone().next().is_none() || (1..=3).contains(&first.len());
    let is_amount =
        is_grouped && groups.all(|group| group.len() == 3) && (whole.contains(',') || fraction.len() != 3);
    is_amount.then(|| parse_exact(&format!("{}.{fraction}", whole.replace(',', "")), 6))?
}

/// US$ as [`parse_dollars`] reads them back: `1200.50`, `12.3450`.
pub fn written_dollars(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    amount.rescale(if amount.scale() == 3 { 4 } else { amount.scale().max(2) });
    amount.to_string()
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\u{a0}{}", self.currency.sign(), grouped(self.amount))
    }
}

/// A number in es-DO form: thousands by comma, decimals by point, as many decimals as the value carries.
pub fn grouped(amount: Decimal) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, ""), |(whole, fraction)| (whole, fraction));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands_and_name_their_currency() {
        assert_eq!(Money::dop(Decimal::new(1_250_000, 0)).to_string(), "RD$\u{a0}1,250,000");
        assert_eq!(Money::usd(Decimal::new(15, 3)).to_string(), "US$\u{a0}0.015");
        assert_eq!(dollars(Decimal::new(1_410, 2)), "US$\u{a0}14.10");
        assert_eq!(dollars_in_column(Decimal::new(141, 1)), "US$\u{a0}14.100");
        assert_eq!(dollars(Decimal::new(15_000, 6)), "US$\u{a0}0.015");
        assert_eq!(dollars(Decimal::from(7_500)), "US$\u{a0}7,500.00");
        assert_eq!(grouped(Decimal::new(-123_456, 2)), "-1,234.56");
        assert_eq!(grouped(Decimal::new(999, 0)), "999");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let pesos = Decimal::from(1_250_000);
        for text in ["1250000", "1,250,000", "1.250.000", "1 250 000", "1,250,000.00"] {
            assert_eq!(parse(text), Some((pesos, None)), "{text}");
        }
        assert_eq!(parse("RD$ 1,250,000"), Some((pesos, Some(Currency::Dop))));
        assert_eq!(parse("us$14,900.5"), Some((Decimal::new(149_005, 1), Some(Currency::Usd))));
        assert_eq!(parse("14900 USD"), Some((Decimal::from(14_900), Some(Currency::Usd))));
        for text in ["", "RD$", "-5", "12,34,5", "1e5", "millón", "1,25,000", "."] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_small_amount_keeps_every_decimal_and_a_comma_is_a_point() {
        for (text, amount) in [
            ("0.015", "0.015"),
            ("US$ 0,0113", "0.0113"),
            ("61.25", "61.25"),
            ("0.000001", "0.000001"),
            ("7", "7"),
        ] {
            assert_eq!(
                parse_exact(text, 6).map(|amount| amount.to_string()).as_deref(),
                Some(amount),
                "{text}"
            );
        }
        for text in ["", ".5", "-1", "0.0000001", "1,000.5", "1e-2", "quince", "US$"] {
            assert_eq!(parse_exact(text, 6), None, "{text}");
        }
    }

    #[test]
    fn dollars_are_read_as_they_are_written_and_three_decimals_are_never_thousands() {
        for (text, amount) in [
            ("250", "250"),
            ("US$ 1,200.50", "1200.5"),
            ("1,250", "1250"),
            ("1,000.125", "1000.125"),
            ("0.0150", "0.015"),
        ] {
            assert_eq!(parse_dollars(text), amount.parse().ok(), "{text}");
        }
        for text in ["", "1.250", "12,50", "1.250.000", "1250,000", "-1", ",250", "1.2345678"] {
            assert_eq!(parse_dollars(text), None, "{text}");
        }
        for amount in ["0", "12.345", "1200.5", "99999999", "0.000001", "33.3333"] {
            let amount: Decimal = amount.parse().unwrap();
            assert_eq!(parse_dollars(&written_dollars(amount)), Some(amount));
        }
    }
}
