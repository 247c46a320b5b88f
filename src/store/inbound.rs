//! What people write to OKLA's number: stored first, then dealt with once.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{DealerId, InboundId, ThreadId};

pub struct NewInbound<'a> {
    pub id: InboundId,
    pub sid: &'a str,
    pub from_address: &'a str,
    pub body: &'a str,
    pub fields: serde_json::Value,
    pub replied_to: Option<&'a str>,
    pub button: Option<&'a str>,
    pub profile_name: Option<&'a str>,
    pub bsuid: Option<&'a str>,
    /// Neither words nor a file, as JSON.
    pub extra: Option<serde_json::Value>,
    /// Files beyond those that are taken.
    pub media_left: i16,
    pub received_at: DateTime<Utc>,
}

/// `false`: this inbound message was stored before.
pub async fn insert_inbound(conn: &mut PgConnection, inbound: &NewInbound<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into inbound_messages (id, sid, from_address, body, fields, replied_to, button, received_at, profile_name,
           bsuid, extra, media_left)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (sid) do nothing",
        inbound.id.0,
        inbound.sid,
        inbound.from_address,
        inbound.body,
        inbound.fields,
        inbound.replied_to,
        inbound.button,
        inbound.received_at,
        inbound.profile_name,
        inbound.bsuid,
        inbound.extra.clone(),
        inbound.media_left
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Which of these inbound messages were stored.
pub async fn list_stored_inbound(conn: &mut PgConnection, sids: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select sid from inbound_messages where sid = any($1)", sids).fetch_all(conn).await
}

/// Which of these numbers have written to OKLA since.
pub async fn list_writers_since(
    conn: &mut PgConnection,
    phones: &[String],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select phone as "phone!" from unnest($1::text[]) as asked (phone)
           where exists (select from inbound_messages where from_address = phone and received_at > $2)"#,
        phones,
        since
    )
    .fetch_all(conn)
    .await
}

/// One that has not been dealt with.
#[derive(Clone, Debug)]
pub struct Unhandled {
    pub id: InboundId,
    pub from_address: String,
    pub body: String,
    pub replied_to: Option<String>,
    pub button: Option<String>,
    /// What stands in his number's place.
    pub bsuid: Option<String>,
    pub received_at: DateTime<Utc>,
}

/// Takes the oldest, and keeps others off it until `until`. One person's words are dealt with in their order; what has failed
/// for so long that ten minutes of them wait is overtaken.
pub async fn claim_unhandled(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<Unhandled>> {
    sqlx::query_as!(
        Unhandled,
        r#"update inbound_messages set handling_until = $2 where id = (
             select i.id from inbound_messages i
             where i.handled_at is null and (i.handling_until is null or i.handling_until <= $1)
               and not exists (
                 select from inbound_messages before
                 where before.from_address = i.from_address and before.handled_at is null
                   and before.received_at < i.received_at and before.received_at > i.received_at - interval '10 minutes')
             order by i.received_at limit 1 for update of i skip locked
           ) returning id as "id: InboundId", from_address, body, replied_to, button, bsuid, received_at"#,
        now,
        until
    )
    .fetch_optional(conn)
    .await
}

/// Whether it quotes an id that nobody knows while a call to its writer is under way or its end is unknown: perhaps the one
/// that has this id. Behind a hidden number any call may be.
pub async fn quotes_what_is_under_way(
    conn: &mut PgConnection,
    sid: &str,
    address: &str,
    is_hidden: bool,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select not exists (select from message_parts where sid = $1)
             and not exists (select from inbound_messages where sid = $1)
             and exists (
               select from (select id from message_parts where status = 'verifying'
                            union all
                            select part_id from outbox where leased_until is not null) as open
               join message_parts p on p.id = open.id join messages m on m.id = p.message_id
               where p.sid is null and (m.to_phone = $2 or $3)) as "early!""#,
        sid,
        address,
        is_hidden
    )
    .fetch_one(conn)
    .await
}

