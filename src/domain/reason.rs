//! Why somebody changes what concerns others.

/// A few words, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

const LONGEST: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReason {
    #[error("Motivo: escriba por qué; lo leerá quien revise la auditoría.")]
    Empty,
    #[error("Motivo: use {LONGEST} caracteres como mucho.")]
    TooLong,
    #[error("Motivo: escriba solo texto en una línea, sin caracteres invisibles.")]
    NotPlain,
}

impl InvalidReason {
    /// The same of a field with another name.
    pub fn of(self, field: &str) -> String {
        self.to_string().replacen("Motivo", field, 1)
    }
}

/// Whether it is a line of text in which nothing hides.
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(|typed| typed.is_control() || TURNING.contains(&typed))
}

/// What turns the sentence around in which it will stand.
const TURNING: [char; 11] = [
    '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}',
];

impl Reason {
    /// What was typed, its ends trimmed.
    ///
    /// # Errors
    /// Nothing was, or too much, or what is no text.
    pub fn parse(typed: &str) -> Result<Self, InvalidReason> {
        let text = typed.trim();
        if !is_plain(text) {
            return Err(InvalidReason::NotPlain);
        }
        match text.chars().count() {
            0 => Err(InvalidReason::Empty),
            1..=LONGEST => Ok(Self(text.to_owned())),
            _ => Err(InvalidReason::TooLong),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_line_of_text() {
        assert_eq!(Reason::parse(" Feria de marzo ").map(String::from), Ok("Feria de marzo".to_owned()));
        assert_eq!(Reason::parse(" "), Err(InvalidReason::Empty));
        assert_eq!(Reason::parse(&"x".repeat(201)), Err(InvalidReason::TooLong));
        for hidden in ["a\0b", "a\nb", "a\u{202e}b", "a\u{2067}b"] {
            assert_eq!(Reason::parse(hidden), Err(InvalidReason::NotPlain), "{hidden:?}");
        }
    }
}
