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
}

impl Reason {
    /// What was typed, its ends trimmed.
    ///
    /// # Errors
    /// Nothing was, or too much.
    pub fn parse(typed: &str) -> Result<Self, InvalidReason> {
        let text = typed.trim();
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
