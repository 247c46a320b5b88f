//! What whoever confirms an offer has seen of it, as a short text: another if anything of it is another.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::{
    app::error::{AppError, Result},
    store::campaigns::Campaign,
};

/// So much of the digest as a form need carry.
const BYTES: usize = 16;

/// Of the words as they arrive, label and all, of whom it is for, and of when it begins.
pub(super) fn seal(arrives: &str, campaign: &Campaign) -> Result<String> {
    let shown = serde_json::to_vec(&(arrives, &campaign.audience, campaign.begins_at))
        .map_err(|error| AppError::Fault(format!("campaigns {}: {error}", campaign.id)))?;
    let mut text = String::with_capacity(2 * BYTES);
    for byte in Sha256::digest(shown).iter().take(BYTES) {
        // Writing to a text does not fail.
        let _written = write!(text, "{byte:02x}");
    }
    Ok(text)
}
