//! Taking back a change while it is the newest of its thing.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::PgConnection;

use super::{
    actor::Actor,
    change_user::{change_role_held, lock_other, set_disabled_held},
    error::{AppError, Result},
    pause::{end_held, reopen_held},
    set_limit::{ChangeLimit, Setting, change_held, note},
    set_rate::withdraw_held,
    state::App,
};
use crate::{
    domain::{
        audit::Action,
        ids::{DealerId, PauseId, UserId},
        reason::Reason,
        user::Role,
    },
    store::{self, audit::ShownRow},
};

/// Whether there is something to take back in a change of that kind, of which this is said.
pub fn can_be_undone(action: Action, before: &Value, after: &Value, now: DateTime<Utc>) -> bool {
    let is_over = |pause: &Value| moment(pause, "until").is_some_and(|until| until <= now);
    match action {
        Action::LimitSet | Action::UserDisabled | Action::UserEnabled | Action::RoleChanged => true,
        Action::PauseBegun => !is_over(after),
        Action::PauseEnded => !is_over(before),
        Action::RateSet => moment(after, "from").is_some_and(|from| from > now),
        _ => false,
    }
}

/// Puts back what held before the change of that number.
///
/// # Errors
/// `NotFound`: not an admin's, or there is nothing to take back. `Invalid`: something newer was done, or what would be put
/// back is over.
pub async fn undo(app: &App, actor: &Actor, id: i64) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let reason = Reason::parse(&format!("Deshace el cambio {id}."))
        .map_err(|error| AppError::Fault(error.to_string()))?;
    let mut tx = store::connection::begin(&app.pool).await?;
    // Nobody changes a limit, a pause, a rate or that user until the transaction ends: the newest stays the newest.
    store::limits::lock_values(&mut tx).await?;
    let known = store::audit::get_entry(&mut tx, id).await?.ok_or(AppError::NotFound)?;
    let user = || known.subject.parse::<UserId>().map_err(|_| AppError::NotFound);
    if let Ok(Action::UserDisabled | Action::UserEnabled | Action::RoleChanged) = known.action.parse() {
        lock_other(&mut tx, actor, user()?).await?;
    }
    let entry = newest(&mut tx, id).await?;
    let pause = || entry.subject.parse::<PauseId>().map_err(|_| AppError::NotFound);
    let mut lowered = None;
    match entry.action.parse() {
        Ok(Action::LimitSet) => {
            let (limit, dealer) = (entry.subject.parse().map_err(AppError::Fault)?, entry.dealer_id);
            let held = store::limits::get_limit(&mut tx, limit, dealer, now).await?;
            let Before { setting, expires_at, beneath } = before(&entry, now);
            let seen = held.as_ref().map_or(0, |row| row.version);
            let change = ChangeLimit { limit, dealer, setting, expires_at, reason, seen, grant: None };
            lowered = change_held(&mut tx, actor.user_id, &change, held.as_ref(), now).await?;
            if expires_at.is_some() {
                let is_set = beneath != Setting::Inherited;
                store::limits::set_beneath(&mut tx, (limit, dealer), is_set, beneath.value(), now).await?;
            }
        }
        Ok(Action::PauseBegun) => end_held(&mut tx, actor, pause()?, Some(reason), now).await?,
        Ok(Action::PauseEnded) => reopen_held(&mut tx, actor, pause()?, reason, now).await?,
        Ok(action @ (Action::UserDisabled | Action::UserEnabled)) => {
            let disabled = action == Action::UserEnabled;
            set_disabled_held(app, &mut tx, actor, user()?, disabled, reason).await?;
        }
        Ok(Action::RoleChanged) => {
            change_role_held(app, &mut tx, actor, user()?, role_before(&entry)?, reason).await?;
        }
        Ok(Action::RateSet) => {
            let rate = entry.subject.parse().map_err(|_| AppError::NotFound)?;
            withdraw_held(&mut tx, actor, rate, reason.into(), now).await?;
        }
        _ => return Err(AppError::NotFound),
    }
    tx.commit().await?;
    app.notices.outbox_waiting();
    note(&app.pool, lowered, now).await
}

async fn newest(conn: &mut PgConnection, id: i64) -> Result<ShownRow> {
    let entry = store::audit::get_entry(conn, id).await?.ok_or(AppError::NotFound)?;
    if entry.is_newest {
        return Ok(entry);
    }
    let problem = format!("El cambio {id} ya no es el último: mire qué vino después.");
    Err(AppError::invalid("", "not_newest", problem))
}

/// When something begins or ends by itself.
fn moment(told: &Value, field: &str) -> Option<DateTime<Utc>> {
    told[field].as_str().and_then(|text| text.parse().ok())
}

struct Before {
    setting: Setting,
    expires_at: Option<DateTime<Utc>>,
    /// What stays beneath a value that ends.
    beneath: Setting,
}

/// What held before it; of what has ended since, what lay beneath.
fn before(entry: &ShownRow, now: DateTime<Utc>) -> Before {
    let before: Value = serde_json::from_str(&entry.before).unwrap_or_default();
    let value = |set: &Value| set["value"].as_str().and_then(|text| text.parse::<Decimal>().ok());
    let expires_at = moment(&before, "expires_at");
    let beneath = before.get("then").map_or(Setting::Inherited, |then| Setting::of(value(then)));
    if before.is_null() || expires_at.is_some_and(|end| end <= now) {
        return Before { setting: beneath, expires_at: None, beneath: Setting::Inherited };
    }
    Before { setting: Setting::of(value(&before)), expires_at, beneath }
}

/// The role, and the dealer of who worked at one.
fn role_before(entry: &ShownRow) -> Result<(Role, Option<DealerId>)> {
    let before: Value = serde_json::from_str(&entry.before).unwrap_or_default();
    let role = before["role"].as_str().and_then(|role| role.parse().ok()).ok_or(AppError::NotFound)?;
    Ok((role, before["dealer"].as_str().and_then(|id| id.parse().ok())))
}
