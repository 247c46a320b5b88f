//! Codes that people send from their telephones. Only keyed hashes of them are here.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{ProofId, UserId};

/// One that was asked for.
pub struct ProofRow {
    pub id: ProofId,
    pub user: Option<UserId>,
    pub purpose: String,
    pub expires_at: DateTime<Utc>,
    pub came_from: Option<String>,
    pub proved_at: Option<DateTime<Utc>>,
    pub used_at: Option<DateTime<Utc>>,
}

macro_rules! proof_rows {
    ($which:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            ProofRow,
            r#"select id as "id: ProofId", user_id as "user: UserId", purpose, expires_at, came_from, proved_at, used_at
               from proofs "# + $which,
            $($argument),+
        )
    };
}

/// `false`: another has the same code.
pub async fn insert_proof(
    conn: &mut PgConnection,
    id: ProofId,
    user: Option<UserId>,
    purpose: &str,
    code_hash: &[u8],
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into proofs (id, user_id, purpose, code_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (code_hash) do nothing",
        id.0,
        user.map(|user| user.0),
        purpose,
        code_hash,
        now,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn get_proof(conn: &mut PgConnection, id: ProofId) -> sqlx::Result<Option<ProofRow>> {
    proof_rows!("where id = $1", id.0).fetch_optional(conn).await
}

/// The latest of an account's number.
pub async fn get_latest(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<ProofRow>> {
    proof_rows!("where user_id = $1 and purpose = 'phone' order by created_at desc limit 1", user.0)
        .fetch_optional(conn)
        .await
}

/// By its code; nobody else changes it until the transaction ends.
pub async fn lock_by_code(conn: &mut PgConnection, code_hash: &[u8]) -> sqlx::Result<Option<ProofRow>> {
    proof_rows!("where code_hash = $1 for update", code_hash).fetch_optional(conn).await
}

pub async fn lock_proof(conn: &mut PgConnection, id: ProofId) -> sqlx::Result<Option<ProofRow>> {
    proof_rows!("where id = $1 for update", id.0).fetch_optional(conn).await
}

/// The code came in from that number.
pub async fn mark_came(conn: &mut PgConnection, id: ProofId, from: &str) -> sqlx::Result<()> {
    sqlx::query!("update proofs set came_from = $2 where id = $1", id.0, from).execute(conn).await.map(|_| ())
}

pub async fn mark_proved(conn: &mut PgConnection, id: ProofId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update proofs set proved_at = $2 where id = $1", id.0, now).execute(conn).await.map(|_| ())
}

pub async fn mark_used(conn: &mut PgConnection, id: ProofId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update proofs set used_at = $2 where id = $1", id.0, now).execute(conn).await.map(|_| ())
}

/// An account's that are asked for no more: of its number, or of a purpose.
pub async fn delete_of(conn: &mut PgConnection, user: UserId, purpose: &str) -> sqlx::Result<()> {
    sqlx::query!("delete from proofs where user_id = $1 and purpose = $2", user.0, purpose)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Forgets those that ended before.
pub async fn delete_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from proofs where expires_at < $1", before).execute(conn).await.map(|_| ())
}
