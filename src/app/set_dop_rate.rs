//! What a dollar costs in pesos, as an admin notes it.

use serde_json::{Value, json};

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    state::App,
};
use crate::{
    domain::{audit::Action, dop_rate::DopRate, ids::DopRateId, time::day_in_santo_domingo},
    store,
};

/// Notes it; every page of a dealer shows it from now on, if no later day's is known. `seen` is the one that the form
/// showed as the one that holds.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: a day to come, or somebody else noted one since the form was shown.
pub async fn set_dop_rate(app: &App, actor: &Actor, rate: DopRate, seen: Option<DopRateId>) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    if rate.day > day_in_santo_domingo(now) {
        let problem = "Fecha: elija hoy o un día pasado; la tasa de mañana todavía no se conoce.";
        return Err(AppError::invalid("fecha", "future", problem));
    }
    let mut tx = store::connection::begin(&app.pool).await?;
    store::dop_rates::lock_all(&mut tx).await?;
    let before = store::dop_rates::list_latest(&mut tx, 1).await?.into_iter().next();
    if before.as_ref().map(|row| row.id) != seen {
        let theirs = before.map_or_else(|| "ninguna".to_owned(), |row| row.rate.note());
        let problem = format!(
            "Otra persona la cambió mientras usted escribía: ahora rige {theirs}; usted puso {}. Revísela y guarde de nuevo.",
            rate.plain()
        );
        return Err(AppError::invalid("pesos", "changed_meanwhile", problem));
    }
    store::dop_rates::insert_rate(&mut tx, &rate, actor.user_id, now).await?;
    let change = Change {
        before: before.map_or(Value::Null, |row| told(&row.rate)),
        after: told(&rate),
        ..Change::new(Action::DopRateSet, &rate.day, Some(actor.user_id), now)
    };
    record(&mut tx, change).await?;
    Ok(tx.commit().await?)
}

fn told(rate: &DopRate) -> Value {
    json!({ "pesos": rate.plain(), "day": rate.day, "source": rate.source })
}
