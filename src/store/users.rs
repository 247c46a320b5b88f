//! People, their consent and their API tokens.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{DealerId, TokenId, UserId};

/// A user as stored; the role is parsed by the caller.
pub struct UserRow {
    pub id: UserId,
    pub name: String,
    pub password_hash: String,
    pub role: String,
    pub dealer_id: Option<DealerId>,
    pub demo: bool,
}

pub struct NewUser<'a> {
    pub id: UserId,
    pub email: &'a str,
    pub name: &'a str,
    pub phone: Option<&'a str>,
    pub password_hash: &'a str,
    pub role: &'a str,
    pub dealer_id: Option<DealerId>,
    pub demo: bool,
    pub created_at: DateTime<Utc>,
}

/// `false`: the e-mail is taken.
pub async fn insert_user(conn: &mut PgConnection, user: &NewUser<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into users (id, email, name, phone, password_hash, role, dealer_id, demo, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (email) do nothing",
        user.id.0,
        user.email,
        user.name,
        user.phone,
        user.password_hash,
        user.role,
        user.dealer_id.map(|id| id.0),
        user.demo,
        user.created_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn insert_consent(
    conn: &mut PgConnection,
    user: UserId,
    version: &str,
    body: &str,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into consents (user_id, text_version, body, accepted_at) values ($1, $2, $3, $4)",
        user.0,
        version,
        body,
        at
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn get_user_by_email(conn: &mut PgConnection, email: &str) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as!(
        UserRow,
        r#"select id as "id: UserId", name, password_hash, role, dealer_id as "dealer_id: DealerId", demo
           from users where email = $1"#,
        email
    )
    .fetch_optional(conn)
    .await
}

pub async fn get_user(conn: &mut PgConnection, id: UserId) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as!(
        UserRow,
        r#"select id as "id: UserId", name, password_hash, role, dealer_id as "dealer_id: DealerId", demo
           from users where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub async fn insert_token(
    conn: &mut PgConnection,
    id: TokenId,
    user: UserId,
    name: &str,
    hash: &[u8],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into api_tokens (id, user_id, name, token_hash, created_at) values ($1, $2, $3, $4, $5)",
        id.0,
        user.0,
        name,
        hash,
        at
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// The owner of a token that is not revoked. Its last use is kept to the minute, so that a busy token is not a write a
/// request.
pub async fn get_user_by_token(
    conn: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<UserRow>> {
    sqlx::query!(
        "update api_tokens set last_used_at = $2
         where token_hash = $1 and revoked_at is null and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')",
        hash,
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_as!(
        UserRow,
        r#"select u.id as "id: UserId", u.name, u.password_hash, u.role, u.dealer_id as "dealer_id: DealerId", u.demo
           from api_tokens t join users u on u.id = t.user_id where t.token_hash = $1 and t.revoked_at is null"#,
        hash
    )
    .fetch_optional(conn)
    .await
}

pub async fn update_password(conn: &mut PgConnection, id: UserId, hash: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set password_hash = $2 where id = $1", id.0, hash)
        .execute(conn)
        .await
        .map(|_| ())
}
