//! Setting a limit, for all or for one dealer.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    limit_marks::mark_crossed,
    state::{App, Tools},
    take_limits::Rules,
};
use crate::{
    domain::{
        audit::Action,
        ids::{DealerId, RequestId, UserId},
        limits::Limit,
        money::grouped,
        reason::Reason,
        sender::MessagingLimit,
    },
    store::{
        self,
        limits::{
            LimitRow, NewLimit,
            requests::{Granted, Verdict},
        },
    },
};

/// What is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// In the limit's unit: messages, recipients or US$.
    Most(Decimal),
    NoLimit,
    /// Of a dealer the rule for all; for all what holds until somebody sets another value.
    Inherited,
}

impl Setting {
    /// A stored value.
    pub fn of(value: Option<Decimal>) -> Self {
        value.map_or(Self::NoLimit, Self::Most)
    }

    /// As it is stored.
    pub(super) fn value(self) -> Option<Decimal> {
        match self {
            Self::Most(value) => Some(value),
            Self::NoLimit | Self::Inherited => None,
        }
    }

    /// In words.
    pub fn told(self) -> String {
        match self {
            Self::Most(value) => grouped(value.normalize()),
            Self::NoLimit => "sin límite".to_owned(),
            Self::Inherited => "el valor general".to_owned(),
        }
    }
}

/// A limit as an operator sets it.
pub struct SetLimit<'a> {
    pub limit: Limit,
    /// `None`: no limit.
    pub value: Option<Decimal>,
    /// The dealer's slug; `None`: the rule for all.
    pub dealer: Option<&'a str>,
}

/// Sets it; it holds from the next message on.
///
/// # Errors
/// `Invalid` for an unknown dealer, or for a limit that is not a dealer's.
pub async fn set_limit(tools: &Tools, change: SetLimit<'_>) -> Result<()> {
    let dealer = match change.dealer {
        None => None,
        Some(slug) => {
            let known = store::dealers::get_dealer_by_slug(&mut *tools.pool.acquire().await?, slug).await?;
            let problem =
                || AppError::invalid("dealer", "unknown", format!("No hay un concesionario «{slug}»."));
            Some(known.ok_or_else(problem)?.id)
        }
    };
    let now = tools.clock.now();
    let mut tx = store::connection::begin(&tools.pool).await?;
    store::limits::lock_values(&mut tx).await?;
    let before = store::limits::get_limit(&mut tx, change.limit, dealer, now).await?;
    let set = Set { dealer, ..Set::of_all(change.limit, Setting::of(change.value)) };
    let lowered = write(&mut tx, &set, before.as_ref(), now).await?;
    tx.commit().await?;
    note(&tools.pool, lowered, now).await
}

/// A limit as an admin changes it on a page.
pub struct ChangeLimit {
    pub limit: Limit,
    pub dealer: Option<DealerId>,
    pub setting: Setting,
    /// When a dealer's own value ends; `None`: it stays.
    pub expires_at: Option<DateTime<Utc>>,
    pub reason: Reason,
    /// The version that the form was loaded with; 0: there was none.
    pub seen: i64,
    /// The dealer's request that is granted with it, and what he reads.
    pub grant: Option<(RequestId, Option<Reason>)>,
}

/// Sets it; it holds from the next message on, on every server.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: not a dealer's limit, an end that is past, somebody else changed it since the form
/// was loaded, or what is granted is not more than what holds.
pub async fn change_limit(app: &App, actor: &Actor, change: ChangeLimit) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    store::limits::lock_values(&mut tx).await?;
    let before = store::limits::get_limit(&mut tx, change.limit, change.dealer, now).await?;
    if before.as_ref().map_or(0, |row| row.version) != change.seen {
        let theirs = before.as_ref().map_or(Setting::Inherited, |row| Setting::of(row.value)).told();
        let yours = change.setting.told();
        let problem = format!(
            "Otra persona lo cambió mientras usted escribía: ahora es {theirs}; usted puso {yours}. Revíselo y guarde de nuevo."
        );
        return Err(AppError::invalid("valor", "changed_meanwhile", problem));
    }
    let lowered = change_held(&mut tx, actor.user_id, &change, before.as_ref(), now).await?;
    tx.commit().await?;
    note(&app.pool, lowered, now).await
}

