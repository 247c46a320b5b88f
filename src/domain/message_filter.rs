//! What narrows a list of messages, and where a page of it begins.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{ids::MessageId, message::Status};

/// What is empty lets every message pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Any of these.
    pub statuses: Vec<Status>,
    /// Written then or later.
    pub from: Option<DateTime<Utc>>,
    /// Written earlier than then.
    pub before: Option<DateTime<Utc>>,
    /// Part of the body whatever its accents and case, part of the number however it is spaced, or words of the vehicle.
    pub text: Option<String>,
}

/// The last message of a page; the next page begins after it, whatever was written meanwhile. Its text is 48 hexadecimal
/// digits that mean nothing to who hands them back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub created_at: DateTime<Utc>,
    pub id: MessageId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}{}", self.created_at.timestamp_micros(), self.id.0.simple())
    }
}

/// The text was never a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        if text.len() != 48 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidCursor);
        }
        let micros = i64::from_str_radix(&text[..16], 16).map_err(|_| InvalidCursor)?;
        let created_at = DateTime::from_timestamp_micros(micros).ok_or(InvalidCursor)?;
        let id = Uuid::try_parse(&text[16..]).map_err(|_| InvalidCursor)?;
        Ok(Self { created_at, id: MessageId(id) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_one() {
        let created_at = DateTime::from_timestamp_micros(1_795_400_000_123_456).expect("a test's own time");
        let cursor = Cursor { created_at, id: MessageId(Uuid::from_u128(7)) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let strange = ["", "x", "ñññññññññññññññññññññññññññ", &"f".repeat(48), &"0".repeat(49)];
        for text in strange {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
