//! What waits to be sent, and the pace at which it may leave. A row is there until the outcome of its call is stored; a
//! lease that ran out while a call was under way means its worker died: the outcome is then unknown, never «not sent».

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{MessageId, OKLA, PartId};

/// A part to be put in line.
pub struct NewWaiting {
    pub part: PartId,
    /// It is of no use after that.
    pub expires_at: DateTime<Utc>,
    /// It leaves after everything else.
    pub is_offer: bool,
}

/// Puts parts in line.
pub async fn insert(conn: &mut PgConnection, parts: &[NewWaiting], now: DateTime<Utc>) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|waiting| waiting.part.0).collect();
    let expire: Vec<DateTime<Utc>> = parts.iter().map(|waiting| waiting.expires_at).collect();
    let offers: Vec<bool> = parts.iter().map(|waiting| waiting.is_offer).collect();
    sqlx::query!(
        "insert into outbox (part_id, available_at, expires_at, is_offer)
         select part_id, $4, expires_at, is_offer
         from unnest($1::uuid[], $2::timestamptz[], $3::boolean[]) as fresh (part_id, expires_at, is_offer)",
        &ids,
        &expire,
        &offers,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn delete(conn: &mut PgConnection, parts: &[PartId]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|part| part.0).collect();
    sqlx::query!(
        "delete from outbox as o using unnest($1::uuid[]) as done (id) where o.part_id = done.id",
        &ids
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Whether anything could be done now. Cheap: asked by every idle worker.
pub async fn has_due(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from outbox where not is_offer and available_at <= $1 and (leased_until is null or leased_until <= $1))
             or exists (select from outbox where is_offer and available_at <= $1 and (leased_until is null or leased_until <= $1))
             or exists (select from outbox where expires_at <= $1) as "due!""#,
        now
    )
    .fetch_one(conn)
    .await
}

/// A part that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub part: PartId,
    pub message: MessageId,
    pub to_phone: String,
    pub body: String,
    /// Only the first part bears the picture.
    pub image_url: Option<String>,
    /// Twilio's id of the template it goes by, and what fills its places.
    pub template: Option<(String, BTreeMap<String, String>)>,
    /// It confirms to whoever left that he has.
    pub goodbye: bool,
    pub attempt_count: i16,
    pub expires_at: DateTime<Utc>,
    /// It has its place in the recipient's pace already.
    pub paced: bool,
    /// Until when it is this worker's.
    pub leased_until: Option<DateTime<Utc>>,
    pub fate: Fate,
}

/// What is to be done with a part that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// To be handed to Twilio.
    Call,
    /// An earlier worker's lease ran out while its call was under way, or a callback proved that Twilio has it: look
    /// before anything else.
    Verify,
    /// Free text does not reach its recipient any more.
    Closed,
    /// Its recipient has left since.
    OptedOut,
    /// An offer whose recipient takes none any more, or has another number.
    Refused,
    /// An offer that was stopped.
    Stopped,
    /// Another part of its message has failed meanwhile.
    Withdraw,
    /// It is of no use any more.
    Expire,
}

/// Which of those that wait are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// All but offers.
    People,
    /// Offers; if it is not their hour, only what may have left already or is too old.
    Offers { are_open: bool },
}

