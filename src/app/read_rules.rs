//! What an admin sees of the limits: what holds, for whom, how much of it is used, and which other limit makes it void.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Days, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    peaks,
    set_limit::Setting,
    state::App,
    take_limits::{Counters, Rules, Taken},
};
use crate::{
    domain::{
        ids::DealerId,
        limits::{Limit, Subject, UNLIMITED, effective},
        time::day_in_santo_domingo,
    },
    store::{self, connection::begin_snapshot, limits::ShownLimit},
};

pub use crate::store::limits::requests::RequestRow;

/// A limit, for all or for one dealer, in its units (of a budget: millionths of a US$).
pub struct Rule {
    pub limit: Limit,
    /// `None`: everything comes through.
    pub most: Option<i64>,
    /// What really comes through, and the other limit that makes it so.
    pub effective: Option<i64>,
    pub bound_by: Option<Limit>,
    /// What the dealer, or of a rule for all whoever has most of it, has used now.
    pub used: i64,
    /// The most that anybody had used within [`peaks::DAYS`] days; of a dealer's own rule unknown.
    pub peak: i64,
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

impl Rule {
    /// How much of what really comes through is used, in percent.
    pub fn percent(&self) -> i64 {
        let percent = |most| self.used.saturating_mul(100).checked_div(most).unwrap_or(100);
        self.effective.map_or(0, percent).clamp(0, 100)
    }
}

/// A rule that is a dealer's own, or that he asks to be.
pub struct OwnRule {
    pub slug: String,
    pub dealer: String,
    pub rule: Rule,
    pub request: Option<RequestRow>,
}

/// Which of the dealers' own rules are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    All,
    /// At least [`NEAR`] percent are used.
    Near,
    /// They end within two days.
    Ending,
    Requested,
}

/// From here on up a limit is worth a look, in percent.
pub const NEAR: i64 = 80;
const ENDING: TimeDelta = TimeDelta::days(2);

impl Filter {
    fn shows(self, own: &OwnRule, now: DateTime<Utc>) -> bool {
        let ends = own.rule.set.as_ref().and_then(|set| set.expires_at);
        match self {
            Self::All => true,
            Self::Near => own.rule.percent() >= NEAR,
            Self::Ending => ends.is_some_and(|end| end <= now + ENDING),
            Self::Requested => own.request.is_some(),
        }
    }
}

pub struct RuleBook {
    pub general: Vec<Rule>,
    pub own: Vec<OwnRule>,
    /// Requests that nobody has decided, shown or not.
    pub waiting: usize,
}

/// All rules in force, of the dealers' own those that the filter shows.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn read_rules(app: &App, actor: &Actor, filter: Filter) -> Result<RuleBook> {
    actor.admin()?;
    let now = app.clock.now();
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let rows = store::limits::list_shown(&mut snapshot, now).await?;
    let mut requests = store::limits::requests::list_open(&mut snapshot).await?;
    let taken = store::limits::list_greatest_uses(&mut snapshot, now).await?;
    let since = day_in_santo_domingo(now) - Days::new(peaks::DAYS - 1);
    let greatest = store::limits::peaks::list_greatest(&mut snapshot, since).await?;
    let rules = Rules::of(rows.iter().map(|row| (&*row.name, row.dealer, row.value)));
    let general = Limit::ALL.map(|limit| {
        let of = |known: &[(String, i64)]| {
            known.iter().find(|(name, _)| name == limit.name()).map_or(0, |(_, used)| *used)
        };
        let used = of(&taken);
        Rule { used, peak: of(&greatest).max(used), ..rule(limit, None, &rules, &rows) }
    });
    let waiting = requests.len();
    let mut own: Vec<(DealerId, OwnRule)> = rows
        .iter()
        .filter_map(|row| {
            let (limit, dealer): (Limit, _) = (row.name.parse().ok()?, row.dealer?);
            let asked = requests.iter().position(|asked| asked.dealer == dealer && asked.name == row.name);
            let request = asked.map(|number| requests.remove(number));
            let rule = rule(limit, Some(dealer), &rules, &rows);
            Some((
                dealer,
                OwnRule { slug: row.slug.clone()?, dealer: row.dealer_name.clone()?, rule, request },
            ))
        })
        .collect();
    own.extend(requests.into_iter().filter_map(|asked| {
        let rule = rule(asked.name.parse().ok()?, Some(asked.dealer), &rules, &rows);
        let (slug, dealer) = (asked.slug.clone(), asked.dealer_name.clone());
        Some((asked.dealer, OwnRule { slug, dealer, rule, request: Some(asked) }))
    }));
    let used =
        own_uses(&mut snapshot, own.iter().map(|(dealer, own)| (*dealer, own.rule.limit)), now).await?;
    snapshot.commit().await?;
    for (dealer, own) in &mut own {
        own.rule.used = used.get(&(*dealer, own.rule.limit)).copied().unwrap_or_default();
    }
    let own = own.into_iter().map(|(_, own)| own).filter(|own| filter.shows(own, now)).collect();
    Ok(RuleBook { general: general.into(), own, waiting })
}

