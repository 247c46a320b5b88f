//! The port to the telephones that the simulator plays, for demo mode: what it has for each number, and writing as the
//! person who holds one.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use crate::domain::{message::Status, phone::Phone};

/// A message that OKLA gave to the provider, wherever it is now.
#[derive(Clone, Debug)]
pub struct Sent {
    pub sid: String,
    pub to: Phone,
    pub body: String,
    /// Somebody's https picture.
    pub image_url: Option<String>,
    /// Twilio's id of the template it went by.
    pub content_sid: Option<String>,
    pub status: Status,
    pub error_code: Option<i32>,
    pub at: DateTime<Utc>,
}

/// A message that the holder of a telephone wrote to OKLA.
#[derive(Clone, Debug)]
pub struct Written {
    pub sid: String,
    pub from: Phone,
    pub body: String,
    pub image_url: Option<String>,
    pub at: DateTime<Utc>,
}

/// What the holder of a telephone writes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Letter<'a> {
    pub body: &'a str,
    /// One of the simulator's own files.
    pub sample: Option<&'a str>,
    /// The button that was pressed.
    pub button: Option<&'a str>,
    /// The message that it answers.
    pub replied_to: Option<&'a str>,
}

/// The simulator did not answer, or not in a way we understand.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the simulator does not answer: {0}")]
pub struct HandsetError(pub String);

/// The simulated telephones.
pub trait Handset: Send + Sync + 'static {
    /// All that was sent, to any number, oldest first.
    fn sent(&self) -> BoxFuture<'_, Result<Vec<Sent>, HandsetError>>;

    /// All that was written to OKLA, from any number, oldest first.
    fn written(&self) -> BoxFuture<'_, Result<Vec<Written>, HandsetError>>;

    /// Writes to OKLA; the HTTP status that our inbound webhook gave, `None` when it gave none.
    fn write<'a>(
        &'a self,
        from: &'a Phone,
        letter: Letter<'a>,
    ) -> BoxFuture<'a, Result<Option<u16>, HandsetError>>;
}
