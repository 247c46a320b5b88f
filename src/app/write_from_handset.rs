//! Writing to OKLA from a simulated telephone. The simulator signs and posts a real webhook, so the message comes in by
//! the only door there is. Demo mode only.

use super::{
    error::{AppError, Result},
    handset::Letter,
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

/// What the holder of a telephone typed, chose or pressed; what he did not is empty.
pub struct Typed<'a> {
    pub text: &'a str,
    pub sample: &'a str,
    pub button: &'a str,
    /// Twilio's id of the message that he answers.
    pub reply_to: &'a str,
}

/// Writes a text, a file or both as the holder of `from`.
///
/// # Errors
/// `NotFound` outside demo mode; `Invalid` for a text that is none, and when the simulator or our own webhook did not
/// take it.
pub async fn write_from_handset(app: &App, from: &Phone, typed: Typed<'_>) -> Result<()> {
    let handset = app.handset.as_ref().ok_or(AppError::NotFound)?;
    let sample = SAMPLES.iter().map(|(word, _)| *word).find(|word| *word == typed.sample);
    let body = match Body::parse(typed.text) {
        Ok(body) => body.as_str().to_owned(),
        Err(InvalidBody::Empty) if sample.is_some() => String::new(),
        Err(error) => return Err(AppError::invalid("text", "invalid", error.sentence())),
    };
    let filled = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let letter =
        Letter { body: &body, sample, button: filled(typed.button), replied_to: filled(typed.reply_to) };
    match handset.write(from, letter).await {
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
