//! People, their consent and their API tokens.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{DealerId, TokenId, UserId};

/// A user as stored; the role is parsed by the caller.
pub struct UserRow {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub role: String,
    pub dealer_id: Option<DealerId>,
    pub demo: bool,
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when he has one.
    pub second_factor: Option<DateTime<Utc>>,
}

pub struct NewUser<'a> {
    pub id: UserId,
    pub email: &'a str,
    pub name: &'a str,
    pub phone: Option<&'a str>,
    /// Of who is made up with his number proved.
    pub phone_proved_at: Option<DateTime<Utc>>,
    pub password_hash: &'a str,
    pub role: &'a str,
    pub dealer_id: Option<DealerId>,
    pub demo: bool,
    pub created_at: DateTime<Utc>,
}

/// `false`: the e-mail is taken.
pub async fn insert_user(conn: &mut PgConnection, user: &NewUser<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into users (id, email, name, phone, password_hash, role, dealer_id, demo, created_at, phone_proved_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (email) do nothing",
        user.id.0,
        user.email,
        user.name,
        user.phone,
        user.password_hash,
        user.role,
        user.dealer_id.map(|id| id.0),
        user.demo,
        user.created_at,
        user.phone_proved_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn get_user_by_email(conn: &mut PgConnection, email: &str) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as!(
        UserRow,
        r#"select id as "id: UserId", email, name, password_hash, role, dealer_id as "dealer_id: DealerId", demo, disabled_at,
             (select confirmed_at from second_factors f where f.user_id = users.id) as second_factor
           from users where email = $1"#,
        email
    )
    .fetch_optional(conn)
    .await
}

pub async fn get_user(conn: &mut PgConnection, id: UserId) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as!(
        UserRow,
        r#"select id as "id: UserId", email, name, password_hash, role, dealer_id as "dealer_id: DealerId", demo, disabled_at,
             (select confirmed_at from second_factors f where f.user_id = users.id) as second_factor
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

/// The owner of a token.
pub struct TokenOwnerRow {
    pub token_id: TokenId,
    pub last_used_at: Option<DateTime<Utc>>,
    pub user: UserRow,
}

/// The owner of a token that is not revoked, whose account is not disabled.
pub async fn get_user_by_token(conn: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<TokenOwnerRow>> {
    let row = sqlx::query!(
        r#"select t.id as "token_id: TokenId", t.last_used_at,
             u.id as "id: UserId", u.email, u.name, u.password_hash, u.role, u.dealer_id as "dealer_id: DealerId", u.demo
           from api_tokens t join users u on u.id = t.user_id
           where t.token_hash = $1 and t.revoked_at is null and u.disabled_at is null"#,
        hash
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| TokenOwnerRow {
        token_id: row.token_id,
        last_used_at: row.last_used_at,
        user: UserRow {
            id: row.id,
            email: row.email,
            name: row.name,
            password_hash: row.password_hash,
            role: row.role,
            dealer_id: row.dealer_id,
            demo: row.demo,
            disabled_at: None,
            // A program has no telephone.
            second_factor: None,
        },
    }))
}

/// Notes a use, unless one at `before` or later is noted: of many at once, one writes.
pub async fn mark_token_used(
    conn: &mut PgConnection,
    token: TokenId,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update api_tokens set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $3)",
        token.0,
        now,
        before
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A token as its owner may know it: never the secret.
pub struct TokenRow {
    pub id: TokenId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// An account's tokens, the newest first.
pub async fn list_tokens(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<TokenRow>> {
    sqlx::query_as!(
        TokenRow,
        r#"select id as "id: TokenId", name, created_at, last_used_at, revoked_at from api_tokens
           where user_id = $1 order by created_at desc, id desc"#,
        user.0
    )
    .fetch_all(conn)
    .await
}

/// Whose it was; `None`: there is none, or it was revoked before.
pub async fn mark_token_revoked(
    conn: &mut PgConnection,
    token: TokenId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"update api_tokens set revoked_at = $2 where id = $1 and revoked_at is null returning user_id as "user: UserId""#,
        token.0,
        now
    )
    .fetch_optional(conn)
    .await
}

/// How many there were.
pub async fn mark_tokens_revoked(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "update api_tokens set revoked_at = $2 where user_id = $1 and revoked_at is null",
        user.0,
        now
    )
    .execute(conn)
    .await
    .map(|done| done.rows_affected())
}

pub async fn mark_signed_in(conn: &mut PgConnection, id: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update users set last_signed_in_at = $2 where id = $1", id.0, now)
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn update_password(conn: &mut PgConnection, id: UserId, hash: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set password_hash = $2 where id = $1", id.0, hash)
        .execute(conn)
        .await
        .map(|_| ())
}
