//! Money: a decimal amount that always says its currency. Never a float.

use std::fmt;

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

/// An amount with its currency; shown in es-DO form: `RD$ 1,250,000`, `US$ 0.015`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub amount: Decimal,
    pub currency: Currency,
}

impl Money {
    pub fn usd(amount: Decimal) -> Self {
        Self {
            amount,
            currency: Currency::Usd,
        }
    }

    pub fn dop(amount: Decimal) -> Self {
        Self {
            amount,
            currency: Currency::Dop,
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\u{a0}{}", self.currency.sign(), grouped(self.amount))
    }
}

/// A number in es-DO form: thousands by comma, decimals by point, as many decimals as the value carries.
pub fn grouped(amount: Decimal) -> String {
    let text = amount.to_string();
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, ""), |(whole, fraction)| (whole, fraction));
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
        assert_eq!(
            Money::dop(Decimal::new(1_250_000, 0)).to_string(),
            "RD$\u{a0}1,250,000"
        );
        assert_eq!(Money::usd(Decimal::new(15, 3)).to_string(), "US$\u{a0}0.015");
        assert_eq!(grouped(Decimal::new(-123_456, 2)), "-1,234.56");
        assert_eq!(grouped(Decimal::new(999, 0)), "999");
    }
}
