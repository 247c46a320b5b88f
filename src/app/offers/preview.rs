//! How what is being written would arrive.

use super::{
    plan::dealer_name,
    words::{SAMPLE, arrives, check, with_link},
};
use crate::{
    app::{
        actor::Actor,
        compose::list_usable,
        error::{AppError, Result},
        read_panel::dealer_of,
        state::App,
    },
    domain::{ids::VehicleId, template::Purpose},
    store,
};

/// Stands where nothing is written yet.
const NOTHING_YET: &str = "(aquí va su texto)";

/// What arrives.
pub struct OfferPreview {
    pub text: String,
    /// The template may not be used now, in words.
    pub unavailable: Option<String>,
}

/// Words as they would arrive at somebody of the sample's name.
///
/// # Errors
/// `Invalid` for words that do not fit; `NotFound` for whoever is no dealer's, and for another's vehicle.
pub async fn preview_offer(
    app: &App,
    actor: &Actor,
    words: &str,
    vehicle: Option<VehicleId>,
) -> Result<OfferPreview> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    if let Some(vehicle) = vehicle
        && !store::audiences::is_vehicle_of(&mut conn, dealer, vehicle).await?
    {
        return Err(AppError::NotFound);
    }
    let words = if words.trim().is_empty() { NOTHING_YET } else { words };
    let name = dealer_name(&mut conn, dealer).await?;
    check("texto", &name, words.trim(), |words| with_link(&app.settings, words, vehicle))?;
    let usable = list_usable(&mut conn).await?.contains_key(&Purpose::Offer);
    Ok(OfferPreview {
        text: arrives(&app.settings, &name, SAMPLE, words, vehicle).text,
        unavailable: (!usable).then(|| Purpose::Offer.unavailable()),
    })
}
