//! Signing in, and recognising who is signed in.

use std::net::IpAddr;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    passwords,
    second_factor::take_code,
    sign_in_failures::{Kind, note_failure},
    state::App,
    throttle::{self, Door},
};
use crate::{
    domain::{
        ids::UserId,
        user::{Email, Role},
    },
    store::{self, users::UserRow},
};

/// Where an attempt comes from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub address: IpAddr,
    /// The device cookie of an earlier sign-in, if the browser has one.
    pub device: Option<&'a str>,
}

const WRONG_CODE: &str = "Código: no es correcto o ya se usó. Espere el siguiente y escríbalo.";

pub struct SignIn<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub origin: Origin<'a>,
}

/// What the right password opens.
pub enum Opened {
    In(SignedIn),
    /// The code of his second factor is wanted first.
    Code(UserId),
}

pub struct SignedIn {
    pub actor: Actor,
    /// To be kept by the browser: lets this device pass when strangers knock at the same account.
    pub device: String,
    /// See [`Known`].
    pub must_enrol: bool,
    /// The second factor that was proved.
    pub second_factor: Option<DateTime<Utc>>,
}

/// Whom a session names.
pub struct Known {
    pub actor: Actor,
    /// His role wants a second factor and he has none: until he sets it up he may do nothing else.
    pub must_enrol: bool,
}

/// Checks e-mail and password. An unknown e-mail and a wrong password get the same answer after the same work.
///
/// # Errors
/// `BadCredentials`, `Throttled`, `Forbidden` for a disabled account, or a fault.
pub async fn sign_in(app: &App, attempt: SignIn<'_>) -> Result<Opened> {
    // A mistyped address is nobody's account; it has its own door and still takes the time.
    let email = Email::parse(attempt.email)
        .map_or_else(|_| attempt.email.replace('\0', ""), |email| email.as_str().to_owned());
    let user = check_password(app, &email, attempt.password, attempt.origin).await?;
    if user.disabled_at.is_some() {
        let message = "Su cuenta está desactivada. Escriba al equipo de OKLA.";
        return Err(AppError::Forbidden { code: "account_disabled", message });
    }
    if user.second_factor.is_some() {
        return Ok(Opened::Code(user.id));
    }
    Ok(Opened::In(enter(app, &mut *app.pool.acquire().await?, user).await?))
}

/// The password of whoever is signed in already, asked for again before what must not be done with a session alone.
///
/// # Errors
/// `Invalid`, or `Throttled` at the doors of the sign-in.
pub(super) async fn prove_password(
    app: &App,
    actor: &Actor,
    password: &str,
    origin: Origin<'_>,
) -> Result<UserRow> {
    let user = store::users::get_user(&mut *app.pool.acquire().await?, actor.user_id).await?;
    let email = user.ok_or(AppError::SignedOut)?.email;
    check_password(app, &email, password, origin).await.map_err(|error| match error {
        AppError::BadCredentials => AppError::invalid("password", "wrong", "Contraseña: no es la suya."),
        other => other,
    })
}

async fn check_password(app: &App, email: &str, password: &str, origin: Origin<'_>) -> Result<UserRow> {
    let checked = knock_with_password(app, email, password, origin).await;
    if let Some(kind) = checked.as_ref().err().and_then(|error| Kind::of(error, Kind::Password)) {
        note_failure(app, email, origin.address, kind).await?;
    }
    checked
}

