//! Taking back a change while it is the newest of its thing.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{
    actor::Actor,
    error::{AppError, Result},
    pause::end_pause,
    set_limit::{ChangeLimit, Setting, change_limit},
    state::App,
};
use crate::{
    domain::{audit::Action, reason::Reason},
    store::{self, audit::ShownRow},
};

/// Whether there is something to take back in a change of that kind.
pub fn can_be_undone(action: Action) -> bool {
    matches!(action, Action::LimitSet | Action::PauseBegun)
}

/// Puts back what held before the change of that number.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: something newer was done, or there is nothing to take back.
pub async fn undo(app: &App, actor: &Actor, id: i64) -> Result<()> {
    actor.admin()?;
    let mut conn = app.pool.acquire().await?;
    let entry = store::audit::get_entry(&mut conn, id).await?.ok_or(AppError::NotFound)?;
    if !entry.is_newest {
        let problem = format!("El cambio {id} ya no es el último: mire qué vino después.");
        return Err(AppError::invalid("", "not_newest", problem));
    }
    match entry.action.parse() {
        Ok(Action::LimitSet) => {
            let (limit, dealer) = (entry.subject.parse().map_err(AppError::Fault)?, entry.dealer_id);
            let seen = store::limits::get_limit(&mut conn, limit, dealer, app.clock.now()).await?;
            drop(conn);
            let (setting, expires_at) = before(&entry, app.clock.now());
            let seen = seen.map_or(0, |row| row.version);
            let reason = Reason::parse(&format!("Deshace el cambio {id}."))
                .map_err(|error| AppError::Fault(error.to_string()))?;
            let change = ChangeLimit { limit, dealer, setting, expires_at, reason, seen, request: None };
            change_limit(app, actor, change).await
        }
        Ok(Action::PauseBegun) => {
            drop(conn);
            let pause = entry.subject.parse().map_err(|_| AppError::NotFound)?;
            end_pause(app, actor, pause).await
        }
        _ => Err(AppError::NotFound),
    }
}

/// What held before it; what has ended since holds no more.
fn before(entry: &ShownRow, now: DateTime<Utc>) -> (Setting, Option<DateTime<Utc>>) {
    let before: Value = serde_json::from_str(&entry.before).unwrap_or_default();
    let expires_at = before["expires_at"].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    if before.is_null() || expires_at.is_some_and(|end| end <= now) {
        return (Setting::Inherited, None);
    }
    let value = before["value"].as_str().and_then(|text| text.parse::<Decimal>().ok());
    (Setting::of(value), expires_at)
}
