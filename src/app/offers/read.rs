//! What became of offers, as their dealer reads it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{
    plan::dealer_name,
    words::{SAMPLE, compose, with_link},
};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        read_panel::dealer_of,
        state::App,
    },
    domain::{
        ids::CampaignId,
        kind::Kind,
        offer::{Skip, State},
        pause::Paused,
    },
    store::{
        self,
        campaign_results::{Counts, Outcome},
        campaigns::Campaign,
    },
};

const PER_PAGE: i64 = 20;
const NAMES_PER_PAGE: i64 = 100;

/// A campaign in the list.
pub struct CampaignRow {
    pub campaign: Campaign,
    pub counts: Counts,
    /// US$.
    pub cost: Decimal,
}

/// A dealer's campaigns, the newest first, after `after`; and whether there are older ones.
///
/// # Errors
/// `NotFound` for whoever is no dealer's.
pub async fn list_campaigns(
    app: &App,
    actor: &Actor,
    after: Option<CampaignId>,
) -> Result<(Vec<CampaignRow>, Option<CampaignId>)> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let mut campaigns = store::campaigns::list_campaigns(&mut conn, dealer, after, PER_PAGE + 1).await?;
    let more = campaigns.len() > usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    if more {
        campaigns.pop();
    }
    let next = campaigns.last().map(|campaign| campaign.id).filter(|_| more);
    let ids: Vec<CampaignId> = campaigns.iter().map(|campaign| campaign.id).collect();
    let mut counts = store::campaign_results::count_items(&mut conn, &ids).await?;
    let costs = store::campaign_results::sum_costs(&mut conn, &ids).await?;
    let row = |campaign: Campaign| CampaignRow {
        counts: counts.remove(&campaign.id).unwrap_or_default(),
        cost: costs.get(&campaign.id).copied().unwrap_or_default(),
        campaign,
    };
    Ok((campaigns.into_iter().map(row).collect(), next))
}

/// A campaign with all that is known of it.
pub struct Detail {
    pub campaign: Campaign,
    pub counts: Counts,
    pub outcomes: Vec<Outcome>,
    /// As it arrives.
    pub preview: String,
    /// An admin has stopped offers.
    pub paused: Option<Paused>,
    /// When offers leave again, if this is not their hour.
    pub quiet_until: Option<DateTime<Utc>>,
}

impl Detail {
    /// Everybody whom the filters chose.
    pub fn total(&self) -> i64 {
        self.counts.pending
            + self.counts.sent
            + self.counts.skipped.iter().map(|(_, people)| people).sum::<i64>()
    }

    /// US$.
    pub fn cost(&self) -> Decimal {
        self.outcomes.iter().map(|outcome| outcome.cost).sum()
    }

    /// Nothing will change any more, as far as we can tell.
    pub fn is_final(&self) -> bool {
        self.campaign.state.is_over() && self.outcomes.iter().all(|outcome| outcome.status.is_final())
    }
}

/// One of a dealer's campaigns.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn read_campaign(app: &App, actor: &Actor, id: CampaignId) -> Result<Detail> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let campaign = store::campaigns::get_campaign(&mut conn, dealer, id).await?.ok_or(AppError::NotFound)?;
    let mut counts = store::campaign_results::count_items(&mut conn, &[id]).await?;
    let outcomes = store::campaign_results::list_outcomes(&mut conn, id).await?;
    let pauses = store::pauses::list_in_force(&mut conn, now).await?;
    let name = dealer_name(&mut conn, dealer).await?;
    let vehicle = campaign.vehicle.as_ref().map(|(id, _)| *id);
    let opens = app.settings.offer_hours.opening(now);
    Ok(Detail {
        preview: compose(&name, SAMPLE, &with_link(&app.settings, &campaign.words, vehicle)).text,
        counts: counts.remove(&id).unwrap_or_default(),
        outcomes,
        paused: Paused::by(&pauses, [Some(dealer), Some(dealer)], Kind::Offer, now)
            .filter(|_| campaign.state == State::Running),
        quiet_until: (opens > now).then_some(opens),
        campaign,
    })
}

/// Some of those who got nothing.
pub struct Names {
    pub names: Vec<String>,
    /// Where the next page begins.
    pub next: Option<i32>,
}

/// Who is still to get it (`None`), or was left out for that reason, after that place.
///
/// # Errors
/// `NotFound`, also for another's campaign and for a reason whose people are nobody's to know.
pub async fn read_names(
    app: &App,
    actor: &Actor,
    id: CampaignId,
    reason: Option<Skip>,
    after: i32,
) -> Result<Names> {
    let dealer = dealer_of(actor)?;
    if reason.is_some_and(|reason| !reason.names_people()) {
        return Err(AppError::NotFound);
    }
    let mut conn = app.pool.acquire().await?;
    store::campaigns::get_campaign(&mut conn, dealer, id).await?.ok_or(AppError::NotFound)?;
    let mut rows =
        store::campaign_results::list_without(&mut conn, id, reason, after, NAMES_PER_PAGE + 1).await?;
    let more = rows.len() > usize::try_from(NAMES_PER_PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let next = rows.last().map(|(place, _)| *place).filter(|_| more);
    Ok(Names { names: rows.into_iter().map(|(_, name)| name).collect(), next })
}
