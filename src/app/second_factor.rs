//! The second factor: a secret shared with an app on a telephone (RFC 6238: SHA-1, six digits, 30 s), and codes for the
//! day that is lost.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use totp_rs::{Builder, Secret, Totp};

use super::{
    error::{AppError, Result},
    state::App,
    throttle::keyed_hash,
};
use crate::{domain::ids::UserId, store};

/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
const NONCE_BYTES: usize = 24;
const RECOVERY_CODES: usize = 10;
/// Of base32: 50 bits.
const RECOVERY_LENGTH: usize = 10;

/// What the telephone's app is given.
pub struct Shared {
    /// The secret in base32, in groups of four, for who types it.
    pub words: String,
    /// `otpauth://…`, for the QR code.
    pub url: String,
}

pub(super) fn fresh_secret() -> [u8; SECRET_BYTES] {
    rand::random()
}

/// How a secret is given to the app of the owner of this e-mail.
pub(super) fn shared(secret: &[u8], email: &str) -> Result<Shared> {
    let totp = totp(secret, email)?;
    let words = totp.secret().to_base32();
    let groups: Vec<&str> =
        words.as_bytes().chunks(4).filter_map(|group| str::from_utf8(group).ok()).collect();
    Ok(Shared { words: groups.join(" "), url: totp.to_url().map_err(fault)? })
}

/// The step of 30 s whose code this is: the present one, or one before or after it, for clocks that differ.
///
/// # Errors
/// A fault: the secret is too short to be one.
pub fn step_of(secret: &[u8], code: &str, now: DateTime<Utc>) -> Result<Option<i64>> {
    let seconds = u64::try_from(now.timestamp()).map_err(fault)?;
    let step = totp(secret, "okla")?.check(code, seconds);
    step.map(|step| i64::try_from(step).map_err(fault)).transpose()
}

/// Takes what was typed, a code of the app or a recovery code; once. `false`: it is none, or was taken before.
pub(super) async fn take_code(app: &App, conn: &mut PgConnection, user: UserId, typed: &str) -> Result<bool> {
    let Some(secret) = store::second_factors::get_secret(conn, user).await? else { return Ok(false) };
    let (code, now) = (plain(typed), app.clock.now());
    if code.len() == RECOVERY_LENGTH {
        let hash = recovery_hash(app, user, &code)?;
        return Ok(store::second_factors::use_recovery_code(conn, user, &hash, now).await?);
    }
    match step_of(&open(app, user, &secret)?, &code, now)? {
        Some(step) => Ok(store::second_factors::use_step(conn, user, step).await?),
        None => Ok(false),
    }
}

/// New recovery codes as a person copies them, `abcde-fghij`, and their hashes.
pub(super) fn fresh_recovery_codes(app: &App, user: UserId) -> Result<(Vec<String>, Vec<Vec<u8>>)> {
    let code = || {
        let letters = Secret::from(rand::random::<[u8; 8]>().to_vec()).to_base32().to_lowercase();
        letters[..RECOVERY_LENGTH].to_owned()
    };
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| code()).collect();
    let hashes: Result<_> = codes.iter().map(|code| recovery_hash(app, user, code)).collect();
    let half = RECOVERY_LENGTH / 2;
    Ok((codes.iter().map(|code| format!("{}-{}", &code[..half], &code[half..])).collect(), hashes?))
}

/// Seals a text for one user: who copies the database reads nothing, and who moves it to another user neither.
fn seal(app: &App, user: UserId, text: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE_BYTES] = rand::random();
    let payload = Payload { msg: text, aad: user.0.as_bytes() };
    let sealed = cipher(app)?.encrypt(&XNonce::from(nonce), payload).map_err(fault)?;
    Ok([&nonce[..], &sealed].concat())
}

/// # Errors
/// A fault: it was sealed under another `OKLA_SECRET_KEY`, or for another user, or was changed.
pub(super) fn open(app: &App, user: UserId, sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| fault("too short"))?;
    let payload = Payload { msg: text, aad: user.0.as_bytes() };
    cipher(app)?.decrypt(&XNonce::from(*nonce), payload).map_err(fault)
}

/// What [`seal`] made, as a session keeps it.
pub(super) fn seal_text(app: &App, user: UserId, text: &[u8]) -> Result<String> {
    Ok(BASE64_STANDARD_NO_PAD.encode(seal(app, user, text)?))
}

/// The sealed bytes and what they hold; `None`: it was not sealed for this user.
pub(super) fn open_text(app: &App, user: UserId, text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let sealed = BASE64_STANDARD_NO_PAD.decode(text).ok()?;
    let opened = open(app, user, &sealed).ok()?;
    Some((sealed, opened))
}

fn cipher(app: &App) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(&keyed_hash(app, "second factor: key")?).map_err(fault)
}

fn totp(secret: &[u8], email: &str) -> Result<Totp> {
    // The app's label must not hold a colon; an e-mail may.
    let label = email.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_account_name(label);
    builder.with_issuer(Some("OKLA Contacto")).build().map_err(fault)
}

/// As typed, without what people put between: spaces and dashes.
fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

fn recovery_hash(app: &App, user: UserId, code: &str) -> Result<Vec<u8>> {
    keyed_hash(app, &format!("recovery code {user} {code}"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn fault(error: impl ToString) -> AppError {
    AppError::Fault(format!("second factor: {}", error.to_string()))
}