/// The same where the values are locked and what held before is known; [`note`] follows the commit.
pub(super) async fn change_held(
    conn: &mut PgConnection,
    by: UserId,
    change: &ChangeLimit,
    before: Option<&LimitRow>,
    now: DateTime<Utc>,
) -> Result<Option<Lowered>> {
    if change.expires_at.is_some_and(|end| end <= now) {
        let problem = "Último día: elija uno que todavía no haya pasado.";
        return Err(AppError::invalid("vence", "past", problem));
    }
    if change.grant.is_some() {
        if change.setting == Setting::Inherited {
            let problem = "Para conceder la solicitud ponga un valor propio del concesionario.";
            return Err(AppError::invalid("valor", "inherited", problem));
        }
        let rules = Rules::load(conn, change.dealer.into_iter(), now).await?;
        if !rules.is_raised(change.limit, change.dealer, change.setting) {
            let problem =
                "El valor nuevo no es más que el de ahora: guárdelo sin conceder, o niegue la solicitud.";
            return Err(AppError::invalid("valor", "not_more", problem));
        }
    }
    let set = Set {
        limit: change.limit,
        dealer: change.dealer,
        setting: change.setting,
        expires_at: change.expires_at,
        reason: change.reason.as_str(),
        by: Some(by),
        by_itself: false,
        grant: change.grant.as_ref().map(|(id, answer)| (*id, answer.as_ref().map_or("", Reason::as_str))),
    };
    write(conn, &set, before, now).await
}

async fn grant(conn: &mut PgConnection, set: &Set<'_>, version: i64, now: DateTime<Utc>) -> Result<()> {
    let (Some((id, answer)), Some(by)) = (set.grant, set.by) else { return Ok(()) };
    let granted = Granted { value: set.setting.value(), until: set.expires_at, version };
    let verdict = Verdict { granted: Some(granted), answer, by };
    let decided = store::limits::requests::decide(conn, id, &verdict, now).await?;
    if decided.is_some_and(|(dealer, name)| Some(dealer) == set.dealer && name == set.limit.name()) {
        return Ok(());
    }
    let problem = "Esta solicitud ya está decidida. Vuelva a «Límites» y mire cómo quedó.";
    Err(AppError::invalid("", "decided_already", problem))
}

/// Writes the values that the environment gives for a new database; what anybody ever set stays, or stays away.
pub async fn fill_first_values(tools: &Tools, first: [(Limit, i64, &str); 3]) -> Result<()> {
    let limits = first.map(|(limit, ..)| limit);
    let mut conn = tools.pool.acquire().await?;
    if store::limits::list_never_set(&mut conn, &limits).await?.is_empty() {
        return Ok(());
    }
    drop(conn);
    let mut tx = store::connection::begin(&tools.pool).await?;
    store::limits::lock_values(&mut tx).await?;
    let fresh = store::limits::list_never_set(&mut tx, &limits).await?;
    let now = tools.clock.now();
    let mut lowered = Vec::new();
    for (limit, value, variable) in first {
        if !fresh.iter().any(|name| name == limit.name()) {
            continue;
        }
        let reason = format!("Valor inicial: {variable}.");
        let setting = Setting::Most(value.into());
        let set = Set { reason: &reason, by_itself: true, ..Set::of_all(limit, setting) };
        lowered.push(write(&mut tx, &set, None, now).await?);
    }
    tx.commit().await?;
    for one in lowered {
        note(&tools.pool, one, now).await?;
    }
    Ok(())
}

/// Takes over what Meta lets our number do, in Twilio's words; nothing changes if it holds already. [`note`]
/// follows the commit.
pub(super) async fn follow_messaging_limit(
    conn: &mut PgConnection,
    told: MessagingLimit,
    words: &str,
    now: DateTime<Utc>,
) -> Result<Option<Lowered>> {
    let limit = Limit::MetaTier;
    let value = match told {
        MessagingLimit::Most(most) => Some(Decimal::from(most)),
        MessagingLimit::Unlimited => None,
    };
    // Mostly it does hold, and nobody has to wait for that.
    let holds = |row: Option<&LimitRow>| row.and_then(|row| row.value) == value;
    if holds(store::limits::get_limit(conn, limit, None, now).await?.as_ref()) {
        return Ok(None);
    }
    store::limits::lock_values(conn).await?;
    let before = store::limits::get_limit(conn, limit, None, now).await?;
    let reason = format!("Twilio dice «{words}».");
    let setting = Setting::of(value);
    let set = Set { reason: &reason, by_itself: true, ..Set::of_all(limit, setting) };
    tracing::warn!(words, "Meta's messaging limit changed; OKLA follows it");
    write(conn, &set, before.as_ref(), now).await
}

