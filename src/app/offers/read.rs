//! What became of offers, as their dealer reads it, or an admin.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{
    plan::told,
    words::{SAMPLE, arrives},
};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        read_panel::dealer_of,
        state::App,
    },
    domain::{
        ids::{CampaignId, DealerId},
        kind::Kind,
        message::Status,
        offer::{Skip, State},
        pause::Paused,
        state_group::StateGroup,
        user::Role,
    },
    store::{
        self,
        campaign_results::{Counts, Outcome},
        campaigns::Campaign,
    },
};

const PER_PAGE: i64 = 20;
const NAMES_PER_PAGE: i64 = 100;

/// A campaign in a list.
pub struct CampaignRow {
    pub campaign: Campaign,
    pub counts: Counts,
    /// On the recipient's device, and not going to be.
    pub arrived: i64,
    pub failed: i64,
    pub cost: Cost,
}

/// US$ that the ledger holds, and what of it Twilio has confirmed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub all: Decimal,
    pub confirmed: Decimal,
}

/// Whose campaigns somebody may read: his dealer's, or as an admin all (`None`).
fn whose(actor: &Actor) -> Result<Option<DealerId>> {
    if actor.role == Role::Admin { Ok(None) } else { dealer_of(actor).map(Some) }
}

/// A dealer's campaigns, the newest first, after `after`; an admin's are those that any dealer confirmed. And whether there
/// are older ones.
///
/// # Errors
/// `NotFound` for a buyer.
pub async fn list_campaigns(
    app: &App,
    actor: &Actor,
    after: Option<CampaignId>,
) -> Result<(Vec<CampaignRow>, Option<CampaignId>)> {
    let whose = whose(actor)?;
    let mut conn = app.searches.acquire().await?;
    let mut campaigns = match whose {
        Some(dealer) => store::campaigns::list_campaigns(&mut conn, dealer, after, PER_PAGE + 1).await?,
        None => store::campaigns::list_confirmed(&mut conn, after, PER_PAGE + 1).await?,
    };
    let more = campaigns.len() > usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    if more {
        campaigns.pop();
    }
    let next = campaigns.last().map(|campaign| campaign.id).filter(|_| more);
    let ids: Vec<CampaignId> = campaigns.iter().map(|campaign| campaign.id).collect();
    let mut counts = store::campaign_results::count_items(&mut conn, &ids).await?;
    let sums = store::campaign_results::list_sums(&mut conn, &ids).await?;
    let row = |campaign: Campaign| {
        let own = || sums.iter().filter(|sum| sum.campaign == campaign.id);
        let of =
            |is_so: fn(Status) -> bool| own().filter(|sum| is_so(sum.status)).map(|sum| sum.messages).sum();
        CampaignRow {
            counts: counts.remove(&campaign.id).unwrap_or_default(),
            arrived: of(|status| matches!(StateGroup::of(status), StateGroup::Delivered | StateGroup::Read)),
            failed: of(|status| StateGroup::of(status) == StateGroup::Failed),
            cost: Cost {
                all: own().map(|sum| sum.cost).sum(),
                confirmed: own().map(|sum| sum.confirmed).sum(),
            },
            campaign,
        }
    };
    Ok((campaigns.into_iter().map(row).collect(), next))
}

/// A campaign with all that is known of it.
pub struct Detail {
    pub campaign: Campaign,
    /// Whom it was for, a sentence a filter; none: everybody.
    pub audience: Vec<String>,
    pub counts: Counts,
    pub outcomes: Vec<Outcome>,
    /// As it arrives.
    pub preview: String,
    /// An admin has stopped offers.
    pub paused: Option<Paused>,
    /// When offers leave again, if this is not their hour.
    pub quiet_until: Option<DateTime<Utc>>,
    /// An admin reads it.
    pub for_admin: bool,
}

impl Detail {
    /// Everybody whom the filters chose.
    pub fn total(&self) -> i64 {
        self.counts.total()
    }

    pub fn cost(&self) -> Cost {
        Cost {
            all: self.outcomes.iter().map(|outcome| outcome.cost).sum(),
            confirmed: self.outcomes.iter().map(|outcome| outcome.confirmed).sum(),
        }
    }

    /// Nothing will change any more, as far as we can tell.
    pub fn is_final(&self) -> bool {
        self.campaign.state.is_over() && self.outcomes.iter().all(|outcome| outcome.status.is_final())
    }
}

/// One of a dealer's campaigns; an admin's are all that were confirmed.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn read_campaign(app: &App, actor: &Actor, id: CampaignId) -> Result<Detail> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let campaign = find(&mut conn, actor, id).await?;
    let mut counts = store::campaign_results::count_items(&mut conn, &[id]).await?;
    let outcomes = store::campaign_results::list_outcomes(&mut conn, id).await?;
    let pauses = store::pauses::list_in_force(&mut conn, now).await?;
    let vehicle = campaign.vehicle.as_ref().map(|(id, _)| *id);
    let opens = app.settings.offer_hours.opening(now);
    let dealer = Some(campaign.dealer);
    Ok(Detail {
        preview: arrives(&app.settings, &campaign.dealer_name, SAMPLE, &campaign.words, vehicle).text,
        audience: told(&mut conn, campaign.dealer, &campaign.audience).await?,
        counts: counts.remove(&id).unwrap_or_default(),
        outcomes,
        paused: Paused::by(&pauses, [dealer, dealer], Kind::Offer, now)
            .filter(|_| campaign.state == State::Running),
        quiet_until: (opens > now).then_some(opens),
        for_admin: actor.role == Role::Admin,
        campaign,
    })
}

/// What a dealer has not confirmed is nobody's but his.
async fn find(conn: &mut PgConnection, actor: &Actor, id: CampaignId) -> Result<Campaign> {
    let whose = whose(actor)?;
    let campaign = store::campaigns::get_campaign(conn, whose, id).await?;
    campaign.filter(|campaign| whose.is_some() || campaign.state != State::Draft).ok_or(AppError::NotFound)
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
    if reason.is_some_and(|reason| !reason.names_people()) {
        return Err(AppError::NotFound);
    }
    let mut conn = app.pool.acquire().await?;
    find(&mut conn, actor, id).await?;
    let mut rows =
        store::campaign_results::list_without(&mut conn, id, reason, after, NAMES_PER_PAGE + 1).await?;
    let more = rows.len() > usize::try_from(NAMES_PER_PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let next = rows.last().map(|(place, _)| *place).filter(|_| more);
    Ok(Names { names: rows.into_iter().map(|(_, name)| name).collect(), next })
}