async fn knock_with_password(app: &App, email: &str, password: &str, origin: Origin<'_>) -> Result<UserRow> {
    let mut conn = app.pool.acquire().await?;
    let user = store::users::get_user_by_email(&mut conn, email).await?;
    let user = user.filter(|user| app.settings.demo || !user.demo);
    let device = user.as_ref().map(|user| device_of(app, user)).transpose()?;
    let from = Door::SignInFrom { address: origin.address };
    let (own, others): (_, &[Door<'_>]) = match device.as_deref().filter(|known| origin.device == Some(known))
    {
        Some(device) => (Door::SignInBy { device }, &[]),
        None => (Door::SignIn { email, address: origin.address }, &[from, Door::SignInTo { email }]),
    };
    throttle::knock(app, &mut conn, own).await?;
    for door in others {
        throttle::knock(app, &mut conn, *door).await?;
    }
    drop(conn);
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    if !passwords::verify(password, stored).await? {
        return Err(AppError::BadCredentials);
    }
    let user = user.ok_or(AppError::BadCredentials)?;
    let mut conn = app.pool.acquire().await?;
    throttle::forget(app, &mut conn, own).await?;
    for door in others {
        throttle::take_back(app, &mut conn, *door).await?;
    }
    Ok(user)
}

/// The second half of signing in.
pub struct EnterCode<'a> {
    /// Whose password was right.
    pub user: UserId,
    /// Of his app, or a recovery code.
    pub code: &'a str,
    pub origin: Origin<'a>,
}

/// Checks the code.
///
/// # Errors
/// `Invalid` for a wrong or used one, `Throttled`, `SignedOut` when the account can be signed in to no more.
pub async fn enter_code(app: &App, attempt: EnterCode<'_>) -> Result<SignedIn> {
    let user = store::users::get_user(&mut *app.pool.acquire().await?, attempt.user).await?;
    let user = user.filter(|user| is_open(app, user)).ok_or(AppError::SignedOut)?;
    prove_code(app, &user, attempt.code, attempt.origin).await?;
    enter(app, &mut *app.pool.acquire().await?, user).await
}

/// A code of the second factor, which is used up.
///
/// # Errors
/// `Invalid`, or `Throttled`.
pub(super) async fn prove_code(app: &App, user: &UserRow, code: &str, origin: Origin<'_>) -> Result<()> {
    let checked = knock_with_code(app, user, code, origin).await;
    if let Some(kind) = checked.as_ref().err().and_then(|error| Kind::of(error, Kind::Code)) {
        note_failure(app, &user.email, origin.address, kind).await?;
    }
    checked
}

async fn knock_with_code(app: &App, user: &UserRow, code: &str, origin: Origin<'_>) -> Result<()> {
    let device = device_of(app, user)?;
    let (own, others): (_, &[Door<'_>]) = if origin.device == Some(&device) {
        (Door::CodeBy { device: &device }, &[])
    } else {
        (Door::Code { user: user.id, address: origin.address }, &[Door::CodeTo { user: user.id }])
    };
    let mut conn = app.pool.acquire().await?;
    throttle::knock(app, &mut conn, own).await?;
    for door in others {
        throttle::knock(app, &mut conn, *door).await?;
    }
    if !take_code(app, &mut conn, user.id, code).await? {
        return Err(AppError::invalid("codigo", "wrong", WRONG_CODE));
    }
    throttle::forget(app, &mut conn, own).await?;
    for door in others {
        throttle::take_back(app, &mut conn, *door).await?;
    }
    Ok(())
}

/// The person a session names, which proved `second_factor`; `None` if he is gone or disabled, is a demo account outside
/// demo mode, or has a second factor that was turned on since.
pub async fn get_known(app: &App, id: UserId, second_factor: Option<DateTime<Utc>>) -> Result<Option<Known>> {
    let mut conn = app.pool.acquire().await?;
    let user = store::users::get_user(&mut conn, id).await?;
    let proved = |user: &UserRow| user.second_factor.is_none() || user.second_factor == second_factor;
    user.filter(|user| is_open(app, user) && proved(user)).map(|user| known(app, user)).transpose()
}

pub(super) fn actor_of(user: UserRow) -> Result<Actor> {
    let role = user.role.parse().map_err(|error| AppError::Fault(format!("users {}: {error}", user.id)))?;
    Ok(Actor { user_id: user.id, name: user.name, role, dealer_id: user.dealer_id })
}

fn is_open(app: &App, user: &UserRow) -> bool {
    (app.settings.demo || !user.demo) && user.disabled_at.is_none()
}

fn known(app: &App, user: UserRow) -> Result<Known> {
    let lacks_second_factor = user.second_factor.is_none();
    let actor = actor_of(user)?;
    let must_enrol =
        app.settings.admins_need_second_factor && actor.role == Role::Admin && lacks_second_factor;
    Ok(Known { actor, must_enrol })
}

async fn enter(app: &App, conn: &mut PgConnection, user: UserRow) -> Result<SignedIn> {
    store::users::mark_signed_in(conn, user.id, app.clock.now()).await?;
    let (device, second_factor) = (device_of(app, &user)?, user.second_factor);
    let Known { actor, must_enrol } = known(app, user)?;
    Ok(SignedIn { actor, device, must_enrol, second_factor })
}

/// A second factor makes every device a stranger that has not proved it.
fn device_of(app: &App, user: &UserRow) -> Result<String> {
    let since = user.second_factor.map(|since| since.timestamp_micros());
    let device = format!("device {} {}", user.email, since.unwrap_or_default());
    Ok(BASE64_URL_SAFE_NO_PAD.encode(throttle::keyed_hash(app, &device)?))
}