struct Set<'a> {
    limit: Limit,
    dealer: Option<DealerId>,
    setting: Setting,
    expires_at: Option<DateTime<Utc>>,
    reason: &'a str,
    by: Option<UserId>,
    /// Nobody changed it; OKLA follows the provider, or its own environment.
    by_itself: bool,
    /// The request that is granted with it, and what the dealer reads.
    grant: Option<(RequestId, &'a str)>,
}

impl Set<'_> {
    /// For everybody, by nobody, without a reason; to be filled in.
    fn of_all(limit: Limit, setting: Setting) -> Self {
        let (dealer, expires_at, by, grant) = (None, None, None, None);
        Self { limit, dealer, setting, expires_at, reason: "", by, by_itself: false, grant }
    }
}

/// A limit that lets less through than before.
#[must_use = "whom it concerns is to be told"]
pub(super) struct Lowered {
    limit: Limit,
    dealer: Option<DealerId>,
    rules: Rules,
}

/// Whom it makes near or at his limit is told, once nobody has to wait for the values any more: what was used of it is
/// counted from a day's messages.
pub(super) async fn note(pool: &PgPool, lowered: Option<Lowered>, now: DateTime<Utc>) -> Result<()> {
    let Some(Lowered { limit, dealer, rules }) = lowered else { return Ok(()) };
    mark_crossed(&mut *pool.acquire().await?, limit, dealer, &rules, now).await
}

/// What stays of a row when what ends is over.
fn lasting(row: &LimitRow) -> Setting {
    if row.has_lasting { Setting::of(row.lasting) } else { Setting::Inherited }
}

/// As the audit keeps it; `then`: what stays beneath what ends.
fn as_set(value: Option<Decimal>, expires_at: Option<DateTime<Utc>>, lasting: Setting) -> Value {
    let text = |value: Option<Decimal>| value.map(|value| value.normalize().to_string());
    let mut set = json!({ "value": text(value), "expires_at": expires_at });
    if expires_at.is_some() && lasting != Setting::Inherited {
        set["then"] = json!({ "value": text(lasting.value()) });
    }
    set
}

async fn write(
    conn: &mut PgConnection,
    set: &Set<'_>,
    before: Option<&LimitRow>,
    now: DateTime<Utc>,
) -> Result<Option<Lowered>> {
    if set.dealer.is_some() && !set.limit.is_per_dealer() {
        let problem = format!("{} vale para todos: no se fija por concesionario.", set.limit.name());
        return Err(AppError::invalid("dealer", "not_per_dealer", problem));
    }
    let shown = store::limits::list_shown(conn, now).await?;
    let rules = Rules::of(shown.iter().map(|row| (&*row.name, row.dealer, row.value)));
    if set.setting == Setting::Inherited {
        store::limits::delete_limit(conn, set.limit, set.dealer).await?;
    } else {
        let new = NewLimit {
            limit: set.limit,
            dealer: set.dealer,
            value: set.setting.value(),
            expires_at: set.expires_at,
            reason: set.reason,
            set_by: set.by,
        };
        let version = store::limits::upsert_limit(conn, &new, now).await?;
        grant(conn, set, version, now).await?;
    }
    // A limit that did not hold was not counted: whoever needs its counters next counts anew.
    store::limits::delete_counters(conn, set.limit).await?;
    let lowered = rules.is_lowered(set.limit, set.dealer, set.setting).then(|| Lowered {
        limit: set.limit,
        dealer: set.dealer,
        rules: rules.with(set.limit, set.dealer, set.setting),
    });
    let after = if set.setting == Setting::Inherited {
        Value::Null
    } else {
        as_set(set.setting.value(), set.expires_at, before.map_or(Setting::Inherited, lasting))
    };
    let action = if set.by_itself { Action::LimitFollowed } else { Action::LimitSet };
    let change = Change {
        dealer: set.dealer,
        before: before.map_or(Value::Null, |row| as_set(row.value, row.expires_at, lasting(row))),
        after,
        reason: set.reason.to_owned(),
        ..Change::new(action, &set.limit.name(), set.by, now)
    };
    record(conn, change).await?;
    Ok(lowered)
}
