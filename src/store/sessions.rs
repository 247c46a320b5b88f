//! tower-sessions' records in PostgreSQL. The published sqlx store drags in sqlx 0.8 and its `time` feature, so this is
//! our own. A session's id is stored hashed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use crate::domain::ids::UserId;

#[derive(Clone, Debug)]
pub struct PostgresSessions {
    pool: PgPool,
}

impl PostgresSessions {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl SessionStore for PostgresSessions {
    /// Never overwrites another session: a taken id is replaced.
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let done = sqlx::query!(
                "insert into sessions (id_hash, data, expires_at) values ($1, $2, $3) on conflict do nothing",
                hash(&record.id),
                encode(record)?,
                expiry(record)?
            )
            .execute(&self.pool)
            .await
            .map_err(backend)?;
            if done.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    /// A session that was ended meanwhile stays ended.
    async fn save(&self, record: &Record) -> Result<()> {
        sqlx::query!(
            "update sessions set data = $2, expires_at = $3 where id_hash = $1",
            hash(&record.id),
            encode(record)?,
            expiry(record)?
        )
        .execute(&self.pool)
        .await
        .map_err(backend)
        .map(|_| ())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = sqlx::query!(
            "select data, expires_at from sessions where id_hash = $1 and expires_at > now()",
            hash(id)
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(backend)?;
        row.map(|row| {
            Ok(Record {
                id: *id,
                data: serde_json::from_value(row.data).map_err(|error| Error::Decode(error.to_string()))?,
                expiry_date: OffsetDateTime::from_unix_timestamp(row.expires_at.timestamp())
                    .map_err(|error| Error::Decode(error.to_string()))?,
            })
        })
        .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sqlx::query!("delete from sessions where id_hash = $1", hash(id))
            .execute(&self.pool)
            .await
            .map_err(backend)
            .map(|_| ())
    }
}

/// Forgets sessions that have expired.
pub async fn delete_expired(pool: &PgPool) -> sqlx::Result<u64> {
    sqlx::query!("delete from sessions where expires_at <= now()")
        .execute(pool)
        .await
        .map(|done| done.rows_affected())
}

/// A signed-in session: what names it, and what it holds.
pub struct SessionRow {
    pub id_hash: Vec<u8>,
    pub data: serde_json::Value,
}

/// A user's sessions that have not expired.
pub async fn list_sessions(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        "select id_hash, data from sessions where user_id = $1 and expires_at > now()",
        user.0
    )
    .fetch_all(conn)
    .await
}

/// `false`: he has none of that name.
pub async fn delete_session(conn: &mut PgConnection, user: UserId, id_hash: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from sessions where user_id = $1 and id_hash = $2", user.0, id_hash)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// All of a user's but `kept`; how many there were.
pub async fn delete_sessions(
    conn: &mut PgConnection,
    user: UserId,
    kept: Option<&[u8]>,
) -> sqlx::Result<u64> {
    sqlx::query!("delete from sessions where user_id = $1 and id_hash is distinct from $2", user.0, kept)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
}

/// What names a session where its id must not be seen.
pub fn hash(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

fn encode(record: &Record) -> Result<serde_json::Value> {
    serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn expiry(record: &Record) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
        .ok_or_else(|| Error::Encode(format!("{} is out of range", record.expiry_date)))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn backend(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}
