//! The port to wherever Twilio keeps the files that people send.

use futures::future::BoxFuture;

use crate::domain::media::Unshown;

/// Why a file did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// It never will.
    #[error("refused: {0}")]
    Refused(Unshown),
    /// Later it may.
    #[error("not yet: {0}")]
    Later(String),
}

/// Where files come from. Its credentials go to nobody but the provider's own address of our account's files.
pub trait MediaSource: Send + Sync + 'static {
    /// What is at an address that a webhook named, no more than is taken.
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, MediaError>>;
}
