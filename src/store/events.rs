//! What was said about messages: append-only, each thing once.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{MessageId, PartId};

pub struct NewEvent<'a> {
    pub part_id: Option<PartId>,
    pub sid: Option<&'a str>,
    pub source: &'a str,
    pub status: &'a str,
    pub error_code: Option<i32>,
    pub error_message: Option<&'a str>,
    pub fields: &'a serde_json::Value,
    pub dedupe_key: &'a str,
}

/// Keeps what was said, each thing once; returns the keys of what was not said before.
pub async fn insert_events(
    conn: &mut PgConnection,
    events: &[NewEvent<'_>],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    macro_rules! column {
        ($field:ident) => {
            events.iter().map(|event| event.$field.map(str::to_owned)).collect::<Vec<Option<String>>>()
        };
    }
    let parts: Vec<Option<Uuid>> = events.iter().map(|event| event.part_id.map(|id| id.0)).collect();
    let sources: Vec<String> = events.iter().map(|event| event.source.to_owned()).collect();
    let statuses: Vec<String> = events.iter().map(|event| event.status.to_owned()).collect();
    let codes: Vec<Option<i32>> = events.iter().map(|event| event.error_code).collect();
    let fields: Vec<serde_json::Value> = events.iter().map(|event| event.fields.clone()).collect();
    let keys: Vec<String> = events.iter().map(|event| event.dedupe_key.to_owned()).collect();
    sqlx::query_scalar!(
        "insert into message_events (part_id, sid, source, status, error_code, error_message, fields, dedupe_key, received_at)
         select part_id, sid, source, status, error_code, error_message, fields, dedupe_key, $9
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::jsonb[], $8::text[])
           with ordinality as said (part_id, sid, source, status, error_code, error_message, fields, dedupe_key, place)
         order by place on conflict (dedupe_key) do nothing returning dedupe_key",
        &parts as &[Option<Uuid>],
        &column!(sid) as &[Option<String>],
        &sources,
        &statuses,
        &codes as &[Option<i32>],
        &column!(error_message) as &[Option<String>],
        &fields,
        &keys,
        now
    )
    .fetch_all(conn)
    .await
}

/// A stored event, as histories show it.
pub struct HistoryRow {
    /// The part's number, from 1.
    pub part: i16,
    pub source: String,
    pub status: String,
    pub error_code: Option<i32>,
    pub fields: serde_json::Value,
    pub received_at: DateTime<Utc>,
}

/// What was said, without its fields.
pub struct EventRow {
    pub status: String,
    pub error_code: Option<i32>,
    pub error_message: Option<String>,
}

/// All that was said about a message, oldest first.
pub async fn list_events(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Vec<HistoryRow>> {
    sqlx::query_as!(
        HistoryRow,
        "select p.number as part, e.source, e.status, e.error_code, e.fields, e.received_at
         from message_parts p join message_events e on e.part_id = p.id where p.message_id = $1 order by e.id",
        message.0
    )
    .fetch_all(conn)
    .await
}

/// Joins what was said of these sids before we knew whose they are; returns it, oldest first.
pub async fn adopt_orphans(
    conn: &mut PgConnection,
    named: &[(PartId, String)],
) -> sqlx::Result<Vec<(PartId, EventRow)>> {
    let (parts, sids): (Vec<Uuid>, Vec<String>) =
        named.iter().map(|(part, sid)| (part.0, sid.clone())).unzip();
    let mut rows = sqlx::query!(
        r#"update message_events as e set part_id = named.part_id
           from unnest($1::uuid[], $2::text[]) as named (part_id, sid)
           where e.sid = named.sid and e.part_id is null
           returning e.id, e.part_id as "part_id!: PartId", e.status, e.error_code, e.error_message"#,
        &parts,
        &sids
    )
    .fetch_all(conn)
    .await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows
        .into_iter()
        .map(|row| {
            let said =
                EventRow { status: row.status, error_code: row.error_code, error_message: row.error_message };
            (row.part_id, said)
        })
        .collect())
}
