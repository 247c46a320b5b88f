//! Second factors and their recovery codes. Secrets come and go sealed; codes only as hashes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::UserId;

pub struct FactorRow {
    /// Sealed.
    pub secret: Vec<u8>,
    /// `None`: being set up.
    pub confirmed_at: Option<DateTime<Utc>>,
}

pub async fn get_factor(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<FactorRow>> {
    sqlx::query_as!(FactorRow, "select secret, confirmed_at from second_factors where user_id = $1", user.0)
        .fetch_optional(conn)
        .await
}

/// Begins to set it up, anew if that was begun before; `false`: it is on.
pub async fn begin_factor(conn: &mut PgConnection, user: UserId, secret: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into second_factors (user_id, secret) values ($1, $2) on conflict (user_id)
         do update set secret = excluded.secret, last_step = 0 where second_factors.confirmed_at is null",
        user.0,
        secret
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Turns it on; `false`: it is on already, or this is not the secret that was begun with.
pub async fn confirm_factor(
    conn: &mut PgConnection,
    user: UserId,
    secret: &[u8],
    step: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update second_factors set confirmed_at = $4, last_step = $3
         where user_id = $1 and secret = $2 and confirmed_at is null",
        user.0,
        secret,
        step,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the code of a step; `false`: that one or a later one was taken before.
pub async fn use_step(conn: &mut PgConnection, user: UserId, step: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update second_factors set last_step = $2 where user_id = $1 and last_step < $2",
        user.0,
        step
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// `false`: there was none.
pub async fn delete_factor(conn: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from second_factors where user_id = $1", user.0).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn insert_recovery_codes(
    conn: &mut PgConnection,
    user: UserId,
    hashes: &[Vec<u8>],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into recovery_codes (user_id, code_hash) select $1, hash from unnest($2::bytea[]) as hash",
        user.0,
        hashes
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Takes a recovery code; `false`: there is none, or it was taken before.
pub async fn use_recovery_code(
    conn: &mut PgConnection,
    user: UserId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null",
        user.0,
        hash,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many recovery codes are left.
pub async fn count_recovery_codes(conn: &mut PgConnection, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes where user_id = $1 and used_at is null"#,
        user.0
    )
    .fetch_one(conn)
    .await
}
