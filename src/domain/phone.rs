//! Telephone numbers: E.164 with `+`, as Twilio wants them. Written out in full only where a person must read them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The Dominican Republic's area codes; ten digits that begin with one need no `+1` here.
const DOMINICAN_AREAS: [&str; 3] = ["809", "829", "849"];

/// `+`, a country's code and what tells its area.
const AREA: usize = 5;
/// Digits of E.164.
const LONGEST: usize = 15;
/// No area's numbers go on so, and so long.
const ERASED: &str = "00";

/// A number in E.164: `+`, then 2 to 15 digits of which the first is not 0. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// The text is not a telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the phone number must be in international form, for example +18095551234")]
pub struct InvalidPhone;

impl InvalidPhone {
    /// What a person reads.
    pub fn sentence(self) -> &'static str {
        "El número de teléfono debe estar en formato internacional, por ejemplo +18095551234."
    }
}

impl Phone {
    /// The owner's lenient rule for the JSON API: spaces, dashes and brackets dropped, ten digits of area 809, 829 or
    /// 849 get `+1`, and the rest must match `^\+?[1-9]\d{1,14}$`.
    ///
    /// # Errors
    /// `InvalidPhone` for anything else.
    pub fn parse_api(text: &str) -> Result<Self, InvalidPhone> {
        let kept: String = text.chars().filter(|&c| !is_separator(c)).collect();
        if kept.len() == 10 && DOMINICAN_AREAS.iter().any(|area| kept.starts_with(area)) {
            return format!("+1{kept}").try_into();
        }
        let digits = kept.strip_prefix('+').unwrap_or(&kept);
        format!("+{digits}").try_into()
    }

    /// E.164: `+18095550123`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands in the place of a number whose owner had himself erased: no telephone's, for it is as long as none, and
    /// nobody's, for the rest is drawn. Its beginning stays, by which markets have their prices.
    #[must_use]
    pub fn erased(&self, drawn: u64) -> Self {
        let kept: String = self.0.chars().take(AREA).collect();
        let digits = LONGEST + 1 - kept.len() - ERASED.len();
        let drawn = format!("{drawn:020}");
        Self(format!("{kept}{ERASED}{}", &drawn[drawn.len() - digits.min(drawn.len())..]))
    }

    /// Whether it only stands in the place of one.
    pub fn is_erased(&self) -> bool {
        self.0.len() == LONGEST + 1 && self.0.get(AREA..).is_some_and(|rest| rest.starts_with(ERASED))
    }

    /// As people read it: `+1 809 555 0123`. Outside +1 the country code's length is unknown here, so E.164 stays.
    pub fn national(&self) -> String {
        match self.0.strip_prefix("+1") {
            _ if self.is_erased() => "número borrado".to_owned(),
            Some(rest) if rest.len() == 10 => {
                format!("+1 {} {} {}", &rest[..3], &rest[3..6], &rest[6..])
            }
            _ => self.0.clone(),
        }
    }

    /// For logs: see [`masked`].
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

/// An address fit for a log: country, for +1 the area, and the last two characters; `+1809…23`, `+34…12`. What is too
/// short to hide that way is hidden whole.
pub fn masked(address: &str) -> String {
    let shown = if address.starts_with("+1") { 5 } else { 3 };
    let chars: Vec<char> = address.chars().collect();
    if chars.len() < shown + 5 {
        return "…".to_owned();
    }
    let head: String = chars[..shown].iter().collect();
    let tail: String = chars[chars.len() - 2..].iter().collect();
    format!("{head}…{tail}")
}

/// `text` with every run of seven or more digits that stands alone masked, for a provider's sentences that quote
/// numbers. Digits inside a word (a sid) stay.
pub fn with_masked_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '+') {
        let number = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        let digits = number.strip_prefix('+').unwrap_or(number);
        if digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(&masked(number));
            out.push_str(&word[number.len()..]);
        } else {
            out.push_str(word);
        }
    }
    out
}

