//! API tokens: made once, shown once, stored as a hash.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    sign_in::actor_of,
    state::{App, Tools},
};
use crate::{
    domain::{
        audit::Action,
        ids::{TokenId, UserId},
        user::Email,
    },
    store,
};

/// A busy token is one write a minute, not one a request.
const USE_KEPT_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Makes a token for an account and returns it; it cannot be shown again.
///
/// # Errors
/// `Invalid` when there is no such account.
pub async fn create_token(tools: &Tools, email: &str, name: &str) -> Result<String> {
    let mut tx = store::connection::begin(&tools.pool).await?;
    let user = find_user(&mut tx, email).await?;
    let token = format!("okla_{}", BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    let (id, now) = (TokenId::fresh(), tools.clock.now());
    store::users::insert_token(&mut tx, id, user, name, &hash(&token), now).await?;
    let after = json!({ "user": user });
    record(&mut tx, Change { after, ..Change::new(Action::TokenCreated, &id, None, now) }).await?;
    tx.commit().await?;
    Ok(token)
}

/// Whom a token speaks for; `None`: no such token, revoked, or a demo account's outside demo mode. Its use is noted to
/// the minute and beside the request, which neither waits for it nor fails with it.
pub async fn authenticate_token(app: &App, token: &str) -> Result<Option<Actor>> {
    let mut conn = app.pool.acquire().await?;
    let owner = store::users::get_user_by_token(&mut conn, &hash(token)).await?;
    let Some(owner) = owner.filter(|owner| app.settings.demo || !owner.user.demo) else { return Ok(None) };
    let (now, id) = (app.clock.now(), owner.token_id);
    let before = now - USE_KEPT_EVERY;
    if owner.last_used_at.is_none_or(|at| at < before) {
        let pool = app.pool.clone();
        tokio::spawn(async move {
            let noted =
                async { store::users::mark_token_used(&mut *pool.acquire().await?, id, now, before).await };
            if let Err(error) = noted.await {
                tracing::warn!(%error, token = %id, "a token's use could not be noted");
            }
        });
    }
    actor_of(owner.user).map(Some)
}

/// A token as its owner may know it.
#[derive(Clone, Debug)]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    /// To the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// An account's tokens, the newest first.
///
/// # Errors
/// `Invalid` when there is no such account.
pub async fn list_tokens(tools: &Tools, email: &str) -> Result<Vec<Token>> {
    let mut conn = tools.pool.acquire().await?;
    let user = find_user(&mut conn, email).await?;
    tokens_of(&mut conn, user).await
}

pub(super) async fn tokens_of(conn: &mut PgConnection, user: UserId) -> Result<Vec<Token>> {
    let rows = store::users::list_tokens(conn, user).await?;
    let token = |row: store::users::TokenRow| Token {
        id: row.id,
        name: row.name,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
    };
    Ok(rows.into_iter().map(token).collect())
}

/// Ends a token: the next request with it is refused, on every server.
///
/// # Errors
/// `Invalid` when there is none by that id, or it was revoked before.
pub async fn revoke_token(tools: &Tools, id: TokenId) -> Result<()> {
    let now = tools.clock.now();
    let mut tx = store::connection::begin(&tools.pool).await?;
    let unknown =
        || AppError::invalid("id", "unknown", format!("No hay un token {id}, o ya estaba revocado."));
    let user = store::users::mark_token_revoked(&mut tx, id, now).await?.ok_or_else(unknown)?;
    let before = json!({ "token": id });
    record(&mut tx, Change { before, ..Change::new(Action::TokenRevoked, &user, None, now) }).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn find_user(conn: &mut PgConnection, email: &str) -> Result<UserId> {
    let email = Email::parse(email).map_err(|problem| AppError::invalid("email", "invalid", problem))?;
    let user = store::users::get_user_by_email(conn, email.as_str()).await?;
    let unknown = || AppError::invalid("email", "unknown", format!("No hay una cuenta {}.", email.as_str()));
    Ok(user.ok_or_else(unknown)?.id)
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
