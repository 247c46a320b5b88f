//! Setting a limit, for all or for one dealer.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    state::{App, Tools},
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
        limits::{LimitRow, NewLimit, requests::Verdict},
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
    let mut tx = tools.pool.begin().await?;
    store::limits::lock_values(&mut tx).await?;
    let before = store::limits::get_limit(&mut tx, change.limit, dealer, now).await?;
    let set = Set {
        limit: change.limit,
        dealer,
        setting: Setting::of(change.value),
        expires_at: None,
        reason: "",
        by: None,
        by_itself: false,
    };
    write(&mut tx, &set, before.as_ref(), now).await?;
    Ok(tx.commit().await?)
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
    /// The dealer's request that is granted with it.
    pub request: Option<RequestId>,
}

/// Sets it; it holds from the next message on, on every server.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: not a dealer's limit, an end that is past, or somebody else changed it since the
/// form was loaded.
pub async fn change_limit(app: &App, actor: &Actor, change: ChangeLimit) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    if change.expires_at.is_some_and(|end| end <= now) {
        let problem = "Vence: elija un momento que todavía no haya pasado.";
        return Err(AppError::invalid("vence", "past", problem));
    }
    let mut tx = app.pool.begin().await?;
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
    if let Some(id) = change.request {
        grant(&mut tx, id, &change, actor.user_id, now).await?;
    }
    let set = Set {
        limit: change.limit,
        dealer: change.dealer,
        setting: change.setting,
        expires_at: change.expires_at,
        reason: change.reason.as_str(),
        by: Some(actor.user_id),
        by_itself: false,
    };
    write(&mut tx, &set, before.as_ref(), now).await?;
    Ok(tx.commit().await?)
}

async fn grant(
    conn: &mut PgConnection,
    id: RequestId,
    change: &ChangeLimit,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    let verdict = Verdict { granted: true, answer: change.reason.as_str(), by };
    let decided = store::limits::requests::decide(conn, id, &verdict, now).await?;
    if decided.is_some_and(|(dealer, name)| Some(dealer) == change.dealer && name == change.limit.name()) {
        return Ok(());
    }
    let problem = "Esta solicitud ya está decidida. Vuelva a «Límites» y mire cómo quedó.";
    Err(AppError::invalid("", "decided_already", problem))
}

/// Takes over what Meta lets our number do, in Twilio's words; nothing changes if it holds already.
pub async fn follow_messaging_limit(
    conn: &mut PgConnection,
    told: MessagingLimit,
    words: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let limit = Limit::MetaTier;
    let value = match told {
        MessagingLimit::Most(most) => Some(Decimal::from(most)),
        MessagingLimit::Unlimited => None,
    };
    // Mostly it does hold, and nobody has to wait for that.
    let holds = |row: Option<&LimitRow>| row.and_then(|row| row.value) == value;
    if holds(store::limits::get_limit(conn, limit, None, now).await?.as_ref()) {
        return Ok(false);
    }
    store::limits::lock_values(conn).await?;
    let before = store::limits::get_limit(conn, limit, None, now).await?;
    let reason = format!("Twilio dice «{words}».");
    let setting = Setting::of(value);
    let set =
        Set { limit, dealer: None, setting, expires_at: None, reason: &reason, by: None, by_itself: true };
    write(conn, &set, before.as_ref(), now).await?;
    Ok(true)
}

struct Set<'a> {
    limit: Limit,
    dealer: Option<DealerId>,
    setting: Setting,
    expires_at: Option<DateTime<Utc>>,
    reason: &'a str,
    by: Option<UserId>,
    /// Nobody changed it; OKLA follows the provider.
    by_itself: bool,
}

async fn write(
    conn: &mut PgConnection,
    set: &Set<'_>,
    before: Option<&LimitRow>,
    now: DateTime<Utc>,
) -> Result<()> {
    if set.dealer.is_some() && !set.limit.is_per_dealer() {
        let problem = format!("{} vale para todos: no se fija por concesionario.", set.limit.name());
        return Err(AppError::invalid("dealer", "not_per_dealer", problem));
    }
    let value = match set.setting {
        Setting::Most(value) => Some(value),
        Setting::NoLimit | Setting::Inherited => None,
    };
    if set.setting == Setting::Inherited {
        store::limits::delete_limit(conn, set.limit, set.dealer).await?;
    } else {
        let new = NewLimit {
            limit: set.limit,
            dealer: set.dealer,
            value,
            expires_at: set.expires_at,
            reason: set.reason,
            set_by: set.by,
        };
        store::limits::upsert_limit(conn, &new, now).await?;
    }
    // A limit that did not hold was not counted: whoever needs its counters next counts anew.
    store::limits::delete_counters(conn, set.limit).await?;
    let as_set = |value: Option<Decimal>, expires_at: Option<DateTime<Utc>>| json!({ "value": value.map(|value| value.normalize().to_string()), "expires_at": expires_at });
    let after = if set.setting == Setting::Inherited { Value::Null } else { as_set(value, set.expires_at) };
    let action = if set.by_itself { Action::LimitFollowed } else { Action::LimitSet };
    let change = Change {
        dealer: set.dealer,
        before: before.map_or(Value::Null, |row| as_set(row.value, row.expires_at)),
        after,
        reason: set.reason.to_owned(),
        ..Change::new(action, &set.limit.name(), set.by, now)
    };
    record(conn, change).await
}
