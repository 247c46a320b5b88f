//! Parts, each one Twilio message: written with their message, asked about until nothing is left to ask.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{MessageId, PartId},
    kind::Kind,
    message::Status,
};

pub struct NewPart {
    pub id: PartId,
    pub message: MessageId,
    /// From 1.
    pub number: i16,
    pub body: String,
    /// Twilio's id of the template it goes by.
    pub content_sid: Option<String>,
}

pub async fn insert_parts(conn: &mut PgConnection, parts: &[NewPart]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|part| part.id.0).collect();
    let messages: Vec<Uuid> = parts.iter().map(|part| part.message.0).collect();
    let numbers: Vec<i16> = parts.iter().map(|part| part.number).collect();
    let bodies: Vec<String> = parts.iter().map(|part| part.body.clone()).collect();
    let contents: Vec<Option<String>> = parts.iter().map(|part| part.content_sid.clone()).collect();
    sqlx::query!(
        "insert into message_parts (id, message_id, number, body, content_sid, status)
         select id, message_id, number, body, content_sid, 'queued'
         from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[])
           as fresh (id, message_id, number, body, content_sid)",
        &ids,
        &messages,
        &numbers,
        &bodies,
        &contents as &[Option<String>]
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Remembers why a message waits in the outbox: Twilio's code, until it takes it. One that has moved on is left alone.
pub async fn mark_waiting(conn: &mut PgConnection, message: MessageId, code: i32) -> sqlx::Result<()> {
    sqlx::query!("update messages set error_code = $2 where id = $1 and status = 'queued'", message.0, code)
        .execute(conn)
        .await
        .map(|_| ())
}

/// A part with what a question to Twilio needs.
#[derive(Clone, Debug)]
pub struct PartToCheck {
    pub id: PartId,
    pub status: Status,
    pub sid: Option<String>,
    pub body: String,
    pub to_phone: String,
    pub kind: Kind,
    pub created_at: DateTime<Utc>,
    /// Before the first byte of the first attempt left: a match at Twilio is younger than this.
    pub first_attempted_at: Option<DateTime<Utc>>,
    pub resends: i16,
    pub checks: i16,
    pub has_price: bool,
}

pub async fn get_part(conn: &mut PgConnection, id: PartId) -> sqlx::Result<Option<PartToCheck>> {
    let row = sqlx::query!(
        r#"select p.status, p.sid, p.body, m.to_phone, m.kind, m.created_at, p.first_attempted_at, p.resends, p.checks,
             (p.provider_price is not null) as "has_price!"
           from messages m join message_parts p on p.message_id = m.id where p.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(PartToCheck {
            id,
            status: row.status.parse().map_err(corrupt("status"))?,
            sid: row.sid,
            body: row.body,
            to_phone: row.to_phone,
            kind: row.kind.parse().map_err(corrupt("kind"))?,
            created_at: row.created_at,
            first_attempted_at: row.first_attempted_at,
            resends: row.resends,
            checks: row.checks,
            has_price: row.has_price,
        })
    })
    .transpose()
}

pub async fn get_part_id_by_sid(conn: &mut PgConnection, sid: &str) -> sqlx::Result<Option<PartId>> {
    let id =
        sqlx::query_scalar!("select id from message_parts where sid = $1", sid).fetch_optional(conn).await?;
    Ok(id.map(PartId))
}

/// When Twilio is asked next about a part, and how often it was asked in this state; nothing, if it is not as it was read.
pub async fn schedule_check(
    conn: &mut PgConnection,
    part: &PartToCheck,
    at: Option<DateTime<Utc>>,
    checks: i16,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update message_parts set next_check_at = $2, checks = $3
         where id = $1 and status = $4 and sid is not distinct from $5 and checks = $6",
        part.id.0,
        at,
        checks,
        part.status.as_str(),
        part.sid,
        part.checks
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Takes one part that is due to be asked about, one with an unknown outcome before all others, and keeps others off it until `held_until`.
pub async fn claim_due_check(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    held_until: DateTime<Utc>,
) -> sqlx::Result<Option<PartId>> {
    let unknown = sqlx::query_scalar!(
        "update message_parts set next_check_at = $2 where id = (
           select id from message_parts where status = 'verifying' and next_check_at <= $1
           order by next_check_at limit 1 for update skip locked
         ) returning id",
        now,
        held_until
    )
    .fetch_optional(&mut *conn)
    .await?;
    if unknown.is_some() {
        return Ok(unknown.map(PartId));
    }
    let id = sqlx::query_scalar!(
        "update message_parts set next_check_at = $2 where id = (
           select id from message_parts where next_check_at <= $1 order by next_check_at limit 1 for update skip locked
         ) returning id",
        now,
        held_until
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(PartId))
}

/// A part as its readers see it.
pub struct PartState {
    pub id: PartId,
    pub number: i16,
    pub status: Status,
    pub sid: Option<String>,
    pub error_code: Option<i32>,
    pub attempt_count: i16,
    /// What arrives, if it goes by template.
    pub template_text: Option<String>,
    pub superseded: bool,
    /// What Twilio told of its own charge, and in which currency.
    pub price: Option<(Decimal, String)>,
}

/// A message's parts, in order.
pub async fn list_parts(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Vec<PartState>> {
    let rows = sqlx::query!(
        r#"select id as "id: PartId", number, status, sid, error_code, attempt_count, provider_price, provider_price_currency,
             case when content_sid is not null then body end as template_text, superseded
           from message_parts where message_id = $1 order by number"#,
        message.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PartState {
                id: row.id,
                number: row.number,
                status: row.status.parse().map_err(corrupt("status"))?,
                sid: row.sid,
                error_code: row.error_code,
                attempt_count: row.attempt_count,
                template_text: row.template_text,
                superseded: row.superseded,
                price: row.provider_price.zip(row.provider_price_currency),
            })
        })
        .collect()
}
