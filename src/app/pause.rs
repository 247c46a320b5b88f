//! Stopping sends and letting them go on: it holds from the very next send, on every server.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

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
        time::spoken,
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
    let mut tx = store::connection::begin(&app.pool).await?;
    // Whoever takes places now takes them before the pause; whoever comes next sees it.
    store::limits::lock_values(&mut tx).await?;
    let pause = Pause { id: PauseId::fresh(), dealer, kind, until };
    refuse_second(&mut tx, &pause, now).await?;
    store::pauses::insert_pause(&mut tx, &pause, reason.as_str(), actor.user_id, now).await?;
    let change = change_of(&pause, actor, Action::PauseBegun, now);
    record(&mut tx, Change { after: told(&pause), reason: reason.into(), ..change }).await?;
    tx.commit().await?;
    Ok(pause.id)
}

/// Ends it.
///
/// # Errors
/// `NotFound`: not an admin's, or there is none. `Invalid`: it is over.
pub async fn end_pause(app: &App, actor: &Actor, id: PauseId) -> Result<()> {
    actor.admin()?;
    let mut tx = store::connection::begin(&app.pool).await?;
    end_held(&mut tx, actor, id, None, app.clock.now()).await?;
    tx.commit().await?;
    app.notices.outbox_waiting();
    Ok(())
}

pub(super) async fn end_held(
    conn: &mut PgConnection,
    actor: &Actor,
    id: PauseId,
    reason: Option<Reason>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(ended) = store::pauses::end_pause(conn, id, actor.user_id, now).await? else {
        return Err(over(conn, id, now).await?);
    };
    let reason = reason.map(String::from).unwrap_or_default();
    let change = change_of(&ended, actor, Action::PauseEnded, now);
    record(conn, Change { before: told(&ended), reason, ..change }).await
}

/// What became of a pause that is not in force.
async fn over(conn: &mut PgConnection, id: PauseId, now: DateTime<Utc>) -> Result<AppError> {
    let known = store::pauses::get_pause(conn, id).await?.ok_or(AppError::NotFound)?;
    let how = match (known.ended_at, known.ended_by, known.pause.until) {
        (Some(at), Some(by), _) => format!("la reanudó {by}, {}", spoken(at, now)),
        (Some(at), None, _) => format!("alguien la reanudó, {}", spoken(at, now)),
        (None, _, Some(until)) => format!("terminó por sí sola, {}", spoken(until, now)),
        (None, _, None) => "ya no rige".to_owned(),
    };
    let problem = format!("Esa pausa ya terminó: {how}. No hay nada que reanudar.");
    Ok(AppError::invalid("", "over", problem))
}

/// Lets a pause that somebody ended begin again, with the scope and the end it had. To be called with the values locked.
pub(super) async fn reopen_held(
    conn: &mut PgConnection,
    actor: &Actor,
    id: PauseId,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<()> {
    let known = store::pauses::get_pause(conn, id).await?.ok_or(AppError::NotFound)?;
    let pause = known.pause;
    if pause.until.is_some_and(|until| until <= now) {
        let problem = "La hora en que esa pausa terminaba ya pasó: si hace falta, empiece otra.";
        return Err(AppError::invalid("", "past", problem));
    }
    refuse_second(conn, &pause, now).await?;
    if !store::pauses::reopen_pause(conn, id, actor.user_id, now).await? {
        return Err(AppError::NotFound);
    }
    let change = change_of(&pause, actor, Action::PauseBegun, now);
    record(conn, Change { after: told(&pause), reason: reason.into(), ..change }).await
}

async fn refuse_second(conn: &mut PgConnection, wanted: &Pause, now: DateTime<Utc>) -> Result<()> {
    let in_force = store::pauses::list_in_force(conn, now).await?;
    if in_force.iter().any(|pause| pause.dealer == wanted.dealer && pause.kind == wanted.kind) {
        return Err(AppError::invalid("", "paused_already", "Eso ya está en pausa."));
    }
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