/// Leaves it, for now, to whoever comes after `until`.
pub async fn put_off(conn: &mut PgConnection, id: InboundId, until: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update inbound_messages set handling_until = $2 where id = $1", id.0, until)
        .execute(conn)
        .await
        .map(|_| ())
}

/// The conversation of what that address itself wrote, by Twilio's id of it.
pub async fn get_thread_of_own(
    conn: &mut PgConnection,
    sid: &str,
    address: &str,
) -> sqlx::Result<Option<ThreadId>> {
    let thread = sqlx::query_scalar!(
        r#"select thread_id as "thread: ThreadId" from inbound_messages where sid = $1 and from_address = $2"#,
        sid,
        address
    )
    .fetch_optional(conn)
    .await?;
    Ok(thread.flatten())
}

/// Whose it turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Thread(ThreadId),
    /// OKLA itself.
    Okla,
    Nobody,
}

/// It was dealt with.
pub async fn mark_handled(
    conn: &mut PgConnection,
    id: InboundId,
    owner: Owner,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let thread = if let Owner::Thread(id) = owner { Some(id.0) } else { None };
    sqlx::query!(
        "update inbound_messages set handled_at = $2, thread_id = $3, to_okla = $4 where id = $1",
        id.0,
        now,
        thread,
        owner == Owner::Okla
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// What an address wrote in that time without quoting anything: whoever quotes has said what he answers.
pub struct Burst<'a> {
    pub address: &'a str,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Gives what of it is nobody's yet to a conversation; what it was.
pub async fn assign(
    conn: &mut PgConnection,
    burst: &Burst<'_>,
    thread: ThreadId,
) -> sqlx::Result<Vec<InboundId>> {
    sqlx::query_scalar!(
        r#"update inbound_messages set thread_id = $4
           where from_address = $1 and received_at between $2 and $3 and replied_to is null and thread_id is null
             and not to_okla and handled_at is not null and closed_at is null and fields <> '{}'
           returning id as "id: InboundId""#,
        burst.address,
        burst.from,
        burst.until,
        thread.0
    )
    .fetch_all(conn)
    .await
}

/// How much of it is in a conversation.
pub async fn count_given(conn: &mut PgConnection, burst: &Burst<'_>, thread: ThreadId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "given!" from inbound_messages
           where thread_id = $4 and received_at between $2 and $3 and from_address = $1 and replied_to is null"#,
        burst.address,
        burst.from,
        burst.until,
        thread.0
    )
    .fetch_one(conn)
    .await
}

/// The first thing that an address wrote after `after` and before `before`, quoting nothing, and that is nobody's; its words,
/// and when.
pub async fn get_first_after(
    conn: &mut PgConnection,
    address: &str,
    after: DateTime<Utc>,
    before: DateTime<Utc>,
) -> sqlx::Result<Option<(String, DateTime<Utc>)>> {
    let row = sqlx::query!(
        "select body, received_at from inbound_messages
         where from_address = $1 and received_at > $2 and received_at <= $3 and replied_to is null and thread_id is null
           and not to_okla and handled_at is not null and closed_at is null and fields <> '{}'
         order by received_at limit 1",
        address,
        after,
        before
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.body, row.received_at)))
}

/// The conversation that it is in, and whose.
pub async fn get_thread(
    conn: &mut PgConnection,
    id: InboundId,
) -> sqlx::Result<Option<(ThreadId, DealerId)>> {
    let row = sqlx::query!(
        r#"select t.id as "id: ThreadId", t.dealer_id as "dealer: DealerId"
           from inbound_messages i join threads t on t.id = i.thread_id where i.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, row.dealer)))
}

/// Whose number it turned out to come from.
pub async fn set_address(conn: &mut PgConnection, id: InboundId, address: &str) -> sqlx::Result<()> {
    sqlx::query!("update inbound_messages set from_address = $2 where id = $1", id.0, address)
        .execute(conn)
        .await
        .map(|_| ())
}

/// When somebody at that address last wrote.
pub async fn get_last_heard(conn: &mut PgConnection, address: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select received_at from inbound_messages where from_address = $1 order by received_at desc limit 1",
        address
    )
    .fetch_optional(conn)
    .await
}
