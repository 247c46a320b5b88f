//! An admin ends a dealer's offer.

use serde_json::json;

use crate::{
    app::{
        actor::Actor,
        audit::{Change, record},
        error::{AppError, Result},
        state::App,
    },
    domain::{
        audit::Action,
        ids::CampaignId,
        offer::{Skip, State},
        reason::Reason,
    },
    store::{self, campaigns::Stop},
};

/// Ends it for good; its dealer reads why. What was taken in leaves, nothing more is taken in.
///
/// # Errors
/// `NotFound`: not an admin's, or nobody confirmed it. `Invalid`: it is over.
pub async fn halt_campaign(app: &App, actor: &Actor, id: CampaignId, reason: Reason) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let campaign = store::campaigns::get_campaign(&mut tx, None, id).await?;
    let campaign = campaign.filter(|campaign| campaign.state != State::Draft).ok_or(AppError::NotFound)?;
    let stop = Stop { by: actor.user_id, why: Skip::Halted, reason: Some(reason.as_str()) };
    let Some(left_out) = store::campaigns::stop(&mut tx, id, &stop, now).await? else {
        let problem = "Esta oferta ya terminó: no queda nada que detener.";
        return Err(AppError::invalid("", "over", problem));
    };
    let change = Change {
        dealer: Some(campaign.dealer),
        after: json!({ "left_out": left_out }),
        reason: reason.into(),
        ..Change::new(Action::OfferStopped, &id, Some(actor.user_id), now)
    };
    record(&mut tx, change).await?;
    Ok(tx.commit().await?)
}
