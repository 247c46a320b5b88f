//! API tokens: made once, shown once, stored as a hash.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    actor::Actor,
    error::{AppError, Result},
    sign_in::actor_of,
    state::{App, Tools},
};
use crate::{
    domain::{ids::TokenId, user::Email},
    store,
};

/// Makes a token for an account and returns it; it cannot be shown again.
///
/// # Errors
/// `Invalid` when there is no such account.
pub async fn create_token(tools: &Tools, email: &str, name: &str) -> Result<String> {
    let email = Email::parse(email).map_err(|problem| AppError::invalid("email", "invalid", problem))?;
    let mut conn = tools.pool.acquire().await?;
    let user = store::users::get_user_by_email(&mut conn, email.as_str()).await?.ok_or_else(|| {
        AppError::invalid("email", "unknown", format!("No hay una cuenta {}.", email.as_str()))
    })?;
    let token = format!("okla_{}", BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    store::users::insert_token(&mut conn, TokenId::fresh(), user.id, name, &hash(&token), tools.clock.now())
        .await?;
    Ok(token)
}

/// Whom a token speaks for; `None`: no such token, revoked, or a demo account's outside demo mode.
pub async fn authenticate_token(app: &App, token: &str) -> Result<Option<Actor>> {
    let mut conn = app.pool.acquire().await?;
    let user = store::users::get_user_by_token(&mut conn, &hash(token), app.clock.now()).await?;
    user.filter(|user| app.settings.demo || !user.demo).map(actor_of).transpose()
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
