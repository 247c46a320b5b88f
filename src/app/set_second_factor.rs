//! Turning the second factor on and off, by its owner or for him.

use chrono::{DateTime, Utc};
use tower_sessions::session::Id;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    second_factor::{Shared, fresh_recovery_codes, fresh_secret, open_text, seal_text, shared, step_of},
    sign_in::{Origin, prove_code, prove_password},
    state::{App, Tools},
    tokens::find_user,
};
use crate::{
    domain::{audit::Action, ids::UserId},
    store,
};

/// How far one's own second factor is.
pub enum SecondFactor {
    Off,
    /// Begun: the app is to be given this, and to answer with a code.
    Begun(Shared),
    On {
        recovery_codes_left: i64,
    },
}

/// `begun`: what [`begin_second_factor`] gave this session.
pub async fn get_second_factor(app: &App, actor: &Actor, begun: Option<&str>) -> Result<SecondFactor> {
    let mut conn = app.pool.acquire().await?;
    let user = actor.user_id;
    let row = store::users::get_user(&mut conn, user).await?.ok_or(AppError::NotFound)?;
    if row.second_factor.is_some() {
        let recovery_codes_left = store::second_factors::count_recovery_codes(&mut conn, user).await?;
        return Ok(SecondFactor::On { recovery_codes_left });
    }
    match begun.and_then(|begun| open_text(app, user, begun)) {
        Some((_, secret)) => Ok(SecondFactor::Begun(shared(&secret, &row.email)?)),
        None => Ok(SecondFactor::Off),
    }
}

/// Begins to set it up, with a new secret each time. It comes back sealed, for this session alone: who shares the
/// account without its owner's knowledge is not to read it.
///
/// # Errors
/// `Invalid`: the wrong password, or it is on. `Throttled`.
pub async fn begin_second_factor(
    app: &App,
    actor: &Actor,
    password: &str,
    origin: Origin<'_>,
) -> Result<String> {
    if prove_password(app, actor, password, origin).await?.second_factor.is_some() {
        return Err(already_on());
    }
    seal_text(app, actor.user_id, &fresh_secret())
}

/// A second factor that was just turned on.
pub struct Confirmed {
    /// What the session is to hold that proved it.
    pub since: DateTime<Utc>,
    /// The recovery codes, sealed, to be shown once: [`open_codes`].
    pub codes: String,
}

/// Turns it on with the app's first code, and ends the owner's sessions but `this`: none of them proved it.
///
/// # Errors
/// `Invalid`: not the app's code; nothing was begun here; or it is on.
pub async fn confirm_second_factor(
    app: &App,
    actor: &Actor,
    begun: Option<&str>,
    code: &str,
    this: Option<Id>,
) -> Result<Confirmed> {
    let (user, now) = (actor.user_id, app.clock.now());
    let wrong = "Código: no es el que muestra su aplicación ahora. Revise la hora del teléfono y escriba el siguiente.";
    let (sealed, secret) = begun
        .and_then(|begun| open_text(app, user, begun))
        .ok_or_else(|| AppError::invalid("", "not_begun", "No hay nada que confirmar: empiece de nuevo."))?;
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let step = step_of(&secret, &digits, now)?;
    let step = step.ok_or_else(|| AppError::invalid("codigo", "wrong", wrong))?;
    let mut tx = store::connection::begin(&app.pool).await?;
    let since = store::second_factors::insert_factor(&mut tx, user, &sealed, step, now).await?;
    let since = since.ok_or_else(already_on)?;
    let (codes, hashes) = fresh_recovery_codes(app, user)?;
    store::second_factors::insert_recovery_codes(&mut tx, user, &hashes).await?;
    let kept = this.map(|id| store::sessions::hash(&id));
    store::sessions::delete_sessions(&mut tx, user, kept.as_deref()).await?;
    record(&mut tx, Change::new(Action::SecondFactorOn, &user, Some(user), now)).await?;
    tx.commit().await?;
    Ok(Confirmed { since, codes: seal_text(app, user, codes.join(" ").as_bytes())? })
}

fn already_on() -> AppError {
    AppError::invalid("", "on", "El segundo factor ya está activo.")
}

/// The recovery codes that were sealed for their owner; none of what is not his.
pub fn open_codes(app: &App, actor: &Actor, sealed: &str) -> Vec<String> {
    let opened = open_text(app, actor.user_id, sealed);
    let text = opened.and_then(|(_, text)| String::from_utf8(text).ok()).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Turns one's own off.
///
/// # Errors
/// `Invalid`: the wrong password or code. `Throttled`.
pub async fn turn_off_second_factor(
    app: &App,
    actor: &Actor,
    password: &str,
    code: &str,
    origin: Origin<'_>,
) -> Result<()> {
    let (user, now) = (actor.user_id, app.clock.now());
    let row = prove_password(app, actor, password, origin).await?;
    prove_code(app, &row, code, origin).await?;
    let mut tx = store::connection::begin(&app.pool).await?;
    if store::second_factors::delete_factor(&mut tx, user).await? {
        record(&mut tx, Change::new(Action::SecondFactorOff, &user, Some(user), now)).await?;
    }
    Ok(tx.commit().await?)
}

/// From the command line, for who lost his telephone and his recovery codes.
///
/// # Errors
/// `Invalid`: no such account, or it has none.
pub async fn reset_second_factor(tools: &Tools, email: &str) -> Result<()> {
    let mut tx = store::connection::begin(&tools.pool).await?;
    let user: UserId = find_user(&mut tx, email).await?;
    if !store::second_factors::delete_factor(&mut tx, user).await? {
        return Err(AppError::invalid("email", "off", format!("{email} no tiene segundo factor.")));
    }
    store::sessions::delete_sessions(&mut tx, user, None).await?;
    record(&mut tx, Change::new(Action::SecondFactorReset, &user, None, tools.clock.now())).await?;
    Ok(tx.commit().await?)
}
