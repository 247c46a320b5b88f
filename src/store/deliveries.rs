//! A message's state with its parts': locked as one, saved as one, many at a time.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    delivery::{Delivery, Part, Waits},
    figures::Subject,
    ids::{DealerId, MessageId, OKLA, PartId, UserId, VehicleId},
    kind::Kind,
    template::Filled,
    user::Role,
};

/// A message as its state is decided on, with what its limits and its payer need.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedMessage {
    pub delivery: Delivery,
    pub sender_id: UserId,
    pub sender_role: Role,
    /// Whom it is charged to.
    pub dealer_id: Option<DealerId>,
    pub vehicle_id: Option<VehicleId>,
    pub kind: Kind,
    pub to_phone: String,
    pub outside_window: bool,
    pub created_at: DateTime<Utc>,
}

impl LockedMessage {
    /// What it is counted by.
    pub fn counted_by(&self) -> Subject {
        Subject {
            dealer: self.dealer_id,
            vehicle: self.vehicle_id,
            kind: self.kind,
            role: self.sender_role,
            created_at: self.created_at,
        }
    }
}

/// Which part a report is about: by Twilio's id, else by ours. `sid` may be unknown to us yet.
pub struct PartKey {
    pub sid: Option<String>,
    pub ours: Option<PartId>,
}

/// Whose the reports are.
pub struct Found {
    /// The part and its message for each key, in order; `None`: nobody's.
    pub owners: Vec<Option<(PartId, MessageId)>>,
    /// Sids that no part has yet.
    pub fresh_sids: Vec<String>,
}

