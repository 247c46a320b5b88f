//! Who has left: kept as keyed hashes, so that the list outlives the persons' data.

use sqlx::PgConnection;
use url::Url;

use super::{
    error::{AppError, Result},
    state::{App, Settings},
    throttle::keyed_hash,
};
use crate::store;

/// What brings whoever left back.
const BACK: &str = "ALTA";

/// An address as it is kept.
pub fn address_hash(app: &App, address: &str) -> Result<Vec<u8>> {
    keyed_hash(app, &format!("opt-out:{address}"))
}

/// Whether whoever is reached there wants nothing of ours.
pub async fn has_left(app: &App, conn: &mut PgConnection, address: &str) -> Result<bool> {
    let hash = address_hash(app, address)?;
    Ok(!store::opt_outs::list_opted_out(conn, &[hash]).await?.is_empty())
}

/// How whoever is reached there comes back; `None`: he has not left.
pub(super) async fn way_back(app: &App, conn: &mut PgConnection, address: &str) -> Result<Option<Url>> {
    if !has_left(app, conn, address).await? {
        return Ok(None);
    }
    write_to_okla(&app.settings, BACK).map(Some)
}

/// Opens WhatsApp with words to OKLA written.
pub fn write_to_okla(settings: &Settings, words: &str) -> Result<Url> {
    let mut link = Url::parse("https://wa.me").map_err(|error| AppError::Fault(format!("wa.me: {error}")))?;
    link.set_path(settings.number.as_str().trim_start_matches('+'));
    link.query_pairs_mut().append_pair("text", words);
    Ok(link)
}
