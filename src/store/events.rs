//! What was said about messages: append-only, each thing once.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{MessageId, PartId};

pub struct NewEvent<'a> {
    pub part_id: Option<PartId>,
    pub sid: Option<&'a str>,
    pub source: &'a str,
    pub status: &'a str,
    pub error_code: Option<i32>,
    pub error_message: Option<&'a str>,
    pub fields: serde_json::Value,
    pub dedupe_key: &'a str,
    pub received_at: DateTime<Utc>,
}

/// `false`: it was said before.
pub async fn insert_event(conn: &mut PgConnection, event: &NewEvent<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into message_events (part_id, sid, source, status, error_code, error_message, fields, dedupe_key, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (dedupe_key) do nothing",
        event.part_id.map(|id| id.0),
        event.sid,
        event.source,
        event.status,
        event.error_code,
        event.error_message,
        event.fields,
        event.dedupe_key,
        event.received_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A stored event, as histories show it.
pub struct EventRow {
    pub source: String,
    pub status: String,
    pub error_code: Option<i32>,
    pub error_message: Option<String>,
    pub received_at: DateTime<Utc>,
}

/// All that was said about a message, oldest first.
pub async fn list_events(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        "select e.source, e.status, e.error_code, e.error_message, e.received_at
         from message_parts p join message_events e on e.part_id = p.id where p.message_id = $1 order by e.id",
        message.0
    )
    .fetch_all(conn)
    .await
}

/// Joins what was said of a sid before we knew whose it is; returns it, oldest first.
pub async fn adopt_orphans(conn: &mut PgConnection, part: PartId, sid: &str) -> sqlx::Result<Vec<EventRow>> {
    let mut rows = sqlx::query!(
        "update message_events set part_id = $1 where sid = $2 and part_id is null
         returning id, source, status, error_code, error_message, received_at",
        part.0,
        sid
    )
    .fetch_all(conn)
    .await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows
        .into_iter()
        .map(|row| EventRow {
            source: row.source,
            status: row.status,
            error_code: row.error_code,
            error_message: row.error_message,
            received_at: row.received_at,
        })
        .collect())
}

pub struct NewInbound<'a> {
    pub id: uuid::Uuid,
    pub sid: &'a str,
    pub from_address: &'a str,
    pub body: &'a str,
    pub fields: serde_json::Value,
    pub received_at: DateTime<Utc>,
}

/// `false`: this inbound message was stored before.
pub async fn insert_inbound(conn: &mut PgConnection, inbound: &NewInbound<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into inbound_messages (id, sid, from_address, body, fields, received_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (sid) do nothing",
        inbound.id,
        inbound.sid,
        inbound.from_address,
        inbound.body,
        inbound.fields,
        inbound.received_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Which of these inbound messages were stored.
pub async fn list_stored_inbound(conn: &mut PgConnection, sids: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select sid from inbound_messages where sid = any($1)", sids).fetch_all(conn).await
}
