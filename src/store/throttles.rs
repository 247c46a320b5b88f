//! How often a door was knocked at, shared by all servers.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Counts one knock in the key's current window; returns how many there are now.
pub async fn count_hit(
    conn: &mut PgConnection,
    key: &[u8],
    window_start: DateTime<Utc>,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into throttles (key, window_start, hits) values ($1, $2, 1)
         on conflict (key, window_start) do update set hits = throttles.hits + 1 returning hits",
        key,
        window_start
    )
    .fetch_one(conn)
    .await
}

/// Takes one knock of the key's current window back.
pub async fn take_back_hit(
    conn: &mut PgConnection,
    key: &[u8],
    window_start: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update throttles set hits = hits - 1 where key = $1 and window_start = $2 and hits > 0",
        key,
        window_start
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Forgets the knocks of a key that proved itself.
pub async fn clear(conn: &mut PgConnection, key: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from throttles where key = $1", key).execute(conn).await.map(|_| ())
}

/// Forgets windows that began before `before`.
pub async fn delete_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    sqlx::query!("delete from throttles where window_start < $1", before)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
}
