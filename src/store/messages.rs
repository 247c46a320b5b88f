//! Messages: writing one, and reading them back for whoever may see them.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::{DealerId, MessageId, ThreadId, UserId, VehicleId},
    template::Filled,
};

#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: MessageId,
    pub sender_id: UserId,
    pub sender_role: &'static str,
    pub dealer_id: Option<DealerId>,
    pub vehicle_id: Option<VehicleId>,
    pub kind: &'static str,
    pub reason: Option<&'static str>,
    pub to_phone: String,
    pub body: String,
    pub image_url: Option<String>,
    pub parts: i16,
    /// US$ a part.
    pub unit_price: Decimal,
    pub outside_window: bool,
    pub resend_of: Option<MessageId>,
    /// The message whose rest it is.
    pub continues: Option<MessageId>,
    /// The conversation it belongs to.
    pub thread: Option<ThreadId>,
    /// The template it goes by.
    pub filled: Option<Filled>,
}

/// Writes messages that were just taken in, all of them at `now`.
pub async fn insert_messages(
    conn: &mut PgConnection,
    messages: &[NewMessage],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = messages.iter().map(|message| message.id.0).collect();
    let senders: Vec<Uuid> = messages.iter().map(|message| message.sender_id.0).collect();
    let roles: Vec<String> = messages.iter().map(|message| message.sender_role.to_owned()).collect();
    let dealers: Vec<Option<Uuid>> =
        messages.iter().map(|message| message.dealer_id.map(|id| id.0)).collect();
    let vehicles: Vec<Option<Uuid>> =
        messages.iter().map(|message| message.vehicle_id.map(|id| id.0)).collect();
    let kinds: Vec<String> = messages.iter().map(|message| message.kind.to_owned()).collect();
    let reasons: Vec<Option<String>> =
        messages.iter().map(|message| message.reason.map(str::to_owned)).collect();
    let phones: Vec<String> = messages.iter().map(|message| message.to_phone.clone()).collect();
    let bodies: Vec<String> = messages.iter().map(|message| message.body.clone()).collect();
    let images: Vec<Option<String>> = messages.iter().map(|message| message.image_url.clone()).collect();
    let parts: Vec<i16> = messages.iter().map(|message| message.parts).collect();
    let prices: Vec<Decimal> = messages.iter().map(|message| message.unit_price).collect();
    let outside: Vec<bool> = messages.iter().map(|message| message.outside_window).collect();
    let repeated: Vec<Option<Uuid>> =
        messages.iter().map(|message| message.resend_of.map(|id| id.0)).collect();
    let continued: Vec<Option<Uuid>> =
        messages.iter().map(|message| message.continues.map(|id| id.0)).collect();
    let threads: Vec<Option<Uuid>> = messages.iter().map(|message| message.thread.map(|id| id.0)).collect();
    let of_template = |message: &NewMessage| {
        let filled = message.filled.as_ref()?;
        Some((filled.purpose.to_string(), json!(filled.variables), filled.rest.clone()))
    };
    let (mut templates, mut variables, mut rests) = (Vec::new(), Vec::new(), Vec::new());
    for filled in messages.iter().map(of_template) {
        let (template, values, rest) = filled.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), c));
        templates.push(template);
        variables.push(values);
        rests.push(rest);
    }
    sqlx::query!(
        "with written as (
         insert into messages (id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, image_url,
                               status, parts, places, unit_price, cost, outside_window, resend_of,
                               continues, template, variables, rest, thread_id, reason, created_at)
         select id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, image_url,
                'queued', parts, parts, unit_price, unit_price * parts, outside_window, resend_of, continues, template, variables, rest, thread_id, reason, $13
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::smallint[], $11::numeric[], $12::boolean[], $14::uuid[],
                     $15::uuid[], $16::text[], $17::jsonb[], $18::text[], $19::uuid[], $20::text[])
           as fresh (id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, image_url, parts,
                     unit_price, outside_window, resend_of, continues, template, variables, rest, thread_id, reason)
         returning id, dealer_id
         )
         insert into words_to_index select id from written where dealer_id is not null",
        &ids,
        &senders,
        &roles,
        &dealers as &[Option<Uuid>],
        &vehicles as &[Option<Uuid>],
        &kinds,
        &phones,
        &bodies,
        &images as &[Option<String>],
        &parts,
        &prices,
        &outside,
        now,
        &repeated as &[Option<Uuid>],
        &continued as &[Option<Uuid>],
        &templates as &[Option<String>],
        &variables as &[Option<serde_json::Value>],
        &rests as &[Option<String>],
        &threads as &[Option<Uuid>],
        &reasons as &[Option<String>]
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Whose vehicle it is and where he is reached.
pub struct Seller {
    pub dealer_id: DealerId,
    pub phone: String,
}

