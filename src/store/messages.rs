//! Messages: writing one, and reading them back for whoever may see them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, MessageId, UserId, VehicleId};

pub struct NewMessage<'a> {
    pub id: MessageId,
    pub sender_id: UserId,
    pub sender_role: &'a str,
    pub dealer_id: Option<DealerId>,
    pub vehicle_id: Option<VehicleId>,
    pub kind: &'a str,
    pub to_phone: &'a str,
    pub body: &'a str,
    pub image_url: Option<&'a str>,
    pub parts: i16,
    pub form_key: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

/// `false`: this sender's form was sent before.
pub async fn insert_message(conn: &mut PgConnection, message: &NewMessage<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into messages (id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, image_url,
                               status, parts, form_key, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, $11, $12)
         on conflict (sender_id, form_key) do nothing",
        message.id.0,
        message.sender_id.0,
        message.sender_role,
        message.dealer_id.map(|id| id.0),
        message.vehicle_id.map(|id| id.0),
        message.kind,
        message.to_phone,
        message.body,
        message.image_url,
        message.parts,
        message.form_key,
        message.created_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The message that a form's key made.
pub async fn get_message_by_form_key(
    conn: &mut PgConnection,
    sender: UserId,
    form_key: Uuid,
) -> sqlx::Result<Option<MessageId>> {
    let id = sqlx::query_scalar!(
        "select id from messages where sender_id = $1 and form_key = $2",
        sender.0,
        form_key
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(MessageId))
}

/// Whose vehicle it is and where he is reached.
pub struct Seller {
    pub dealer_id: DealerId,
    pub phone: String,
}

pub async fn get_seller_of(conn: &mut PgConnection, vehicle: VehicleId) -> sqlx::Result<Option<Seller>> {
    sqlx::query_as!(
        Seller,
        r#"select d.id as "dealer_id: DealerId", d.phone from vehicles v join dealers d on d.id = v.dealer_id
           where v.id = $1 and v.published_at is not null"#,
        vehicle.0
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
    pub sender_role: String,
    pub dealer_name: Option<String>,
    pub vehicle_id: Option<VehicleId>,
    pub vehicle: Option<String>,
    pub kind: String,
    pub to_phone: String,
    pub body: String,
    pub image_url: Option<String>,
    pub status: String,
    pub error_code: Option<i32>,
    pub not_sent: bool,
    pub own_reason: Option<String>,
    pub parts: i16,
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
            r#"select m.id as "id: MessageId", u.name as sender_name, u.phone as sender_phone, m.sender_role, d.name as "dealer_name?",
                 m.vehicle_id as "vehicle_id: VehicleId", v.make || ' ' || v.model || ' ' || v.year as vehicle,
                 m.kind, m.to_phone, m.body, m.image_url, m.status, m.error_code, m.not_sent, m.own_reason, m.parts,
                 (select coalesce(sum(amount), 0) from ledger_entries where message_id = m.id) as "cost!",
                 m.created_at, m.sent_at, m.delivered_at, m.read_at, m.checked_at
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

/// One dealer's messages, written by him or to him, newest first.
pub async fn list_of_dealer(
    conn: &mut PgConnection,
    dealer: DealerId,
    after: Option<After>,
    limit: i64,
) -> sqlx::Result<Vec<MessageRow>> {
    message_rows!(
        "where m.dealer_id = $1 and (m.created_at, m.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         order by m.created_at desc, m.id desc limit $4",
        dealer.0,
        after.map(|after| after.created_at),
        after.map(|after| after.id.0),
        limit,
    )
    .fetch_all(conn)
    .await
}