/// The digits of a text that may be a number or a piece of one: nothing but digits and what people write between them.
pub fn digits_of(text: &str) -> Option<String> {
    let number_like = text.chars().all(|c| c.is_ascii_digit() || c == '+' || is_separator(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (number_like && !digits.is_empty()).then_some(digits)
}

/// What people write between digits: spaces of any kind, dashes of any kind, brackets.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '(' | ')' | '[' | ']')
}

impl TryFrom<String> for Phone {
    type Error = InvalidPhone;

    /// Takes E.164 exactly, as stored.
    fn try_from(text: String) -> Result<Self, InvalidPhone> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhone)?.as_bytes();
        let well_formed =
            (2..=15).contains(&digits.len()) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit);
        if well_formed { Ok(Self(text)) } else { Err(InvalidPhone) }
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        Phone::parse_api(text).ok().map(String::from)
    }

    #[test]
    fn the_owners_rule_takes_his_own_example_and_adds_the_plus() {
        assert_eq!(parsed("+1234567890").as_deref(), Some("+1234567890"));
        assert_eq!(parsed("1234567890").as_deref(), Some("+1234567890"));
        assert_eq!(parsed("+12").as_deref(), Some("+12"));
        assert_eq!(parsed("+123456789012345").as_deref(), Some("+123456789012345"));
    }

    #[test]
    fn ten_dominican_digits_get_plus_one_however_they_are_spaced() {
        for text in [
            "8095550123",
            "809-555-0123",
            "(809) 555-0123",
            " 809 555\u{a0}0123 ",
            "[809]5550123",
            "809–555–0123",
        ] {
            assert_eq!(parsed(text).as_deref(), Some("+18095550123"), "{text}");
        }
        assert_eq!(parsed("8295550123").as_deref(), Some("+18295550123"));
        assert_eq!(parsed("8495550123").as_deref(), Some("+18495550123"));
        assert_eq!(parsed("18095550123").as_deref(), Some("+18095550123"), "eleven digits are complete");
        assert_eq!(parsed("+8095550123").as_deref(), Some("+8095550123"), "a plus is believed");
        assert_eq!(parsed("2125550123").as_deref(), Some("+2125550123"), "other areas get no guess");
    }

    #[test]
    fn what_the_owners_rule_does_not_hold_is_refused() {
        for text in [
            "",
            "+",
            "1",
            "+1",
            "0809555",
            "+0123456",
            "+1234567890123456",
            "809.555.0123",
            "++1809",
            "1+809",
            "abc",
            "809555012a",
            "٨٠٩٥٥٥٠١٢٣",
            "whatsapp:+18095550123",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_readable_for_people_and_masked_for_logs() {
        let phone = Phone::parse_api("8095550123").unwrap();
        assert_eq!(phone.national(), "+1 809 555 0123");
        assert_eq!(phone.masked(), "+1809…23");
        assert_eq!(format!("{phone:?}"), "Phone(+1809…23)");
        assert_eq!(Phone::parse_api("+34612345678").unwrap().masked(), "+34…78");
        assert_eq!(masked("+1234567"), "…", "a short number would be given away by its ends");
        assert_eq!(masked(""), "…");
        assert_eq!(masked("DO.1A2B3C4D5E"), "DO.…5E");
    }

    #[test]
    fn what_stands_for_an_erased_number_leads_back_to_none() {
        let phone = Phone::parse_api("8095557788").unwrap();
        let token = phone.erased(123_456_789_012_345_678);
        assert_eq!(token.as_str(), "+180900012345678");
        assert!(token.is_erased() && !phone.is_erased());
        assert_eq!(token.national(), "número borrado");
        assert!(Phone::try_from(token.as_str().to_owned()).is_ok(), "it is read like any other");
        assert_eq!(Phone::parse_api("+34612345678").unwrap().erased(7).as_str(), "+346100000000007");
    }

    #[test]
    fn numbers_inside_a_sentence_are_masked_and_sids_are_not() {
        assert_eq!(
            with_masked_numbers(
                "The 'To' number whatsapp:+18095550123 is not valid, 18095550123. Code 21211, SM00000000000000000000000000000001"
            ),
            "The 'To' number whatsapp:+1809…23 is not valid, 180…23. Code 21211, SM00000000000000000000000000000001"
        );
    }

    #[test]
    fn a_piece_of_a_number_is_found_however_it_is_spaced() {
        assert_eq!(digits_of("(809) 555-01").as_deref(), Some("80955501"));
        assert_eq!(digits_of("+1 809").as_deref(), Some("1809"));
        assert_eq!(digits_of("Corolla 2019"), None);
        assert_eq!(digits_of(" - "), None);
    }

    #[test]
    fn only_stored_form_crosses_as_json() {
        let phone: Phone = "+18095550123".to_owned().try_into().unwrap();
        assert_eq!(phone.as_str(), "+18095550123");
        assert!(Phone::try_from("8095550123".to_owned()).is_err());
        assert!(Phone::try_from("+1809 555".to_owned()).is_err());
    }
}
