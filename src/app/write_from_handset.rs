//! Writing to OKLA from a simulated telephone. The simulator signs and posts a real webhook, so the message comes in by
//! the only door there is. Demo mode only.

use super::{
    error::{AppError, Result},
    state::App,
};
use crate::domain::{
    body::{Body, InvalidBody},
    phone::Phone,
};

/// What the holder of a telephone may send along: the simulator's word, and what a person reads.
pub const SAMPLES: [(&str, &str); 4] = [
    ("foto", "Foto de un vehículo"),
    ("matricula", "Foto de una matrícula"),
    ("cotizacion", "Cotización en PDF"),
    ("contacto", "Contacto"),
];

/// Writes a text, a file or both as the holder of `from`.
///
/// # Errors
/// `NotFound` outside demo mode; `Invalid` for a text that is none, and when the simulator or our own webhook did not
/// take it.
pub async fn write_from_handset(app: &App, from: &Phone, text: &str, sample: &str) -> Result<()> {
    let handset = app.handset.as_ref().ok_or(AppError::NotFound)?;
    let sample = SAMPLES.iter().map(|(word, _)| *word).find(|word| *word == sample);
    let body = match Body::parse(text) {
        Ok(body) => body.as_str().to_owned(),
        Err(InvalidBody::Empty) if sample.is_some() => String::new(),
        Err(error) => return Err(AppError::invalid("text", "invalid", error.sentence())),
    };
    match handset.write(from, &body, sample).await {
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