/// What these dealers have used of these limits; of an hourly limit of users, the one who has most.
async fn own_uses(
    conn: &mut PgConnection,
    asked: impl Iterator<Item = (DealerId, Limit)>,
    now: DateTime<Utc>,
) -> Result<HashMap<(DealerId, Limit), i64>> {
    let mut wanted = BTreeSet::new();
    let mut of_users = Vec::new();
    for (dealer, limit) in asked {
        match limit {
            Limit::UserHour => of_users.push(dealer.0),
            Limit::DealerBudget => _ = wanted.insert((limit, Subject::ChargedTo(dealer))),
            _ => _ = wanted.insert((limit, Subject::DealersOwn(dealer))),
        }
    }
    let counters = Counters::read(conn, wanted.clone(), now).await?;
    let counted = wanted.into_iter().filter_map(|(limit, subject)| {
        let used = counters.used(limit, &subject);
        match subject {
            Subject::ChargedTo(dealer) | Subject::DealersOwn(dealer) => Some(((dealer, limit), used)),
            _ => None,
        }
    });
    let of_users = store::limits::list_greatest_of_users(conn, &of_users, now).await?;
    let of_users = of_users.into_iter().map(|(dealer, used)| ((dealer, Limit::UserHour), used));
    Ok(counted.chain(of_users).collect())
}

/// One rule as it stands, for whoever changes it.
pub struct RuleInHand {
    pub rule: Rule,
    /// Who he is whose own rule it is.
    pub dealer: Option<(DealerId, String)>,
    /// What he asks for.
    pub request: Option<RequestRow>,
}

/// One rule as it stands.
///
/// # Errors
/// `NotFound`: not an admin's, or no such dealer.
pub async fn read_rule(app: &App, actor: &Actor, limit: Limit, slug: Option<&str>) -> Result<RuleInHand> {
    actor.admin()?;
    let mut conn = app.pool.acquire().await?;
    let dealer = find(&mut conn, slug).await?;
    if dealer.is_some() && !limit.is_per_dealer() {
        return Err(AppError::NotFound);
    }
    let rows = store::limits::list_shown(&mut conn, app.clock.now()).await?;
    let rules = Rules::of(rows.iter().map(|row| (&*row.name, row.dealer, row.value)));
    let whose = dealer.as_ref().map(|(id, _)| *id);
    let mut requests = store::limits::requests::list_open(&mut conn).await?.into_iter();
    let request = requests.find(|asked| Some(asked.dealer) == whose && asked.name == limit.name());
    Ok(RuleInHand { rule: rule(limit, whose, &rules, &rows), dealer, request })
}

/// The same rule as it would stand.
///
/// # Errors
/// As [`read_rule`].
pub async fn read_rule_with(
    app: &App,
    actor: &Actor,
    limit: Limit,
    dealer: Option<DealerId>,
    setting: Setting,
) -> Result<Rule> {
    actor.admin()?;
    let rows = store::limits::list_shown(&mut *app.pool.acquire().await?, app.clock.now()).await?;
    let rules = Rules::of(rows.iter().map(|row| (&*row.name, row.dealer, row.value)));
    Ok(rule(limit, dealer, &rules.with(limit, dealer, setting), &rows))
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

fn rule(limit: Limit, dealer: Option<DealerId>, rules: &Rules, rows: &[ShownLimit]) -> Rule {
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
    Rule { limit, most: most(limit), effective: really, bound_by, used: 0, peak: 0, set: set_by }
}
