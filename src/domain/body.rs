//! A message's text, as it may be sent and stored.

use serde::{Deserialize, Serialize};

use super::{
    length::{MOST_CHARS, grouped},
    text::{is_blank, with_lf},
};

/// A body that can be sent: something visible, lines ended by LF, at most [`MOST_CHARS`], no control character but LF
/// and tab. Spaces at its ends are the writer's own and stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Body(String);

/// Why a text cannot be a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBody {
    #[error("the message is empty")]
    Empty,
    /// Both in Unicode scalar values.
    #[error("the message has {actual} characters, the limit is {limit}")]
    TooLong { limit: usize, actual: usize },
    /// NUL and its like: PostgreSQL cannot store it, nobody can read it.
    #[error("the message contains an invisible control character")]
    ControlCharacter,
}

impl InvalidBody {
    /// What a person reads by the field.
    pub fn sentence(self) -> String {
        match self {
            Self::Empty => "Escriba un mensaje.".to_owned(),
            Self::TooLong { limit, actual } => format!(
                "El mensaje tiene {} caracteres y el máximo es {}. Acórtelo, por favor; su texto sigue aquí.",
                grouped(actual),
                grouped(limit)
            ),
            Self::ControlCharacter => {
                "El mensaje contiene un carácter invisible que no se puede enviar. Bórrelo o escriba el texto de nuevo."
                    .to_owned()
            }
        }
    }
}

impl Body {
    /// Reads a text as typed or posted; CR LF and CR become LF first.
    ///
    /// # Errors
    /// `InvalidBody` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidBody> {
        let text = with_lf(text);
        if text.chars().all(is_blank) {
            return Err(InvalidBody::Empty);
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(InvalidBody::ControlCharacter);
        }
        let actual = text.chars().count();
        if actual > MOST_CHARS {
            return Err(InvalidBody::TooLong { limit: MOST_CHARS, actual });
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Body {
    type Error = InvalidBody;

    fn try_from(text: String) -> Result<Self, InvalidBody> {
        Self::parse(&text)
    }
}

impl From<Body> for String {
    fn from(body: Body) -> Self {
        body.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, InvalidBody> {
        Body::parse(text).map(String::from)
    }

    #[test]
    fn line_ends_become_lf_and_nothing_else_changes() {
        assert_eq!(
            parsed(" Hola\r\n¿sigue disponible?\r \t🚗 ").as_deref(),
            Ok(" Hola\n¿sigue disponible?\n \t🚗 ")
        );
    }

    #[test]
    fn a_text_that_shows_nothing_is_empty() {
        for text in ["", " ", "\r\n\t\u{a0}", "\u{200b}\u{feff}", "\u{3000}"] {
            assert_eq!(parsed(text), Err(InvalidBody::Empty), "{text:?}");
        }
    }

    #[test]
    fn over_limit_body_is_refused_in_words() {
        assert!(parsed(&"🚗".repeat(4_096)).is_ok());
        assert!(parsed(&"a\r\n".repeat(2_048)).is_ok(), "a line end counts once");
        assert_eq!(parsed(&"🚗".repeat(4_097)), Err(InvalidBody::TooLong { limit: 4_096, actual: 4_097 }));
        assert_eq!(
            parsed(&"a".repeat(5_000)).unwrap_err().sentence(),
            "El mensaje tiene 5,000 caracteres y el máximo es 4,096. Acórtelo, por favor; su texto sigue aquí."
        );
    }

    #[test]
    fn a_control_character_is_refused() {
        for text in ["a\0b", "a\u{7}", "a\u{1b}[31m", "a\u{85}b"] {
            assert_eq!(parsed(text), Err(InvalidBody::ControlCharacter), "{text:?}");
        }
    }
}