/// Of a vehicle that is shown today, or that is the `asking` dealer's own.
pub async fn get_seller_of(
    conn: &mut PgConnection,
    vehicle: VehicleId,
    today: NaiveDate,
    asking: Option<DealerId>,
) -> sqlx::Result<Option<Seller>> {
    sqlx::query_as!(
        Seller,
        r#"select d.id as "dealer_id: DealerId", d.phone from vehicles v join dealers d on d.id = v.dealer_id
           where v.id = $1 and (vehicle_is_shown(v, $2) or v.dealer_id = $3)"#,
        vehicle.0,
        today,
        asking.map(|id| id.0)
    )
    .fetch_optional(conn)
    .await
}

/// The dealer reached at a number; of several the oldest.
pub async fn get_seller_at(conn: &mut PgConnection, phone: &str) -> sqlx::Result<Option<Seller>> {
    sqlx::query_as!(
        Seller,
        r#"select id as "dealer_id: DealerId", phone from dealers where phone = $1 order by created_at limit 1"#,
        phone
    )
    .fetch_optional(conn)
    .await
}

/// Who may see it: exactly one of the two is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    Sender(UserId),
    Dealer(DealerId),
    /// An admin's.
    Everyone,
}

impl Scope {
    fn sender(self) -> Option<Uuid> {
        match self {
            Self::Sender(id) => Some(id.0),
            _ => None,
        }
    }

    fn dealer(self) -> Option<Uuid> {
        match self {
            Self::Dealer(id) => Some(id.0),
            _ => None,
        }
    }
}

/// A message as lists and pages show it.
pub struct MessageRow {
    pub id: MessageId,
    pub sender_name: String,
    pub sender_phone: Option<String>,
    pub sender_shows_phone: bool,
    pub sender_role: String,
    pub dealer_name: Option<String>,
    pub vehicle_id: Option<VehicleId>,
    pub vehicle: Option<String>,
    pub kind: String,
    pub reason: Option<String>,
    pub to_phone: String,
    /// What the buyer is called to whom it went, if his number is not its dealer's to know: of an offer to many, and of what
    /// OKLA said to a buyer who does not show it.
    pub told_as: Option<String>,
    pub body: String,
    pub image_url: Option<String>,
    pub status: String,
    pub error_code: Option<i32>,
    pub not_sent: bool,
    pub own_reason: Option<String>,
    pub parts: i16,
    pub waiting: Option<i32>,
    /// `due`, `waits` or `given_up`, where characters wait.
    pub rest_stands: Option<String>,
    pub continues: Option<MessageId>,
    pub continued_by: Option<MessageId>,
    pub cost: Decimal,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    pub checked_at: Option<DateTime<Utc>>,
}

