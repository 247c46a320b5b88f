//! The processes that run OKLA, as they themselves say.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a process says of itself.
pub struct Beat {
    pub id: Uuid,
    pub pid: i32,
    pub version: &'static str,
    pub has_workers: bool,
    pub workers_alive: bool,
    /// Since it started.
    pub refused_signatures: i64,
}

pub async fn upsert_beat(conn: &mut PgConnection, beat: &Beat, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into servers (id, address, pid, version, has_workers, workers_alive, refused_signatures, refused_at,
           started_at, beat_at)
         values ($1, host(inet_client_addr()), $2, $3, $4, $5, $6, case when $6::bigint > 0 then $7::timestamptz end, $7, $7)
         on conflict (id) do update set workers_alive = excluded.workers_alive, beat_at = excluded.beat_at,
           refused_signatures = excluded.refused_signatures,
           refused_at = case when excluded.refused_signatures > servers.refused_signatures then excluded.beat_at
             else servers.refused_at end",
        beat.id,
        beat.pid,
        beat.version,
        beat.has_workers,
        beat.workers_alive,
        beat.refused_signatures,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// It ended well.
pub async fn delete_server(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from servers where id = $1", id).execute(conn).await.map(|_| ())
}

/// Those that were killed and are not looked for any more.
pub async fn delete_silent(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from servers where beat_at < $1", before).execute(conn).await.map(|_| ())
}

/// A process as it last said.
#[derive(Clone, Debug)]
pub struct ServerRow {
    pub address: Option<String>,
    pub pid: i32,
    pub version: String,
    pub has_workers: bool,
    pub workers_alive: bool,
    pub refused_signatures: i64,
    /// When the last of them was noticed.
    pub refused_at: Option<DateTime<Utc>>,
    pub started_at: DateTime<Utc>,
    pub beat_at: DateTime<Utc>,
}

/// All that have not said goodbye, the newest first.
pub async fn list_servers(conn: &mut PgConnection) -> sqlx::Result<Vec<ServerRow>> {
    sqlx::query_as!(
        ServerRow,
        "select address, pid, version, has_workers, workers_alive, refused_signatures, refused_at, started_at, beat_at
         from servers order by started_at desc limit 100"
    )
    .fetch_all(conn)
    .await
}
