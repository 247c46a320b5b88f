//! A forgotten password: whoever asks gets a code to send from the account's proved number, and only the browser that asked
//! may then set a new one. Whether there is such an account is told to nobody.

use std::net::IpAddr;

use super::{
    audit::{Change, record},
    error::{AppError, Result},
    passwords,
    proofs::{self, Asked, asked},
    state::App,
    throttle::{self, Door},
};
use crate::{
    domain::{
        audit::Action,
        ids::ProofId,
        proof::Proof,
        user::{Email, check_password},
    },
    store::{self, proofs::ProofRow},
};

/// How far it is.
#[derive(Clone, Debug)]
pub enum Reset {
    Waiting(Asked),
    /// The code came in from the right number: a new password may be set.
    Proved,
}

/// Begins; the session that asked is to keep what comes back. The same is done for an e-mail that nobody has.
///
/// # Errors
/// `Invalid`: it cannot be an e-mail; `Throttled`.
pub async fn begin_reset(app: &App, typed: &str, address: IpAddr) -> Result<ProofId> {
    let email = Email::parse(typed).map_err(|problem| AppError::invalid("email", "invalid", problem))?;
    throttle::knock(app, &mut *app.pool.acquire().await?, Door::ResetFrom { address }).await?;
    let mut tx = store::connection::begin(&app.pool).await?;
    let user = store::users::get_user_by_email(&mut tx, email.as_str()).await?;
    let user = user.filter(|user| (app.settings.demo || !user.demo) && user.disabled_at.is_none());
    let id = proofs::begin(app, &mut tx, user.map(|user| user.id), Proof::Password).await?;
    tx.commit().await?;
    Ok(id)
}

/// `None`: too late.
pub async fn read_reset(app: &App, id: ProofId) -> Result<Option<Reset>> {
    let row = store::proofs::get_proof(&mut *app.pool.acquire().await?, id).await?;
    let Some(row) = row.filter(|row| is_open(app, row)) else { return Ok(None) };
    Ok(Some(if row.proved_at.is_some() {
        Reset::Proved
    } else {
        Reset::Waiting(asked(app, Proof::Password, &row)?)
    }))
}

fn is_open(app: &App, row: &ProofRow) -> bool {
    row.purpose == Proof::Password.as_str() && row.used_at.is_none() && row.expires_at > app.clock.now()
}

/// Sets the new password and ends every session of the account. A second factor stays.
///
/// # Errors
/// `Invalid`: the password will not do, or it is too late.
pub async fn finish_reset(app: &App, id: ProofId, password: &str) -> Result<()> {
    check_password(password).map_err(|problem| AppError::invalid("password", "invalid", problem))?;
    let hash = passwords::hash(password).await?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let row = store::proofs::lock_proof(&mut tx, id).await?.filter(|row| is_open(app, row));
    let user = row.filter(|row| row.proved_at.is_some()).and_then(|row| row.user);
    let late = || AppError::invalid("", "late", "El código venció o ya se usó. Pida otro.");
    let user = user.ok_or_else(late)?;
    store::users::update_password(&mut tx, user, &hash).await?;
    store::proofs::mark_used(&mut tx, id, now).await?;
    store::sessions::delete_sessions(&mut tx, user, None).await?;
    record(&mut tx, Change::new(Action::PasswordReset, &user, Some(user), now)).await?;
    tx.commit().await?;
    tracing::info!(%user, "a password was reset");
    Ok(())
}