/// Looks up whom each key is about. Nothing is locked.
pub async fn find_parts(conn: &mut PgConnection, keys: &[PartKey]) -> sqlx::Result<Found> {
    let sids: BTreeSet<String> = keys.iter().filter_map(|key| key.sid.clone()).collect();
    let sids: Vec<String> = sids.into_iter().collect();
    let ids: Vec<Uuid> = keys.iter().filter_map(|key| key.ours.map(|id| id.0)).collect();
    let rows = sqlx::query!(
        r#"select id as "id!: PartId", message_id as "message_id!: MessageId", sid from message_parts where sid = any($1)
           union select id, message_id, sid from message_parts where id = any($2)"#,
        &sids,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let mut by_sid = HashMap::new();
    let mut by_ours = HashMap::new();
    for row in rows {
        if let Some(sid) = row.sid {
            by_sid.insert(sid, (row.id, row.message_id));
        }
        by_ours.insert(row.id, (row.id, row.message_id));
    }
    let find = |key: &PartKey| {
        let known = key.sid.as_ref().and_then(|sid| by_sid.get(sid));
        known.or_else(|| key.ours.as_ref().and_then(|id| by_ours.get(id))).copied()
    };
    let owners = keys.iter().map(find).collect();
    Ok(Found { owners, fresh_sids: sids.into_iter().filter(|sid| !by_sid.contains_key(sid)).collect() })
}

/// Until the transaction ends nobody else says anything of these sids for the first time: who stores what he cannot
/// place, and who learns whose it is, must see each other. The sids come in order.
pub async fn lock_sids(conn: &mut PgConnection, sids: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended(sid, 0)) from unnest($1::text[]) as said (sid)",
        sids
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Locks these messages until the transaction ends, in one order for all, and reads them with their parts. What is said
/// about a message is so taken in one after the other.
pub async fn lock_messages(
    conn: &mut PgConnection,
    ids: &[MessageId],
) -> sqlx::Result<HashMap<MessageId, LockedMessage>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let messages = sqlx::query!(
        r#"select id as "id: MessageId", sender_id as "sender_id: UserId", sender_role, dealer_id as "dealer_id: DealerId",
             vehicle_id as "vehicle_id: VehicleId", kind, to_phone, outside_window, created_at, status, error_code, not_sent, own_reason, sent_at, delivered_at,
             read_at, checked_at, unit_price, cost, places
           from messages where id = any($1) order by id for update"#,
        &ids
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut parts = list_parts(conn, &ids).await?;
    messages
        .into_iter()
        .map(|row| {
            let delivery = Delivery {
                message: row.id,
                status: row.status.parse().map_err(corrupt("status"))?,
                error_code: row.error_code,
                not_sent: row.not_sent,
                own_reason: row
                    .own_reason
                    .map(|word| word.parse())
                    .transpose()
                    .map_err(corrupt("own_reason"))?,
                sent_at: row.sent_at,
                delivered_at: row.delivered_at,
                read_at: row.read_at,
                checked_at: row.checked_at,
                unit_price: row.unit_price,
                cost: row.cost,
                places: row.places,
                parts: parts.remove(&row.id).unwrap_or_default(),
            };
            let message = LockedMessage {
                delivery,
                sender_id: row.sender_id,
                sender_role: row.sender_role.parse().map_err(corrupt("sender_role"))?,
                dealer_id: row.dealer_id,
                vehicle_id: row.vehicle_id,
                kind: row.kind.parse().map_err(corrupt("kind"))?,
                to_phone: row.to_phone,
                outside_window: row.outside_window,
                created_at: row.created_at,
            };
            Ok((row.id, message))
        })
        .collect()
}

async fn list_parts(
    conn: &mut PgConnection,
    messages: &[Uuid],
) -> sqlx::Result<HashMap<MessageId, Vec<Part>>> {
    let rows = sqlx::query!(
        r#"select p.id as "id: PartId", p.message_id as "message_id: MessageId", p.status, p.sid, p.error_code,
             p.error_message, p.not_sent, p.own_reason, p.segments, p.provider_price, p.provider_price_currency,
             p.checks, p.next_check_at, p.resends, (p.content_sid is not null) as "by_template!", p.superseded, (o.part_id is not null) as "waits!",
             (o.leased_until is not null) as "leased!"
           from message_parts p left join outbox o on o.part_id = p.id
           where p.message_id = any($1) order by p.message_id, p.number"#,
        messages
    )
    .fetch_all(conn)
    .await?;
    let mut parts: HashMap<MessageId, Vec<Part>> = HashMap::new();
    for row in rows {
        parts.entry(row.message_id).or_default().push(Part {
            id: row.id,
            status: row.status.parse().map_err(corrupt("status"))?,
            sid: row.sid,
            error_code: row.error_code,
            error_message: row.error_message,
            not_sent: row.not_sent,
            own_reason: row.own_reason.map(|word| word.parse()).transpose().map_err(corrupt("own_reason"))?,
            segments: row.segments,
            price: row.provider_price.zip(row.provider_price_currency),
            checks: row.checks,
            next_check_at: row.next_check_at,
            resends: row.resends,
            by_template: row.by_template,
            superseded: row.superseded,
            waits: match (row.waits, row.leased) {
                (false, _) => Waits::No,
                (true, false) => Waits::InLine,
                (true, true) => Waits::Leased,
            },
        });
    }
    Ok(parts)
}

/// Writes messages' states.
pub async fn update_messages(conn: &mut PgConnection, changed: &[&Delivery]) -> sqlx::Result<()> {
    macro_rules! column {
        ($($field:tt)+) => { changed.iter().map(|message| message.$($field)+).collect::<Vec<_>>() };
    }
    let reasons: Vec<Option<String>> =
        changed.iter().map(|message| message.own_reason.map(|reason| reason.to_string())).collect();
    let statuses: Vec<String> = changed.iter().map(|message| message.status.to_string()).collect();
    sqlx::query!(
        "update messages as m set status = n.status, error_code = n.error_code, not_sent = n.not_sent,
           own_reason = n.own_reason, sent_at = n.sent_at, delivered_at = n.delivered_at, read_at = n.read_at,
           checked_at = n.checked_at, cost = n.cost, places = n.places,
           unit_price = n.unit_price
         from unnest($1::uuid[], $2::text[], $3::int[], $4::boolean[], $5::text[], $6::timestamptz[],
                     $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::numeric[], $11::smallint[], $12::numeric[])
           as n (id, status, error_code, not_sent, own_reason, sent_at, delivered_at, read_at, checked_at, cost, places,
                 unit_price)
         where m.id = n.id",
        &column!(message.0),
        &statuses,
        &column!(error_code) as &[Option<i32>],
        &column!(not_sent),
        &reasons as &[Option<String>],
        &column!(sent_at) as &[Option<DateTime<Utc>>],
        &column!(delivered_at) as &[Option<DateTime<Utc>>],
        &column!(read_at) as &[Option<DateTime<Utc>>],
        &column!(checked_at) as &[Option<DateTime<Utc>>],
        &column!(cost),
        &column!(places),
        &column!(unit_price)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Writes parts' states.
pub async fn update_parts(conn: &mut PgConnection, changed: &[&Part]) -> sqlx::Result<()> {
    macro_rules! column {
        ($($field:tt)+) => { changed.iter().map(|part| part.$($field)+).collect::<Vec<_>>() };
    }
    let statuses: Vec<String> = changed.iter().map(|part| part.status.to_string()).collect();
    let reasons: Vec<Option<String>> =
        changed.iter().map(|part| part.own_reason.map(|reason| reason.to_string())).collect();
    let (prices, currencies): (Vec<Option<Decimal>>, Vec<Option<String>>) =
        changed.iter().map(|part| part.price.clone().unzip()).unzip();
    sqlx::query!(
        "update message_parts as p set status = n.status, sid = n.sid, error_code = n.error_code,
           error_message = n.error_message, not_sent = n.not_sent, own_reason = n.own_reason, segments = n.segments,
           provider_price = n.price, provider_price_currency = n.currency, checks = n.checks,
           next_check_at = n.next_check_at, resends = n.resends, superseded = n.superseded
         from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::boolean[], $7::text[],
                     $8::smallint[], $9::numeric[], $10::text[], $11::smallint[], $12::timestamptz[], $13::smallint[], $14::boolean[])
           as n (id, status, sid, error_code, error_message, not_sent, own_reason, segments, price, currency, checks,
                 next_check_at, resends, superseded)
         where p.id = n.id",
        &column!(id.0),
        &statuses,
        &column!(sid.clone()) as &[Option<String>],
        &column!(error_code) as &[Option<i32>],
        &column!(error_message.clone()) as &[Option<String>],
        &column!(not_sent),
        &reasons as &[Option<String>],
        &column!(segments) as &[Option<i16>],
        &prices as &[Option<Decimal>],
        &currencies as &[Option<String>],
        &column!(checks),
        &column!(next_check_at) as &[Option<DateTime<Utc>>],
        &column!(resends),
        &column!(superseded)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// What a message says.
pub struct Words {
    pub body: String,
    pub image_url: Option<String>,
    pub reason: Option<String>,
    /// It confirms to whoever left that he has.
    pub is_goodbye: bool,
}

pub async fn get_words(conn: &mut PgConnection, id: MessageId) -> sqlx::Result<Words> {
    sqlx::query_as!(
        Words,
        r#"select body, image_url, reason, sender_id = $2 and exists (
             select from idempotency_keys k where k.message_id = m.id and k.key like 'left:%') as "is_goodbye!"
           from messages m where id = $1"#,
        id.0,
        OKLA.0
    )
    .fetch_one(conn)
    .await
}

/// A template that goes in the place of all that a message was.
pub struct Replacement<'a> {
    pub message: MessageId,
    pub part: PartId,
    /// Twilio's id of it.
    pub content_sid: &'a str,
    pub filled: &'a Filled,
}

/// Adds it as the message's last part, which waits.
pub async fn insert_replacement(conn: &mut PgConnection, fresh: &Replacement<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "with written as (
           update messages set template = $2, variables = $3, rest = $4, outside_window = true, parts = 1 where id = $1
         )
         insert into message_parts (id, message_id, number, body, content_sid, status)
         select $5, $1, max(number) + 1, $6, $7, 'queued' from message_parts where message_id = $1",
        fresh.message.0,
        fresh.filled.purpose.as_str(),
        json!(fresh.filled.variables),
        fresh.filled.rest,
        fresh.part.0,
        fresh.filled.text,
        fresh.content_sid
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// What these parts say, without their numbers, and then `end` is kept as the message's rest, due at once.
pub async fn keep_as_rest(
    conn: &mut PgConnection,
    message: MessageId,
    parts: &[PartId],
    end: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|part| part.0).collect();
    sqlx::query!(
        r"update messages set rest_due_at = $3, parts = parts - cardinality($2::uuid[]), rest = (
            select string_agg(regexp_replace(body, '^\(\d+/\d+\)\n', ''), E'\n' order by number) || $4
            from message_parts where message_id = $1 and id = any($2)) where id = $1",
        message.0,
        &ids,
        now,
        end
    )
    .execute(conn)
    .await
    .map(|_| ())
}
