//! What an admin sees of the limits: what holds, for whom, how much of it is used, and which other limit makes it void.

use chrono::{DateTime, Days, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    peaks,
    set_limit::Setting,
    set_rate::in_force,
    state::App,
    take_limits::Rules,
};
use crate::{
    domain::{
        ids::DealerId,
        limits::{Limit, NEAR, UNLIMITED, effective},
        rates::Scope,
        time::day_in_santo_domingo,
        vehicle::Dealer,
    },
    store::{
        self,
        connection::begin_snapshot,
        limits::{ShownLimit, UseRow},
        rates::ShownRate,
    },
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
    /// What the dealer has used now; of a rule for all, of those whom it holds the one who has most.
    pub used: i64,
    /// Of a rule for all that one's name; `None`: nobody's in particular.
    pub whose: Option<String>,
    /// The most that anybody had used within [`peaks::DAYS`] days; of a dealer's own rule unknown.
    pub peak: i64,
    pub set: Option<SetBy>,
    /// What lets through when a value that ends is over: the dealer's own that stays, or the rule for all.
    pub lasting: Option<i64>,
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
    /// At least [`NEAR`] percent are used, also of the rule for all.
    Near,
    /// They end within two days.
    Ending,
    Requested,
}

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
    /// What a part costs where the rate card says nothing else.
    pub rate: Option<ShownRate>,
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
    let mut requests = store::limits::requests::list_open(&mut snapshot, now).await?;
    let taken = store::limits::list_uses(&mut snapshot, &Limit::ALL, now).await?;
    let since = day_in_santo_domingo(now) - Days::new(peaks::DAYS - 1);
    let greatest = store::limits::peaks::list_greatest(&mut snapshot, since).await?;
    let card = store::rates::list_shown(&mut snapshot).await?;
    snapshot.commit().await?;
    let rate = in_force(&card, Scope::default(), now).cloned();
    let rules = Rules::of(rows.iter().map(|row| (&*row.name, row.dealer, row.value)));
    let of = |limit: Limit| taken.iter().filter(move |row| row.name == limit.name());
    let general = Limit::ALL.map(|limit| {
        let held = of(limit).filter(|row| row.dealer.is_none_or(|dealer| !rules.has_own(limit, dealer)));
        let most = held.max_by_key(|row| row.used);
        let used = most.map_or(0, |row| row.used);
        let peak = greatest.iter().find(|(name, _)| name == limit.name()).map_or(0, |(_, used)| *used);
        let whose = most.and_then(|row| row.whose.clone());
        Rule { used, whose, peak: peak.max(used), ..rule(limit, None, &rules, &rows) }
    });
    let own_rule = |limit: Limit, dealer: DealerId| {
        let used = of(limit).filter(|row| row.dealer == Some(dealer)).map(|row| row.used).max();
        Rule { used: used.unwrap_or_default(), ..rule(limit, Some(dealer), &rules, &rows) }
    };
    let waiting = requests.len();
    let mut own: Vec<OwnRule> = rows
        .iter()
        .filter_map(|row| {
            let (limit, dealer): (Limit, _) = (row.name.parse().ok()?, row.dealer?);
            let asked = requests.iter().position(|asked| asked.dealer == dealer && asked.name == row.name);
            let request = asked.map(|number| requests.remove(number));
            let rule = own_rule(limit, dealer);
            Some(OwnRule { slug: row.slug.clone()?, dealer: row.dealer_name.clone()?, rule, request })
        })
        .collect();
    own.extend(requests.into_iter().filter_map(|asked| {
        let rule = own_rule(asked.name.parse().ok()?, asked.dealer);
        let (slug, dealer) = (asked.slug.clone(), asked.dealer_name.clone());
        Some(OwnRule { slug, dealer, rule, request: Some(asked) })
    }));
    if filter == Filter::Near {
        // Whoever has nothing of his own may be near what holds for all.
        for row in &taken {
            let (Some((limit, dealer)), Some(slug), Some(name)) =
                (per_dealer(row), &row.slug, &row.dealer_name)
            else {
                continue;
            };
            if own.iter().any(|own| own.rule.limit == limit && own.slug == *slug) {
                continue;
            }
            let (slug, rule) = (slug.clone(), own_rule(limit, dealer));
            own.push(OwnRule { slug, dealer: name.clone(), rule, request: None });
        }
    }
    own.retain(|own| filter.shows(own, now));
    own.sort_by(|one, other| {
        (&one.dealer, one.rule.limit.name()).cmp(&(&other.dealer, other.rule.limit.name()))
    });
    Ok(RuleBook { general: general.into(), own, waiting, rate })
}

fn per_dealer(row: &UseRow) -> Option<(Limit, DealerId)> {
    let limit: Limit = row.name.parse().ok()?;
    Some((limit, row.dealer?)).filter(|(limit, _)| limit.is_per_dealer())
}

/// One rule as it stands, for whoever changes it.
pub struct RuleInHand {
    pub rule: Rule,
    /// Whose own rule it is.
    pub dealer: Option<Dealer>,
    /// What he asks for.
    pub request: Option<RequestRow>,
}

/// One rule as it stands; `named`: the dealer whose own it is, by his short name or his name.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: no such dealer, or a limit that is no dealer's.
pub async fn read_rule(app: &App, actor: &Actor, limit: Limit, named: Option<&str>) -> Result<RuleInHand> {
    actor.admin()?;
    let mut conn = app.pool.acquire().await?;
    let dealer = match named {
        None => None,
        Some(named) => Some(find(&mut conn, named).await?),
    };
    if dealer.is_some() && !limit.is_per_dealer() {
        let problem = format!("Límite: «{}» vale para todos; elija uno de un concesionario.", limit.label());
        return Err(AppError::invalid("limite", "not_per_dealer", problem));
    }
    let now = app.clock.now();
    let rows = store::limits::list_shown(&mut conn, now).await?;
    let rules = Rules::of(rows.iter().map(|row| (&*row.name, row.dealer, row.value)));
    let whose = dealer.as_ref().map(|dealer| dealer.id);
    let mut requests = store::limits::requests::list_open(&mut conn, now).await?.into_iter();
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

async fn find(conn: &mut PgConnection, named: &str) -> Result<Dealer> {
    let mut found = store::dealers::find_dealers(conn, named.trim()).await?;
    let problem = match found.len() {
        1 => return Ok(found.swap_remove(0)),
        0 => "Concesionario: no hay ninguno con ese nombre; elija uno de la lista.",
        _ => "Concesionario: hay varios con ese nombre; elija uno de la lista, por su nombre corto.",
    };
    Err(AppError::invalid("concesionario", "unknown", problem))
}

/// The dealer that somebody means by his short name or his name.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: there is none, or more than one.
pub async fn find_dealer(app: &App, actor: &Actor, named: &str) -> Result<DealerId> {
    actor.admin()?;
    Ok(find(&mut *app.pool.acquire().await?, named).await?.id)
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
    let (really, bound_by) = effective(limit, dealer.is_some(), most(limit), most);
    let set = rows.iter().find(|row| row.name == limit.name() && row.dealer == dealer);
    let set_by = set.map(|row| SetBy {
        at: row.updated_at,
        by: row.set_by.clone(),
        reason: row.reason.clone(),
        expires_at: row.expires_at,
        version: row.version,
    });
    let lasting = match set.filter(|row| row.has_lasting) {
        Some(row) => row.lasting.map(|value| limit.units(value)),
        None => rules.most(limit, None),
    };
    let most = most(limit);
    Rule { limit, most, effective: really, bound_by, used: 0, whose: None, peak: 0, set: set_by, lasting }
}
