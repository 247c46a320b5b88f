//! How often one may knock. Keys are keyed hashes, so the table names nobody; windows are fixed, so the count is one
//! row.

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::PgConnection;

use super::{
    error::{AppError, Result},
    state::{App, Settings},
};
use crate::{domain::ids::UserId, store};

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
    /// Sign-in to one account from anywhere, by devices that never signed in to it: what stops many addresses.
    SignInTo {
        email: &'a str,
    },
    /// Sign-in by a device that signed in to the account before. It passes by the other doors, so that nobody is locked
    /// out of his account by strangers, not even by one behind the same address.
    SignInBy {
        device: &'a str,
    },
    SignUpFrom {
        address: IpAddr,
    },
    /// Codes for an account whose password is known, as above: from one address, from anywhere, by a known device.
    Code {
        user: UserId,
        address: IpAddr,
    },
    CodeTo {
        user: UserId,
    },
    CodeBy {
        device: &'a str,
    },
    /// «Me interesa»: each first press may ring a dealer's telephone.
    Interest {
        user: UserId,
        /// He has not shown that there is a person behind the account.
        unproved: bool,
    },
    /// New codes for the number of an account.
    CodesOf {
        user: UserId,
    },
    /// Codes that come in from one number: what stops a guesser.
    ProofFrom {
        number: &'a str,
    },
    /// Forgotten passwords.
    ResetFrom {
        address: IpAddr,
    },
}

impl Door<'_> {
    fn knocks_allowed(self) -> i32 {
        match self {
            Self::Interest { unproved: true, .. } => 5,
            Self::SignIn { .. }
            | Self::SignInBy { .. }
            | Self::Code { .. }
            | Self::CodeBy { .. }
            | Self::ProofFrom { .. }
            | Self::ResetFrom { .. } => 10,
            Self::CodesOf { .. } => 20,
            // A guess is right once in 333,333, and whoever guesses knows the password: few, and by the day.
            Self::CodeTo { .. } | Self::SignUpFrom { .. } | Self::Interest { .. } => 30,
            Self::SignInFrom { .. } => 60,
            Self::SignInTo { .. } => 100,
        }
    }

    fn window(self) -> TimeDelta {
        match self {
            Self::SignUpFrom { .. }
            | Self::CodesOf { .. }
            | Self::ProofFrom { .. }
            | Self::ResetFrom { .. } => TimeDelta::minutes(60),
            Self::CodeTo { .. } | Self::Interest { .. } => TimeDelta::days(1),
            _ => TimeDelta::minutes(15),
        }
    }

    fn name(self) -> String {
        match self {
            Self::SignIn { email, address } => format!("sign-in {email} {}", household(address)),
            Self::SignInFrom { address } => format!("sign-in from {}", household(address)),
            Self::SignInTo { email } => format!("sign-in to {email}"),
            Self::SignInBy { device } => format!("sign-in by {device}"),
            Self::SignUpFrom { address } => format!("sign-up from {}", household(address)),
            Self::Code { user, address } => format!("code of {user} {}", household(address)),
            Self::CodeTo { user } => format!("code of {user}"),
            Self::CodeBy { device } => format!("code by {device}"),
            Self::Interest { user, .. } => format!("interest of {user}"),
            Self::CodesOf { user } => format!("codes of {user}"),
            Self::ProofFrom { number } => format!("proof from {number}"),
            Self::ResetFrom { address } => format!("reset from {}", household(address)),
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
    let left = (start + door.window() - now).to_std().unwrap_or(Duration::from_secs(1));
    Err(AppError::Throttled { retry_after: left })
}

/// Forgets the knocks at a door that opened.
pub async fn forget(app: &App, conn: &mut PgConnection, door: Door<'_>) -> Result<()> {
    Ok(store::throttles::clear(conn, &keyed_hash(app, &door.name())?).await?)
}

/// Takes one knock back that turned out to be the owner's.
pub async fn take_back(app: &App, conn: &mut PgConnection, door: Door<'_>) -> Result<()> {
    let start = window_start(app.clock.now(), door.window())?;
    Ok(store::throttles::take_back_hit(conn, &keyed_hash(app, &door.name())?, start).await?)
}

/// What one customer of a network has: an IPv4 address, or an IPv6 network of 64 bits.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

/// HMAC-SHA-256 of `text` under the installation's secret.
pub fn keyed_hash(app: &App, text: &str) -> Result<Vec<u8>> {
    Ok(keyed(&app.settings, text)?.finalize().into_bytes().to_vec())
}

/// The same, not yet finished.
pub fn keyed(settings: &Settings, text: &str) -> Result<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(settings.secret_key.expose().as_bytes())
        .map_err(|error| AppError::Fault(format!("secret key: {error}")))?;
    Ok(mac.chain_update(text))
}

fn window_start(now: DateTime<Utc>, window: TimeDelta) -> Result<DateTime<Utc>> {
    now.duration_trunc(window).map_err(|error| AppError::Fault(format!("throttle window: {error}")))
}
