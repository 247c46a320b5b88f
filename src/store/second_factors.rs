//! Second factors and their recovery codes. Secrets come and go sealed; codes only as hashes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::UserId;

/// The secret, sealed.
pub async fn get_secret(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("select secret from second_factors where user_id = $1", user.0)
        .fetch_optional(conn)
        .await
}

/// Turns it on, with the step of its first code; since when, or `None`: it is on already.
pub async fn insert_factor(
    conn: &mut PgConnection,
    user: UserId,
    secret: &[u8],
    step: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "insert into second_factors (user_id, secret, last_step, confirmed_at) values ($1, $2, $3, $4)
         on conflict do nothing returning confirmed_at",
        user.0,
        secret,
        step,
        now
    )
    .fetch_optional(conn)
    .await
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
