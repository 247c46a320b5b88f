//! Turning the second factor on and off, by its owner or for him.

use std::net::IpAddr;

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    passwords,
    second_factor::{Shared, fresh_recovery_codes, fresh_secret, open, seal, shared, step_of, take_code},
    state::{App, Tools},
    throttle::{self, Door},
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

pub async fn get_second_factor(app: &App, actor: &Actor) -> Result<SecondFactor> {
    let mut conn = app.pool.acquire().await?;
    let user = actor.user_id;
    let Some(factor) = store::second_factors::get_factor(&mut conn, user).await? else {
        return Ok(SecondFactor::Off);
    };
    if factor.confirmed_at.is_some() {
        let recovery_codes_left = store::second_factors::count_recovery_codes(&mut conn, user).await?;
        return Ok(SecondFactor::On { recovery_codes_left });
    }
    let row = store::users::get_user(&mut conn, user).await?.ok_or(AppError::NotFound)?;
    Ok(SecondFactor::Begun(shared(&open(app, user, &factor.secret)?, &row.email)?))
}

/// Begins to set it up, with a new secret each time.
///
/// # Errors
/// `Invalid`: it is on.
pub async fn begin_second_factor(app: &App, actor: &Actor) -> Result<()> {
    let secret = seal(app, actor.user_id, &fresh_secret())?;
    let mut conn = app.pool.acquire().await?;
    let begun = store::second_factors::begin_factor(&mut conn, actor.user_id, &secret).await?;
    if begun { Ok(()) } else { Err(AppError::invalid("", "on", "El segundo factor ya está activo.")) }
}

/// Turns it on with the app's first code. The recovery codes come back sealed, to be shown once: [`open_codes`].
///
/// # Errors
/// `Invalid`: not the app's code; or nothing was begun.
pub async fn confirm_second_factor(app: &App, actor: &Actor, code: &str) -> Result<String> {
    let (user, now) = (actor.user_id, app.clock.now());
    let wrong = "Código: no es el que muestra su aplicación ahora. Revise la hora del teléfono y escriba el siguiente.";
    let mut tx = app.pool.begin().await?;
    let factor = store::second_factors::get_factor(&mut tx, user).await?;
    let begun = factor
        .filter(|factor| factor.confirmed_at.is_none())
        .ok_or_else(|| AppError::invalid("", "not_begun", "No hay nada que confirmar: empiece de nuevo."))?;
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let step = step_of(&open(app, user, &begun.secret)?, &digits, now)?;
    let step = step.ok_or_else(|| AppError::invalid("codigo", "wrong", wrong))?;
    if !store::second_factors::confirm_factor(&mut tx, user, &begun.secret, step, now).await? {
        return Err(AppError::invalid("", "changed", "Se empezó de nuevo en otra ventana: siga en aquella."));
    }
    let (codes, hashes) = fresh_recovery_codes(app, user)?;
    store::second_factors::insert_recovery_codes(&mut tx, user, &hashes).await?;
    record(&mut tx, Change::new(Action::SecondFactorOn, &user, Some(user), now)).await?;
    tx.commit().await?;
    Ok(BASE64_STANDARD_NO_PAD.encode(seal(app, user, codes.join(" ").as_bytes())?))
}

/// The recovery codes that were sealed for their owner; none of what is not his.
pub fn open_codes(app: &App, actor: &Actor, sealed: &str) -> Vec<String> {
    let bytes = BASE64_STANDARD_NO_PAD.decode(sealed).ok();
    let text = bytes.and_then(|bytes| open(app, actor.user_id, &bytes).ok());
    let text = text.and_then(|text| String::from_utf8(text).ok()).unwrap_or_default();
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
    address: IpAddr,
) -> Result<()> {
    let (user, now) = (actor.user_id, app.clock.now());
    let door = Door::Code { user, address };
    let row = {
        let mut conn = app.pool.acquire().await?;
        throttle::knock(app, &mut conn, door).await?;
        store::users::get_user(&mut conn, user).await?.ok_or(AppError::NotFound)?
    };
    if !passwords::verify(password, Some(row.password_hash)).await? {
        return Err(AppError::invalid("password", "wrong", "Contraseña: no es la suya."));
    }
    let mut tx = app.pool.begin().await?;
    if !take_code(app, &mut tx, user, code).await? {
        return Err(AppError::invalid("codigo", "wrong", WRONG_CODE));
    }
    store::second_factors::delete_factor(&mut tx, user).await?;
    throttle::forget(app, &mut tx, door).await?;
    record(&mut tx, Change::new(Action::SecondFactorOff, &user, Some(user), now)).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) const WRONG_CODE: &str = "Código: no es correcto o ya se usó. Espere el siguiente y escríbalo.";

/// From the command line, for who lost his telephone and his recovery codes.
///
/// # Errors
/// `Invalid`: no such account, or it has none.
pub async fn reset_second_factor(tools: &Tools, email: &str) -> Result<()> {
    let mut tx = tools.pool.begin().await?;
    let user: UserId = find_user(&mut tx, email).await?;
    if !store::second_factors::delete_factor(&mut tx, user).await? {
        return Err(AppError::invalid("email", "off", format!("{email} no tiene segundo factor.")));
    }
    store::sessions::delete_sessions(&mut tx, user, None).await?;
    record(&mut tx, Change::new(Action::SecondFactorReset, &user, None, tools.clock.now())).await?;
    Ok(tx.commit().await?)
}