/// One shape for all that read messages; each adds its condition, in one piece or several.
macro_rules! message_rows {
    ($($condition:literal)+, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            MessageRow,
            r#"select m.id as "id: MessageId", u.name as sender_name, u.phone as sender_phone,
                 (u.shows_phone_since is not null and u.phone_proved_at is not null) as "sender_shows_phone!", m.sender_role, d.name as "dealer_name?",
                 m.vehicle_id as "vehicle_id: VehicleId", v.make || ' ' || v.model || ' ' || v.year as vehicle,
                 m.kind, m.reason, m.to_phone, case
                   when m.kind = 'offer' then (select b.name from offers o join users b on b.id = o.buyer_id
                     where o.message_id = m.id and o.campaign_id is not null)
                   when m.sender_id = '00000000-0000-7000-8000-00000000000a' and is_notice_to_buyer(m) then nullif(coalesce(
                     (select case when b.phone = m.to_phone and b.phone_proved_at is not null and b.shows_phone_since is not null
                        then '' else b.name end from threads t join users b on b.id = t.buyer_id where t.id = m.thread_id), 'Un comprador'), '')
                   end as told_as, m.body, m.image_url, m.status, m.error_code, m.not_sent, m.own_reason, m.parts,
                 length(m.rest) as waiting, case when m.rest is not null then case when m.rest_due_at is not null then 'due'
                   when m.template is not null then 'waits' else 'given_up' end end as rest_stands, m.continues as "continues: MessageId",
                 (select c.id from messages c where c.continues = m.id) as "continued_by: MessageId", m.cost, m.created_at, m.sent_at, m.delivered_at, m.read_at, m.checked_at
               from messages m
               join users u on u.id = m.sender_id
               left join dealers d on d.id = m.dealer_id
               left join vehicles v on v.id = m.vehicle_id "# $(+ $condition)+,
            $($argument),+
        )
    };
}

pub(super) use message_rows;

/// One message, if it is within the scope.
pub async fn get_message(
    conn: &mut PgConnection,
    scope: Scope,
    id: MessageId,
) -> sqlx::Result<Option<MessageRow>> {
    message_rows!(
        "where m.id = $1 and ($2::uuid is null or m.sender_id = $2) and ($3::uuid is null or m.dealer_id = $3)",
        id.0,
        scope.sender(),
        scope.dealer(),
    )
    .fetch_optional(conn)
    .await
}

/// The message one of whose parts Twilio knows by this sid.
pub async fn get_message_id_by_sid(conn: &mut PgConnection, sid: &str) -> sqlx::Result<Option<MessageId>> {
    let id = sqlx::query_scalar!("select message_id from message_parts where sid = $1", sid)
        .fetch_optional(conn)
        .await?;
    Ok(id.map(MessageId))
}

/// Where a page of a list begins: after this message.
#[derive(Clone, Copy, Debug)]
pub struct After {
    pub created_at: DateTime<Utc>,
    pub id: MessageId,
}

/// One sender's messages, newest first.
pub async fn list_sent_by(
    conn: &mut PgConnection,
    sender: UserId,
    after: Option<After>,
    limit: i64,
) -> sqlx::Result<Vec<MessageRow>> {
    message_rows!(
        "where m.sender_id = $1 and (m.created_at, m.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         order by m.created_at desc, m.id desc limit $4",
        sender.0,
        after.map(|after| after.created_at),
        after.map(|after| after.id.0),
        limit,
    )
    .fetch_all(conn)
    .await
}

/// A message's words, as whoever holds its address reads them.
pub struct ReadingRow {
    pub dealer_name: Option<String>,
    pub sender_name: String,
    pub by_buyer: bool,
    pub vehicle: Option<String>,
    pub body: String,
    pub image_url: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// A message's words; nothing of what became of it.
pub async fn get_reading(conn: &mut PgConnection, id: MessageId) -> sqlx::Result<Option<ReadingRow>> {
    sqlx::query_as!(
        ReadingRow,
        r#"select d.name as "dealer_name?", u.name as sender_name, m.sender_role = 'buyer' as "by_buyer!",
             v.make || ' ' || v.model || ' ' || v.year as vehicle, m.body, m.image_url, m.created_at
           from messages m join users u on u.id = m.sender_id left join dealers d on d.id = m.dealer_id
           left join vehicles v on v.id = m.vehicle_id where m.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}
