//! Parts, each one Twilio message: the outbox they wait in, what Twilio says of them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, postgres::PgQueryResult};

use crate::domain::ids::{MessageId, PartId};

/// Writes a part and puts it into the outbox.
pub async fn insert_part(
    conn: &mut PgConnection,
    id: PartId,
    message: MessageId,
    number: i16,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into message_parts (id, message_id, number, body, status) values ($1, $2, $3, $4, 'queued')",
        id.0,
        message.0,
        number,
        body
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("insert into outbox (part_id, available_at) values ($1, $2)", id.0, now)
        .execute(conn)
        .await
        .map(|_| ())
}

/// What a worker took from the outbox.
pub struct Claimed {
    pub part_id: PartId,
    pub message_id: MessageId,
    pub to_phone: String,
    pub body: String,
    pub image_url: Option<String>,
    pub attempt_count: i16,
    pub created_at: DateTime<Utc>,
    /// An earlier worker's lease ran out while its call was under way, or a callback proved that Twilio has it.
    pub abandoned: bool,
}

/// Takes the oldest waiting part nobody else holds, leasing it until `leased_until`.
pub async fn claim_waiting(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> sqlx::Result<Option<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"with next as (
             select part_id, leased_until from outbox
             where available_at <= $1 and (leased_until is null or leased_until <= $1)
             order by available_at limit 1 for update skip locked
           ), leased as (
             update outbox set leased_until = $2 from next where outbox.part_id = next.part_id
           )
           select p.id as "part_id: PartId", p.message_id as "message_id: MessageId", m.to_phone, p.body,
             m.image_url, p.attempt_count, m.created_at, (next.leased_until is not null or p.sid is not null) as "abandoned!"
           from next join message_parts p on p.id = next.part_id join messages m on m.id = p.message_id"#,
        now,
        leased_until
    )
    .fetch_optional(conn)
    .await
}

/// Remembers why a message waits in the outbox: Twilio's code, until it takes it. One that has moved on is left alone.
pub async fn mark_waiting(conn: &mut PgConnection, message: MessageId, code: i32) -> sqlx::Result<()> {
    sqlx::query!("update messages set error_code = $2 where id = $1 and status = 'queued'", message.0, code)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Notes that a call to Twilio is about to begin.
pub async fn mark_attempt(conn: &mut PgConnection, part: PartId, now: DateTime<Utc>) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "update message_parts set attempt_count = attempt_count + 1, attempted_at = $2 where id = $1",
        part.0,
        now
    )
    .execute(conn)
    .await?;
    exactly_one(&done)
}

pub async fn delete_from_outbox(conn: &mut PgConnection, part: PartId) -> sqlx::Result<()> {
    sqlx::query!("delete from outbox where part_id = $1", part.0).execute(conn).await.map(|_| ())
}

/// Gives the lease up and waits until `available_at`.
pub async fn postpone(
    conn: &mut PgConnection,
    part: PartId,
    available_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "update outbox set available_at = $2, leased_until = null where part_id = $1",
        part.0,
        available_at
    )
    .execute(conn)
    .await?;
    exactly_one(&done)
}

/// A part with what decides about it, its message's row locked until the transaction ends.
pub struct LockedPart {
    pub id: PartId,
    pub message_id: MessageId,
    pub status: String,
    pub sid: Option<String>,
    pub body: String,
    pub to_phone: String,
    pub attempted_at: Option<DateTime<Utc>>,
    pub checks: i16,
    pub provider_price: Option<Decimal>,
    pub own_reason: Option<String>,
}

