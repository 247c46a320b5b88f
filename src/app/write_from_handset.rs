//! Writing to OKLA from a simulated telephone. The simulator signs and posts a real webhook, so the message comes in by
//! the only door there is. Demo mode only.

use super::{
    error::{AppError, Result},
    state::App,
};
use crate::domain::{body::Body, phone::Phone};

/// Writes a text as the holder of `from`.
///
/// # Errors
/// `NotFound` outside demo mode; `Invalid` for a text that is none, and when the simulator or our own webhook did not
/// take it.
pub async fn write_from_handset(app: &App, from: &Phone, text: &str) -> Result<()> {
    let handset = app.handset.as_ref().ok_or(AppError::NotFound)?;
    let body = Body::parse(text).map_err(|error| AppError::invalid("text", "invalid", error.sentence()))?;
    match handset.write(from, body.as_str()).await {
        Ok(Some(200..300)) => Ok(()),
        Ok(webhook_status) => {
            tracing::warn!(webhook_status, "our inbound webhook did not take a simulated message");
            Err(AppError::invalid(
                "text",
                "not_taken",
                "El mensaje salió del teléfono, pero OKLA no lo recibió. Escríbalo de nuevo.",
            ))
        }
        Err(error) => {
            tracing::warn!(%error, "a simulated message could not be written");
            Err(AppError::invalid(
                "text",
                "simulator_silent",
                "El simulador no responde. Inténtelo de nuevo en un momento.",
            ))
        }
    }
}
