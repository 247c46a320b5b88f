//! Who has left: kept as keyed hashes, so that the list outlives the persons' data.

use super::{error::Result, state::App, throttle::keyed_hash};

/// An address as it is kept.
pub fn address_hash(app: &App, address: &str) -> Result<Vec<u8>> {
    keyed_hash(app, &format!("opt-out:{address}"))
}
