//! Keys that callers bind to what they ask for: one sender, one key, one message, for a day.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{MessageId, OKLA, UserId};

pub struct NewKey {
    pub user: UserId,
    pub key: String,
    /// SHA-256 of what is asked for.
    pub request_hash: Vec<u8>,
    pub message: MessageId,
}

/// Binds the keys that are free, in one order for all; returns the messages whose key was. A key that another
/// transaction is about to bind is waited for.
pub async fn insert_keys(
    conn: &mut PgConnection,
    keys: &[NewKey],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<MessageId>> {
    let users: Vec<Uuid> = keys.iter().map(|key| key.user.0).collect();
    let words: Vec<String> = keys.iter().map(|key| key.key.clone()).collect();
    let hashes: Vec<Vec<u8>> = keys.iter().map(|key| key.request_hash.clone()).collect();
    let messages: Vec<Uuid> = keys.iter().map(|key| key.message.0).collect();
    let bound = sqlx::query_scalar!(
        "insert into idempotency_keys (user_id, key, request_hash, message_id, created_at)
         select user_id, key, request_hash, message_id, $5
         from unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[]) as fresh (user_id, key, request_hash, message_id)
         order by user_id, key on conflict do nothing returning message_id",
        &users,
        &words,
        &hashes,
        &messages,
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(bound.into_iter().map(MessageId).collect())
}

/// What a key is bound to.
pub struct BoundKey {
    pub request_hash: Vec<u8>,
    pub message: MessageId,
    pub created_at: DateTime<Utc>,
    pub answer_status: Option<i16>,
    pub answer_body: Option<String>,
}

pub async fn get_key(conn: &mut PgConnection, user: UserId, key: &str) -> sqlx::Result<Option<BoundKey>> {
    sqlx::query_as!(
        BoundKey,
        r#"select request_hash, message_id as "message: MessageId", created_at, answer_status, answer_body
           from idempotency_keys where user_id = $1 and key = $2"#,
        user.0,
        key
    )
    .fetch_optional(conn)
    .await
}

/// Frees keys that were bound in this transaction to messages that a limit then refused.
pub async fn delete_keys(conn: &mut PgConnection, messages: &[MessageId]) -> sqlx::Result<()> {
    let messages: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    sqlx::query!(
        "delete from idempotency_keys as k using unnest($1::uuid[]) as refused (id) where k.message_id = refused.id",
        &messages
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Keeps the answer that the key's first request got.
pub async fn set_answer(
    conn: &mut PgConnection,
    user: UserId,
    key: &str,
    status: i16,
    body: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update idempotency_keys set answer_status = $3, answer_body = $4
         where user_id = $1 and key = $2 and answer_status is null",
        user.0,
        key,
        status,
        body
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Frees the keys bound before `before`; OKLA's own, by which it finds what it said before it died, before `okla_before`.
pub async fn delete_keys_before(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    okla_before: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from idempotency_keys where created_at < $1 and (user_id <> $2 or created_at < $3)",
        before,
        OKLA.0,
        okla_before
    )
    .execute(conn)
    .await
    .map(|_| ())
}