/// The oldest of a line that are due and that nobody else holds, locked with their parts and messages until the transaction ends:
/// what is said about a message is taken in before or after its part is claimed, never meanwhile. The part is locked too,
/// for PostgreSQL reads anew only what it locks.
pub async fn lock_due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    opened_since: DateTime<Utc>,
    line: Line,
    most: i64,
) -> sqlx::Result<Vec<Waiting>> {
    let is_quiet = line == Line::Offers { are_open: false };
    let rows = sqlx::query!(
        r#"select p.id as "part: PartId", p.message_id as "message: MessageId", m.to_phone, p.body,
             case when p.number = 1 and p.content_sid is null then m.image_url end as image_url, p.content_sid,
             case when p.content_sid is not null then m.variables end as variables,
             (p.content_sid is null and not m.outside_window and not exists (
               select from inbound_messages i where i.from_address = m.to_phone and i.received_at > $3)) as "closed!",
             (m.sender_id = $4 and exists (
               select from idempotency_keys k where k.message_id = m.id and k.key like 'left:%')) as "goodbye!",
             (o.is_offer and not exists (
               select from users u where u.phone = m.to_phone and u.phone_proved_at <= m.created_at
                 and u.offers_since <= m.created_at and u.disabled_at is null)) as "withdrawn!",
             (o.is_offer and coalesce((
               select c.state = 'stopped' from offers f join campaigns c on c.id = f.campaign_id
               where f.message_id = m.id), false)) as "stopped!", p.attempt_count, o.expires_at, o.paced,
             (o.leased_until is not null or p.sid is not null) as "abandoned!",
             (m.status in ('failed', 'undelivered', 'canceled')) as "failed!"
           from outbox o join message_parts p on p.id = o.part_id join messages m on m.id = p.message_id
           where o.is_offer = $5 and o.available_at <= $1 and (o.leased_until is null or o.leased_until <= $1)
             -- What is paused waits; what may have left already is looked up, what is too old expires and what was stopped
             -- stays at home, all the same.
             and (o.leased_until is not null or p.sid is not null or o.expires_at <= $1 or o.is_offer and coalesce((
               select c.state = 'stopped' from offers f join campaigns c on c.id = f.campaign_id
               where f.message_id = m.id), false) or not $6 and not exists (
               select from okla_pauses($1) as z
               where (z.dealer_id is null or z.dealer_id = m.dealer_id) and (z.kind is null or z.kind = m.kind))
               and not (o.is_offer and coalesce((
                 select c.state = 'paused' and c.hold = 'dealer' from offers f join campaigns c on c.id = f.campaign_id
                 where f.message_id = m.id), false)))
           order by o.available_at limit $2 for update of o, m skip locked for no key update of p skip locked"#,
        now,
        most,
        opened_since,
        OKLA.0,
        line != Line::People,
        is_quiet
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Waiting {
            part: row.part,
            message: row.message,
            to_phone: row.to_phone,
            body: row.body,
            image_url: row.image_url,
            template: row.content_sid.map(|sid| (sid, variables(row.variables.as_ref()))),
            goodbye: row.goodbye,
            attempt_count: row.attempt_count,
            expires_at: row.expires_at,
            paced: row.paced,
            leased_until: None,
            fate: match (row.abandoned, row.failed) {
                (true, _) => Fate::Verify,
                (false, true) => Fate::Withdraw,
                (false, false) if row.stopped => Fate::Stopped,
                (false, false) if row.withdrawn => Fate::Refused,
                (false, false) if row.closed => Fate::Closed,
                (false, false) => Fate::Call,
            },
        })
        .collect())
}

fn variables(stored: Option<&Value>) -> BTreeMap<String, String> {
    let places = stored.and_then(Value::as_object).into_iter().flatten();
    places.map(|(place, value)| (place.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// Those that waited too long, while the line is held and nothing else is taken from it.
pub async fn list_expired(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<PartId>> {
    sqlx::query_scalar!(
        r#"select part_id as "part: PartId" from outbox where expires_at <= $1 and leased_until is null
           order by expires_at limit $2"#,
        now,
        most
    )
    .fetch_all(conn)
    .await
}

/// Leases parts until `until`, and notes that an attempt begins for those that will be called.
pub async fn lease(
    conn: &mut PgConnection,
    parts: &[PartId],
    attempted: &[PartId],
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|part| part.0).collect();
    sqlx::query!(
        "update outbox as o set leased_until = $2 from unnest($1::uuid[]) as taken (id) where o.part_id = taken.id",
        &ids,
        until
    )
    .execute(&mut *conn)
    .await?;
    let attempted: Vec<Uuid> = attempted.iter().map(|part| part.0).collect();
    sqlx::query!(
        "update message_parts as p set attempt_count = attempt_count + 1,
           first_attempted_at = coalesce(first_attempted_at, $2)
         from unnest($1::uuid[]) as taken (id) where p.id = taken.id",
        &attempted,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Parts wait until their instants, which are their places in their recipients' paces.
pub async fn postpone(conn: &mut PgConnection, parts: &[(PartId, DateTime<Utc>)]) -> sqlx::Result<()> {
    let (ids, until): (Vec<Uuid>, Vec<DateTime<Utc>>) =
        parts.iter().map(|(part, available_at)| (part.0, *available_at)).unzip();
    sqlx::query!(
        "update outbox as o set available_at = later.available_at, paced = true
         from unnest($1::uuid[], $2::timestamptz[]) as later (id, available_at) where o.part_id = later.id",
        &ids,
        &until
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Gives a part back into the line until `available_at`; `false`: the lease was not held any more, and nothing changed.
pub async fn give_back(
    conn: &mut PgConnection,
    part: PartId,
    leased_until: Option<DateTime<Utc>>,
    available_at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update outbox set available_at = $3, leased_until = null, paced = true
         where part_id = $1 and leased_until = $2",
        part.0,
        leased_until,
        available_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether an equal text to the same number is being handed over right now: its message at Twilio would be taken for
/// the lost one.
pub async fn has_twin_under_way(
    conn: &mut PgConnection,
    part: PartId,
    to_phone: &str,
    body: &str,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from outbox o join message_parts p on p.id = o.part_id join messages m on m.id = p.message_id
             where o.leased_until is not null and p.id <> $1 and m.to_phone = $2 and p.body = $3
           ) as "twin!""#,
        part.0,
        to_phone,
        body
    )
    .fetch_one(conn)
    .await
}
