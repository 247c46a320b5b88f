//! argon2id with OWASP's parameters (Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane), off the async threads.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::error::{AppError, Result};

/// Each hashing takes 19 MiB and a core: more at once would only take memory from everyone else.
static ROOM: Semaphore = Semaphore::const_new(2);

/// What an unknown account is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<Result<String>> = LazyLock::new(|| hash_now("nobody's password"));

/// Makes the first check of an unknown account take no longer than the next.
pub fn warm_up() {
    LazyLock::force(&NOBODY);
}

/// The PHC string of a new password.
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    in_room(move || hash_now(&password)).await
}

/// Whether the password fits the stored PHC string; with none stored the answer is no, after the same work.
pub async fn verify(password: &str, stored: Option<String>) -> Result<bool> {
    let password = password.to_owned();
    in_room(move || {
        let known = stored.is_some();
        let phc = match (&stored, &*NOBODY) {
            (Some(phc), _) | (None, Ok(phc)) => phc,
            (None, Err(error)) => return Err(AppError::Fault(error.to_string())),
        };
        let parsed = PasswordHash::new(phc).map_err(fault)?;
        Ok(hasher()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

async fn in_room<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _place = ROOM.acquire().await.map_err(fault)?;
    tokio::task::spawn_blocking(work).await.map_err(fault)?
}

fn hash_now(password: &str) -> Result<String> {
    Ok(hasher()?.hash_password(password.as_bytes()).map_err(fault)?.to_string())
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(fault)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn fault(error: impl std::fmt::Display) -> AppError {
    AppError::Fault(format!("password hashing: {error}"))
}
