//! The errors that cross to the browser: a closed set without free text, for an error in a URL is anyone's to write.

use leptos::{
    prelude::FromServerFnError,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum WebError {
    #[error("No pudimos completar lo que pidió. Inténtelo de nuevo en un momento.")]
    Unexpected,
}

impl FromServerFnError for WebError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Unexpected
    }
}

#[cfg(feature = "ssr")]
impl From<crate::app::error::AppError> for WebError {
    /// What a person can mend never comes here; the rest is logged once, here.
    fn from(error: crate::app::error::AppError) -> Self {
        tracing::error!(%error, "a request failed");
        Self::Unexpected
    }
}
