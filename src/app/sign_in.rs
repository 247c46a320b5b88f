//! Signing in, and recognising who is signed in.

use std::net::IpAddr;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    passwords,
    second_factor::take_code,
    set_second_factor::WRONG_CODE,
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

pub struct SignIn<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub address: IpAddr,
    /// The device cookie of an earlier sign-in, if the browser has one.
    pub device: Option<&'a str>,
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
        .map_or_else(|_| attempt.email.to_owned(), |email| email.as_str().to_owned());
    let checked = check_password(app, &email, &attempt).await;
    if let Some(kind) = checked.as_ref().err().and_then(|error| Kind::of(error, Kind::Password)) {
        note_failure(app, &email, attempt.address, kind).await?;
    }
    let user = checked?;
    if user.disabled_at.is_some() {
        let message = "Su cuenta está desactivada. Escriba al equipo de OKLA.";
        return Err(AppError::Forbidden { code: "account_disabled", message });
    }
    if user.has_second_factor {
        return Ok(Opened::Code(user.id));
    }
    Ok(Opened::In(enter(app, &mut *app.pool.acquire().await?, user).await?))
}

async fn check_password(app: &App, email: &str, attempt: &SignIn<'_>) -> Result<UserRow> {
    let device = device_of(app, email)?;
    let from = Door::SignInFrom { address: attempt.address };
    let (own, others): (_, &[Door<'_>]) = if attempt.device == Some(&device) {
        (Door::SignInBy { device: &device }, &[])
    } else {
        let own = Door::SignIn { email, address: attempt.address };
        (own, &[from, Door::SignInTo { email }])
    };
    let user = {
        let mut conn = app.pool.acquire().await?;
        throttle::knock(app, &mut conn, own).await?;
        for door in others {
            throttle::knock(app, &mut conn, *door).await?;
        }
        store::users::get_user_by_email(&mut conn, email)
            .await?
            .filter(|user| app.settings.demo || !user.demo)
    };
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    if !passwords::verify(attempt.password, stored).await? {
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
    pub address: IpAddr,
    /// As [`SignIn::device`].
    pub device: Option<&'a str>,
}

/// Checks the code.
///
/// # Errors
/// `Invalid` for a wrong or used one, `Throttled`, `SignedOut` when the account can be signed in to no more.
pub async fn enter_code(app: &App, attempt: EnterCode<'_>) -> Result<SignedIn> {
    let user = store::users::get_user(&mut *app.pool.acquire().await?, attempt.user).await?;
    let user = user.filter(|user| is_open(app, user)).ok_or(AppError::SignedOut)?;
    let checked = check_code(app, &user, &attempt).await;
    if let Some(kind) = checked.as_ref().err().and_then(|error| Kind::of(error, Kind::Code)) {
        note_failure(app, &user.email, attempt.address, kind).await?;
    }
    checked?;
    enter(app, &mut *app.pool.acquire().await?, user).await
}

async fn check_code(app: &App, user: &UserRow, attempt: &EnterCode<'_>) -> Result<()> {
    let device = device_of(app, &user.email)?;
    let doors: &[Door<'_>] = if attempt.device == Some(&device) {
        &[Door::CodeBy { device: &device }]
    } else {
        &[Door::Code { user: user.id, address: attempt.address }, Door::CodeTo { user: user.id }]
    };
    let mut conn = app.pool.acquire().await?;
    for door in doors {
        throttle::knock(app, &mut conn, *door).await?;
    }
    if !take_code(app, &mut conn, user.id, attempt.code).await? {
        return Err(AppError::invalid("codigo", "wrong", WRONG_CODE));
    }
    for door in doors {
        throttle::forget(app, &mut conn, *door).await?;
    }
    Ok(())
}

/// The person a session names; `None` if he is gone or disabled, or is a demo account outside demo mode.
pub async fn get_known(app: &App, id: UserId) -> Result<Option<Known>> {
    let mut conn = app.pool.acquire().await?;
    let user = store::users::get_user(&mut conn, id).await?;
    user.filter(|user| is_open(app, user)).map(|user| known(app, user)).transpose()
}

pub(super) fn actor_of(user: UserRow) -> Result<Actor> {
    let role = user.role.parse().map_err(|error| AppError::Fault(format!("users {}: {error}", user.id)))?;
    Ok(Actor { user_id: user.id, name: user.name, role, dealer_id: user.dealer_id })
}

fn is_open(app: &App, user: &UserRow) -> bool {
    (app.settings.demo || !user.demo) && user.disabled_at.is_none()
}

fn known(app: &App, user: UserRow) -> Result<Known> {
    let has_second_factor = user.has_second_factor;
    let actor = actor_of(user)?;
    let must_enrol =
        app.settings.admins_need_second_factor && actor.role == Role::Admin && !has_second_factor;
    Ok(Known { actor, must_enrol })
}

async fn enter(app: &App, conn: &mut PgConnection, user: UserRow) -> Result<SignedIn> {
    store::users::mark_signed_in(conn, user.id, app.clock.now()).await?;
    let device = device_of(app, &user.email)?;
    let Known { actor, must_enrol } = known(app, user)?;
    Ok(SignedIn { actor, device, must_enrol })
}

fn device_of(app: &App, email: &str) -> Result<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(throttle::keyed_hash(app, &format!("device {email}"))?))
}
