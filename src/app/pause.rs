//! Stopping sends and letting them go on: it holds from the very next send, on every server.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    state::App,
};
use crate::{
    domain::{
        audit::Action,
        ids::{DealerId, PauseId},
        kind::Kind,
        pause::Pause,
        reason::Reason,
    },
    store,
};

pub use crate::store::pauses::PauseRow;

/// A pause to begin; `None` of a dealer or a kind stands for all.
pub struct BeginPause {
    pub dealer: Option<DealerId>,
    pub kind: Option<Kind>,
    pub reason: Reason,
    /// When it ends by itself.
    pub until: Option<DateTime<Utc>>,
}

/// Begins it.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: it is over before it begins, or the same is paused already.
pub async fn begin_pause(app: &App, actor: &Actor, command: BeginPause) -> Result<PauseId> {
    actor.admin()?;
    let now = app.clock.now();
    let BeginPause { dealer, kind, reason, until } = command;
    if until.is_some_and(|until| until <= now) {
        return Err(AppError::invalid(
            "hasta",
            "past",
            "Hasta: elija un momento que todavía no haya pasado.",
        ));
    }
    let mut tx = app.pool.begin().await?;
    // Whoever takes places now takes them before the pause; whoever comes next sees it.
    store::limits::lock_values(&mut tx).await?;
    let in_force = store::pauses::list_in_force(&mut tx, now).await?;
    if in_force.iter().any(|pause| pause.dealer == dealer && pause.kind == kind) {
        return Err(AppError::invalid("", "paused_already", "Eso ya está en pausa."));
    }
    let pause = Pause { id: PauseId::fresh(), dealer, kind, until };
    store::pauses::insert_pause(&mut tx, &pause, reason.as_str(), actor.user_id, now).await?;
    let change = change_of(&pause, actor, Action::PauseBegun, now);
    record(&mut tx, Change { after: told(&pause), reason: reason.into(), ..change }).await?;
    tx.commit().await?;
    Ok(pause.id)
}

/// Ends it.
///
/// # Errors
/// `NotFound`: not an admin's, or it is over.
pub async fn end_pause(app: &App, actor: &Actor, id: PauseId) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = app.pool.begin().await?;
    let ended = store::pauses::end_pause(&mut tx, id, actor.user_id, now).await?.ok_or(AppError::NotFound)?;
    record(&mut tx, Change { before: told(&ended), ..change_of(&ended, actor, Action::PauseEnded, now) })
        .await?;
    tx.commit().await?;
    app.notices.outbox_waiting();
    Ok(())
}

/// The pauses in force.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_pauses(app: &App, actor: &Actor) -> Result<Vec<PauseRow>> {
    actor.admin()?;
    let now = app.clock.now();
    Ok(store::pauses::list_shown(&mut *app.pool.acquire().await?, now).await?)
}

fn change_of(pause: &Pause, actor: &Actor, action: Action, at: DateTime<Utc>) -> Change {
    Change { dealer: pause.dealer, ..Change::new(action, &pause.id, Some(actor.user_id), at) }
}

fn told(pause: &Pause) -> Value {
    json!({ "kind": pause.kind.map(Kind::as_str), "until": pause.until })
}
