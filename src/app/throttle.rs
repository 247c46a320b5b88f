//! How often one may knock. Keys are keyed hashes, so the table names nobody; windows are fixed, so the count is one
//! row.

use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::PgConnection;

use super::{
    error::{AppError, Result},
    state::App,
};
use crate::store;

/// One door, and who knocks at it.
#[derive(Clone, Copy, Debug)]
pub enum Door<'a> {
    /// Sign-in to one account from one address: what stops a guesser.
    SignIn {
        email: &'a str,
        address: IpAddr,
    },
    /// Sign-in to any account from one address: what stops a list of accounts.
    SignInFrom {
        address: IpAddr,
    },
    /// Sign-in to one account from anywhere, by devices that never signed in to it: what stops many addresses. The
    /// owner's own devices pass by it, so that nobody is locked out of his account by others.
    SignInTo {
        email: &'a str,
    },
    SignUpFrom {
        address: IpAddr,
    },
}

impl Door<'_> {
    fn knocks_allowed(self) -> i32 {
        match self {
            Self::SignIn { .. } => 10,
            Self::SignInFrom { .. } => 60,
            Self::SignInTo { .. } => 100,
            Self::SignUpFrom { .. } => 30,
        }
    }

    fn window(self) -> TimeDelta {
        match self {
            Self::SignUpFrom { .. } => TimeDelta::minutes(60),
            _ => TimeDelta::minutes(15),
        }
    }

    fn name(self) -> String {
        match self {
            Self::SignIn { email, address } => format!("sign-in {email} {address}"),
            Self::SignInFrom { address } => format!("sign-in from {address}"),
            Self::SignInTo { email } => format!("sign-in to {email}"),
            Self::SignUpFrom { address } => format!("sign-up from {address}"),
        }
    }
}

/// Counts a knock and refuses it if there were too many in the current window.
pub async fn knock(app: &App, conn: &mut PgConnection, door: Door<'_>) -> Result<()> {
    let now = app.clock.now();
    let start = window_start(now, door.window())?;
    let hits = store::throttles::count_hit(conn, &keyed_hash(app, &door.name())?, start).await?;
    if hits <= door.knocks_allowed() {
        return Ok(());
    }
    let left = (start + door.window() - now)
        .to_std()
        .unwrap_or(Duration::from_secs(1));
    Err(AppError::Throttled { retry_after: left })
}

/// Forgets the knocks at a door that opened.
pub async fn forget(app: &App, conn: &mut PgConnection, door: Door<'_>) -> Result<()> {
    Ok(store::throttles::clear(conn, &keyed_hash(app, &door.name())?).await?)
}

/// HMAC-SHA-256 of `text` under the installation's secret.
pub fn keyed_hash(app: &App, text: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(app.settings.secret_key.expose().as_bytes())
        .map_err(|error| AppError::Fault(format!("secret key: {error}")))?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn window_start(now: DateTime<Utc>, window: TimeDelta) -> Result<DateTime<Utc>> {
    now.duration_trunc(window)
        .map_err(|error| AppError::Fault(format!("throttle window: {error}")))
}
