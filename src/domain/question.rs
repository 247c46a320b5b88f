//! «¿Para quién es?»: which words one question is about, and what is an answer to it.

use chrono::TimeDelta;

/// Words that follow the first so soon are about the same, for people say one thing in several messages. What comes later may
/// be for somebody else, and is asked about for itself.
pub const BURST: TimeDelta = TimeDelta::minutes(2);

/// Before the place of an option, in the button that stands for it.
const BUTTON: &str = "quien-";
/// Digits of an option; whatever is longer is a year or a price.
const LONGEST: usize = 2;

/// What somebody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// From one on; no question has an option zero.
    pub place: usize,
    /// By a button, which can be nothing else. A number may be something that people say.
    pub pressed: bool,
}

/// The choice that a message is: a question's button, or a short number and nothing else.
pub fn read(text: &str, button: Option<&str>) -> Option<Choice> {
    if let Some(pressed) = button.and_then(|button| button.strip_prefix(BUTTON)) {
        return Some(Choice { place: pressed.parse().unwrap_or_default(), pressed: true });
    }
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric() && !"$€%+".contains(c));
    let is_number = (1..=LONGEST).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Choice { place: bare.parse().unwrap_or_default(), pressed: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_alone_is_a_choice_however_it_is_written() {
        for text in ["2", " 2. ", "(2)", "#2", "2️⃣", "02", "¡2!"] {
            assert_eq!(read(text, None), Some(Choice { place: 2, pressed: false }), "{text}");
        }
        assert_eq!(read("12", None).map(|choice| choice.place), Some(12));
        assert_eq!(read("0", None).map(|choice| choice.place), Some(0));
    }

    #[test]
    fn what_people_say_with_numbers_is_none() {
        for text in ["", "500", "2019", "5 mil", "5k", "2 o 3", "$50", "10%", "a las 2", "1, 2", "dos"] {
            assert_eq!(read(text, None), None, "{text}");
        }
    }

    #[test]
    fn questions_button_is_a_choice_whatever_its_title_and_another_is_none() {
        assert_eq!(read("Ana", Some("quien-1")), Some(Choice { place: 1, pressed: true }));
        for odd in ["quien-", "quien-x", "quien-99999999999999999999"] {
            assert_eq!(read("2", Some(odd)), Some(Choice { place: 0, pressed: true }), "{odd}");
        }
        assert_eq!(read("Renovar", Some("publicacion-renovar")), None);
    }
}
