//! What an admin sees of the limits: what holds, for whom, how much of it is used, and which other limit makes it void.

use chrono::{DateTime, Days, Utc};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    state::App,
    take_limits::Rules,
};
use crate::{
    domain::{
        ids::DealerId,
        limits::{Limit, UNLIMITED, effective},
        time::day_in_santo_domingo,
    },
    store::{self, connection::begin_snapshot, limits::ShownLimit},
};

/// Days over which the greatest use is told.
const PEAK_DAYS: u64 = 30;

/// A limit, for all or for one dealer, in its units (of a budget: millionths of a US$).
pub struct Rule {
    pub limit: Limit,
    /// `None`: everything comes through.
    pub most: Option<i64>,
    /// What really comes through, and the other limit that makes it so.
    pub effective: Option<i64>,
    pub bound_by: Option<Limit>,
    /// The most that anybody has of it now; of a dealer's own rule unknown.
    pub used: i64,
    /// The most of a day within a month, where days are counted.
    pub peak: Option<i64>,
    pub set: Option<SetBy>,
}

/// Who set a rule, when and why.
pub struct SetBy {
    pub at: DateTime<Utc>,
    pub by: Option<String>,
    pub reason: String,
    pub expires_at: Option<DateTime<Utc>>,
    /// To be given back when it is changed.
    pub version: i64,
}

/// A dealer's own rule.
pub struct OwnRule {
    pub slug: String,
    pub dealer: String,
    pub rule: Rule,
}

pub struct RuleBook {
    pub general: Vec<Rule>,
    pub own: Vec<OwnRule>,
}

/// All rules in force.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn read_rules(app: &App, actor: &Actor) -> Result<RuleBook> {
    actor.admin()?;
    let now = app.clock.now();
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let rows = store::limits::list_shown(&mut snapshot, now).await?;
    let taken = store::limits::list_greatest_uses(&mut snapshot, now).await?;
    let since = day_in_santo_domingo(now) - Days::new(PEAK_DAYS - 1);
    let (all, one) = store::limits::get_greatest_days(&mut snapshot, since).await?;
    snapshot.commit().await?;
    let used =
        |limit: Limit| taken.iter().find(|(name, _)| name == limit.name()).map_or(0, |(_, used)| *used);
    let peak = |limit| match limit {
        Limit::PlatformDay => Some(all),
        Limit::DealerDay => Some(one),
        _ => None,
    };
    let general =
        Limit::ALL.map(|limit| Rule { used: used(limit), peak: peak(limit), ..rule(limit, None, &rows) });
    let own = rows.iter().filter_map(|row| {
        let limit = row.name.parse().ok()?;
        Some(OwnRule {
            slug: row.slug.clone()?,
            dealer: row.dealer_name.clone()?,
            rule: rule(limit, row.dealer, &rows),
        })
    });
    Ok(RuleBook { general: general.into(), own: own.collect() })
}

/// One rule as it stands, for whoever changes it.
///
/// # Errors
/// `NotFound`: not an admin's, or no such dealer.
pub async fn read_rule(
    app: &App,
    actor: &Actor,
    limit: Limit,
    slug: Option<&str>,
) -> Result<(Rule, Option<(DealerId, String)>)> {
    actor.admin()?;
    let mut conn = app.pool.acquire().await?;
    let dealer = find(&mut conn, slug).await?;
    if dealer.is_some() && !limit.is_per_dealer() {
        return Err(AppError::NotFound);
    }
    let rows = store::limits::list_shown(&mut conn, app.clock.now()).await?;
    Ok((rule(limit, dealer.as_ref().map(|(id, _)| *id), &rows), dealer))
}

async fn find(conn: &mut PgConnection, slug: Option<&str>) -> Result<Option<(DealerId, String)>> {
    let Some(slug) = slug else { return Ok(None) };
    let dealer = store::dealers::get_dealer_by_slug(conn, slug).await?.ok_or(AppError::NotFound)?;
    Ok(Some((dealer.id, dealer.name)))
}

/// The dealer that somebody means by his short name.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: there is none.
pub async fn find_dealer(app: &App, actor: &Actor, slug: &str) -> Result<DealerId> {
    actor.admin()?;
    let found = store::dealers::get_dealer_by_slug(&mut *app.pool.acquire().await?, slug).await?;
    let problem = "Concesionario: elija uno de la lista, por su nombre corto.";
    Ok(found.ok_or_else(|| AppError::invalid("concesionario", "unknown", problem))?.id)
}

/// Short and full names of all dealers.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_dealers(app: &App, actor: &Actor) -> Result<Vec<(String, String)>> {
    actor.admin()?;
    Ok(store::dealers::list_names(&mut *app.pool.acquire().await?).await?)
}

fn rule(limit: Limit, dealer: Option<DealerId>, rows: &[ShownLimit]) -> Rule {
    let rules = Rules::of(rows.iter().map(|row| (row.name.clone(), row.dealer, row.value)));
    let most = |limit: Limit| rules.most(limit, dealer).filter(|most| *most < UNLIMITED);
    let (really, bound_by) = effective(limit, most(limit), most);
    let set = rows.iter().find(|row| row.name == limit.name() && row.dealer == dealer);
    let set_by = set.map(|row| SetBy {
        at: row.updated_at,
        by: row.set_by.clone(),
        reason: row.reason.clone(),
        expires_at: row.expires_at,
        version: row.version,
    });
    Rule { limit, most: most(limit), effective: really, bound_by, used: 0, peak: None, set: set_by }
}