/// Locks the part's message, so that everything said about it is taken in one after the other.
pub async fn lock_part(conn: &mut PgConnection, id: PartId) -> sqlx::Result<Option<LockedPart>> {
    sqlx::query_as!(
        LockedPart,
        r#"select p.id as "id: PartId", p.message_id as "message_id: MessageId", p.status, p.sid, p.body, m.to_phone,
             p.attempted_at, p.checks, p.provider_price, p.own_reason
           from messages m join message_parts p on p.message_id = m.id
           where p.id = $1 for update of m, p"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub async fn get_part_id_by_sid(conn: &mut PgConnection, sid: &str) -> sqlx::Result<Option<PartId>> {
    let id =
        sqlx::query_scalar!("select id from message_parts where sid = $1", sid).fetch_optional(conn).await?;
    Ok(id.map(PartId))
}

/// What one word of Twilio's changes. `None` leaves a column as it is: nothing known is ever erased.
#[derive(Default)]
pub struct PartChange<'a> {
    pub status: Option<&'a str>,
    pub sid: Option<&'a str>,
    pub error_code: Option<i32>,
    pub error_message: Option<&'a str>,
    /// Our own verdict that it never left was wrong: it and its reason go.
    pub refuted: bool,
    /// It never left the house.
    pub not_sent: bool,
    pub own_reason: Option<&'a str>,
    pub segments: Option<i16>,
    pub price: Option<(Decimal, &'a str)>,
}

pub async fn update_part(conn: &mut PgConnection, id: PartId, change: &PartChange<'_>) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "update message_parts set status = coalesce($2, status), sid = coalesce(sid, $3),
           error_code = coalesce($4, error_code), error_message = coalesce($5, error_message),
           segments = coalesce($6, segments), provider_price = coalesce($7, provider_price),
           provider_price_currency = coalesce($8, provider_price_currency),
           not_sent = (not_sent and not $11) or $9,
           own_reason = case when $11 then null else coalesce($10, own_reason) end
         where id = $1",
        id.0,
        change.status,
        change.sid,
        change.error_code,
        change.error_message,
        change.segments,
        change.price.map(|(amount, _)| amount),
        change.price.map(|(_, currency)| currency),
        change.not_sent,
        change.own_reason,
        change.refuted
    )
    .execute(conn)
    .await?;
    exactly_one(&done)
}

/// When Twilio is asked next, and how often it was asked in this state.
pub async fn schedule_check(
    conn: &mut PgConnection,
    id: PartId,
    at: Option<DateTime<Utc>>,
    checks: i16,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "update message_parts set next_check_at = $2, checks = $3 where id = $1",
        id.0,
        at,
        checks
    )
    .execute(conn)
    .await?;
    exactly_one(&done)
}

/// Takes one part that is due to be asked about, and keeps others off it until `held_until`.
pub async fn claim_due_check(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    held_until: DateTime<Utc>,
) -> sqlx::Result<Option<PartId>> {
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

/// The state of each part, in order.
pub struct PartState {
    pub id: PartId,
    pub number: i16,
    pub status: String,
    pub sid: Option<String>,
    pub error_code: Option<i32>,
    pub error_message: Option<String>,
    pub not_sent: bool,
    pub own_reason: Option<String>,
    pub attempt_count: i16,
}

pub async fn list_parts(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Vec<PartState>> {
    sqlx::query_as!(
        PartState,
        r#"select id as "id: PartId", number, status, sid, error_code, error_message, not_sent, own_reason,
             attempt_count from message_parts where message_id = $1 order by number"#,
        message.0
    )
    .fetch_all(conn)
    .await
}

/// The message's own state, derived from its parts; a time that is set stays.
pub struct MessageState<'a> {
    pub status: &'a str,
    pub error_code: Option<i32>,
    pub not_sent: bool,
    pub own_reason: Option<&'a str>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    pub checked_at: Option<DateTime<Utc>>,
}

pub async fn update_message_state(
    conn: &mut PgConnection,
    message: MessageId,
    state: &MessageState<'_>,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "update messages set status = $2, error_code = $3, not_sent = $4, own_reason = $5,
           sent_at = coalesce(sent_at, $6), delivered_at = coalesce(delivered_at, $7), read_at = coalesce(read_at, $8),
           checked_at = coalesce($9, checked_at)
         where id = $1",
        message.0,
        state.status,
        state.error_code,
        state.not_sent,
        state.own_reason,
        state.sent_at,
        state.delivered_at,
        state.read_at,
        state.checked_at
    )
    .execute(conn)
    .await?;
    exactly_one(&done)
}

fn exactly_one(done: &PgQueryResult) -> sqlx::Result<()> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
