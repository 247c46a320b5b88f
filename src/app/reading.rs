//! The address under which a recipient reads all of a message's words, when WhatsApp carried only their beginning: a key
//! that nobody can guess stands in it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::Mac;
use uuid::Uuid;

use super::{
    error::{AppError, Result},
    state::{App, Settings},
    throttle::keyed,
};
use crate::{domain::ids::MessageId, store};

/// Bytes of the key.
const KEY: usize = 12;

/// A message's words, as whoever holds their address reads them.
pub struct Reading {
    /// Who wrote.
    pub from: String,
    pub vehicle: Option<String>,
    pub words: String,
    pub image_url: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Where a message's words are read.
pub fn reading_link(settings: &Settings, message: MessageId) -> Result<String> {
    let mut token = message.0.as_bytes().to_vec();
    token.extend_from_slice(&keyed(settings, &name(message))?.finalize().into_bytes()[..KEY]);
    Ok(settings.page(&format!("/leer/{}", BASE64_URL_SAFE_NO_PAD.encode(token))))
}

/// The message that such an address names.
///
/// # Errors
/// `NotFound` for any that we did not make, and for one whose words are not kept any more.
pub async fn read_words(app: &App, token: &str) -> Result<Reading> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| AppError::NotFound)?;
    let (id, said) = bytes.split_first_chunk::<16>().ok_or(AppError::NotFound)?;
    let message = MessageId(Uuid::from_bytes(*id));
    if said.len() != KEY || keyed(&app.settings, &name(message))?.verify_truncated_left(said).is_err() {
        return Err(AppError::NotFound);
    }
    let row = store::messages::get_reading(&mut *app.pool.acquire().await?, message).await?;
    let row = row.filter(|row| !row.body.is_empty()).ok_or(AppError::NotFound)?;
    let from =
        if row.by_buyer { row.sender_name } else { row.dealer_name.unwrap_or_else(|| "OKLA".to_owned()) };
    Ok(Reading {
        from,
        vehicle: row.vehicle,
        words: row.body,
        image_url: row.image_url,
        created_at: row.created_at,
    })
}

fn name(message: MessageId) -> String {
    format!("leer:{message}")
}
