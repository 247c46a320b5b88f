//! How long a body may be, and what a form tells of a text's length while one types.

use super::{parts, text::with_lf};

/// The most Unicode scalar values a body has, its line ends being LF.
pub const MOST_CHARS: usize = 4_096;

/// A text's length as the server will find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Unicode scalar values.
    pub chars: usize,
    /// Messages it goes in; 1 for what is too long to be sent at all.
    pub parts: usize,
}

impl Length {
    pub fn of(text: &str) -> Self {
        let text = with_lf(text);
        let chars = text.chars().count();
        let parts = if chars > MOST_CHARS { 1 } else { parts::split(&text).len() };
        Self { chars, parts }
    }

    /// `1,700 de 4,096 caracteres`
    pub fn counted(self) -> String {
        format!("{} de {} caracteres", grouped(self.chars), grouped(MOST_CHARS))
    }

    /// `llegará en 2 mensajes`; nothing for one.
    pub fn in_parts(self) -> Option<String> {
        (self.parts > 1).then(|| format!("llegará en {} mensajes", self.parts))
    }
}

/// es-DO thousands; apart from [`super::money::grouped`], so that the browser gets no decimals for it.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_tells_the_length_as_the_server_finds_it() {
        let of = |text: &str| (Length::of(text).counted(), Length::of(text).in_parts().unwrap_or_default());
        assert_eq!(of(""), ("0 de 4,096 caracteres".to_owned(), String::new()));
        assert_eq!(of("a\r\n🚗"), ("3 de 4,096 caracteres".to_owned(), String::new()));
        let long = "palabra ".repeat(250);
        assert_eq!(of(&long), ("2,000 de 4,096 caracteres".to_owned(), "llegará en 2 mensajes".to_owned()));
        assert_eq!(of(&"🚗".repeat(4_096)).1, "llegará en 6 mensajes");
        assert_eq!(of(&"a".repeat(1_234_567)), ("1,234,567 de 4,096 caracteres".to_owned(), String::new()));
    }
}
