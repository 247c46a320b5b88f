//! Signing in, and recognising who is signed in.

use std::net::IpAddr;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    actor::Actor,
    error::{AppError, Result},
    passwords,
    state::App,
    throttle::{self, Door},
};
use crate::{
    domain::{ids::UserId, user::Email},
    store::{self, users::UserRow},
};

pub struct SignIn<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub address: IpAddr,
    /// The device cookie of an earlier sign-in, if the browser has one.
    pub device: Option<&'a str>,
}

pub struct SignedIn {
    pub actor: Actor,
    /// To be kept by the browser: lets this device pass when strangers knock at the same account.
    pub device: String,
}

/// Checks e-mail and password. An unknown e-mail and a wrong password get the same answer after the same work.
///
/// # Errors
/// `BadCredentials`, `Throttled`, or a fault.
pub async fn sign_in(app: &App, attempt: SignIn<'_>) -> Result<SignedIn> {
    // A mistyped address is nobody's account; it has its own door and still takes the time.
    let email = Email::parse(attempt.email)
        .map_or_else(|_| attempt.email.to_owned(), |email| email.as_str().to_owned());
    let device = device_of(app, &email)?;
    let from = Door::SignInFrom { address: attempt.address };
    let (own, others): (_, &[Door<'_>]) = if attempt.device == Some(&device) {
        (Door::SignInBy { device: &device }, &[])
    } else {
        let own = Door::SignIn { email: &email, address: attempt.address };
        (own, &[from, Door::SignInTo { email: &email }])
    };
    let user = {
        let mut conn = app.pool.acquire().await?;
        throttle::knock(app, &mut conn, own).await?;
        for door in others {
            throttle::knock(app, &mut conn, *door).await?;
        }
        store::users::get_user_by_email(&mut conn, &email)
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
    Ok(SignedIn { actor: actor_of(user)?, device })
}

/// The person a session names; `None` if he is gone, or is a demo account outside demo mode.
pub async fn get_actor(app: &App, id: UserId) -> Result<Option<Actor>> {
    let mut conn = app.pool.acquire().await?;
    let user = store::users::get_user(&mut conn, id).await?;
    user.filter(|user| app.settings.demo || !user.demo).map(actor_of).transpose()
}

pub(super) fn actor_of(user: UserRow) -> Result<Actor> {
    let role = user.role.parse().map_err(|error| AppError::Fault(format!("users {}: {error}", user.id)))?;
    Ok(Actor { user_id: user.id, name: user.name, role, dealer_id: user.dealer_id })
}

fn device_of(app: &App, email: &str) -> Result<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(throttle::keyed_hash(app, &format!("device {email}"))?))
}
