//! The stricter reading of a number typed into a form: one that the world's numbering plans can hold. Server only; the
//! plans' metadata is far too large for the browser. Its first use loads it (0.1 s, some 8 MB, measured).

use phonenumber::{ParseError, country};

use super::phone::Phone;

/// Why a typed number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImpossiblePhone {
    #[error("the phone number is missing")]
    Empty,
    #[error("the phone number has characters that no number has")]
    NotANumber,
    #[error("the country code does not exist")]
    UnknownCountry,
    #[error("the phone number is too short")]
    TooShort,
    #[error("the phone number is too long")]
    TooLong,
    #[error("no numbering plan holds this phone number")]
    NotInPlan,
}

impl ImpossiblePhone {
    /// What a person reads by the field.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "Escriba un número de teléfono.",
            Self::NotANumber => "Escriba solo los dígitos del número, por ejemplo 809 555 0123.",
            Self::UnknownCountry => "El código de país no existe. Revise los dígitos que siguen al signo +.",
            Self::TooShort => {
                "Al número le faltan dígitos. Incluya el código de área, por ejemplo 809 555 0123."
            }
            Self::TooLong => "El número tiene dígitos de más. Revíselo, por favor.",
            Self::NotInPlan => "Ese número no puede existir. Revise el código de área y los dígitos.",
        }
    }
}

impl Phone {
    /// A number as a person types it; without a country code it is read as Dominican (+1).
    ///
    /// # Errors
    /// `ImpossiblePhone` if it is not a number or no numbering plan can hold it.
    pub fn parse_form(text: &str) -> Result<Self, ImpossiblePhone> {
        let kept: String = text.chars().filter(|&c| !is_decoration(c)).collect();
        let digits = kept.strip_prefix('+').unwrap_or(&kept);
        if kept.is_empty() {
            return Err(ImpossiblePhone::Empty);
        }
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ImpossiblePhone::NotANumber);
        }
        let number =
            phonenumber::parse(Some(country::DO), &kept).map_err(|error| ImpossiblePhone::from(&error))?;
        if !number.is_valid() {
            return Err(if digits.len() < 10 {
                ImpossiblePhone::TooShort
            } else {
                ImpossiblePhone::NotInPlan
            });
        }
        let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
        Self::try_from(e164).map_err(|_| ImpossiblePhone::NotInPlan)
    }
}

/// What people and their address books put around digits, invisible marks of text direction included.
fn is_decoration(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '/' | '(' | ')' | '[' | ']')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{2212}' | '\u{feff}')
}

impl From<&ParseError> for ImpossiblePhone {
    fn from(error: &ParseError) -> Self {
        match error {
            ParseError::NoNumber | ParseError::MalformedInteger(_) => Self::NotANumber,
            ParseError::InvalidCountryCode => Self::UnknownCountry,
            ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Self::TooShort,
            ParseError::TooLong => Self::TooLong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<ImpossiblePhone> {
        Phone::parse_form(text).err()
    }

    #[test]
    fn a_dominican_number_is_taken_however_it_is_typed() {
        for text in [
            "8095550123",
            "809-555-0123",
            "(809) 555.0123",
            "1 809 555 0123",
            "+1 809 555 0123",
            "\u{202a}+1 809 555 0123\u{202c}",
        ] {
            assert_eq!(Phone::parse_form(text).map(String::from).as_deref(), Ok("+18095550123"), "{text}");
        }
    }

    #[test]
    fn a_foreign_number_with_its_country_code_is_taken() {
        for (text, e164) in [
            ("+34 612 34 56 78", "+34612345678"),
            ("+1 212 736 5000", "+12127365000"),
            ("+1 787 764 0000", "+17877640000"),
            ("011 34 612 34 56 78", "+34612345678"),
        ] {
            assert_eq!(Phone::parse_form(text).map(String::from).as_deref(), Ok(e164), "{text}");
        }
    }

    #[test]
    fn what_no_numbering_plan_holds_is_refused_by_reason() {
        assert_eq!(refused(""), Some(ImpossiblePhone::Empty));
        assert_eq!(refused(" - "), Some(ImpossiblePhone::Empty));
        assert_eq!(refused("+"), Some(ImpossiblePhone::NotANumber));
        assert_eq!(refused("llámeme"), Some(ImpossiblePhone::NotANumber));
        assert_eq!(refused("809 555 0123 ext 4"), Some(ImpossiblePhone::NotANumber));
        assert_eq!(refused("555 0123"), Some(ImpossiblePhone::TooShort));
        assert_eq!(refused("12"), Some(ImpossiblePhone::TooShort));
        assert_eq!(
            refused("+1234567890"),
            Some(ImpossiblePhone::NotInPlan),
            "the API takes it, a form does not"
        );
        assert_eq!(refused("999 555 0123"), Some(ImpossiblePhone::NotInPlan), "there is no area 999");
        assert_eq!(refused("+999 123 456 789"), Some(ImpossiblePhone::UnknownCountry));
        assert_eq!(refused("+1 809 555 0123 4567 8901 2345"), Some(ImpossiblePhone::TooLong));
    }

    #[test]
    fn no_row_of_digits_makes_the_plan_library_panic() {
        let mut state: u64 = 7;
        for _ in 0..300 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let digits = format!("{state:020}");
            let length = usize::try_from(state >> 60).unwrap() + 4;
            let plus = if state & 0x1000 == 0 { "+" } else { "" };
            let text = format!("{plus}{}", &digits[20 - length..]);
            if let Ok(phone) = Phone::parse_form(&text) {
                assert!(phone.as_str().starts_with('+'), "{text}");
            }
        }
    }
}
