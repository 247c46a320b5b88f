//! Holding an offer back, letting it go on, ending it.

use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        read_panel::dealer_of,
        state::App,
    },
    domain::{
        ids::CampaignId,
        offer::{Hold, Skip, State},
    },
    store::{self, campaigns::Stop},
};

/// What a dealer says to his campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Pause,
    Resume,
    Stop,
}

/// Has it done; what is done already is left alone. From then on nothing more is taken in; what was taken in leaves.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn order_campaign(app: &App, actor: &Actor, id: CampaignId, order: Order) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let campaign =
        store::campaigns::get_campaign(&mut tx, Some(dealer), id).await?.ok_or(AppError::NotFound)?;
    match order {
        Order::Pause => store::campaigns::pause(&mut tx, id, Hold::Dealer).await?,
        Order::Resume => {
            store::campaigns::resume(&mut tx, dealer, id, actor.user_id).await?;
        }
        Order::Stop => {
            // Who is left out then is so for want of money.
            let no_money = campaign.state == State::Paused(Hold::Budget);
            let why = if no_money { Skip::Budget } else { Skip::Stopped };
            let stop = Stop { by: actor.user_id, why, reason: None };
            store::campaigns::stop(&mut tx, id, &stop, now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
