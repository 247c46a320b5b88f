//! What was charged: append-only entries in US$, exact to the millionth. A message's cost is their sum.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, MessageId};

pub struct NewEntry {
    pub message: MessageId,
    /// Whom it is charged to.
    pub dealer: Option<DealerId>,
    /// `charge`: taken with the message; `release`: given back whole; `adjustment`: what a failure leaves to pay.
    pub reason: &'static str,
    /// US$.
    pub amount: Decimal,
}

pub async fn insert_entries(
    conn: &mut PgConnection,
    entries: &[NewEntry],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let messages: Vec<Uuid> = entries.iter().map(|entry| entry.message.0).collect();
    let dealers: Vec<Option<Uuid>> = entries.iter().map(|entry| entry.dealer.map(|id| id.0)).collect();
    let reasons: Vec<String> = entries.iter().map(|entry| entry.reason.to_owned()).collect();
    let amounts: Vec<Decimal> = entries.iter().map(|entry| entry.amount).collect();
    sqlx::query!(
        "insert into ledger_entries (message_id, dealer_id, reason, amount, currency, created_at)
         select message_id, dealer_id, reason, amount, 'USD', $5
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[]) as fresh (message_id, dealer_id, reason, amount)",
        &messages,
        &dealers as &[Option<Uuid>],
        &reasons,
        &amounts,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// An entry with what it was for.
pub struct EntryRow {
    pub id: i64,
    pub message_id: MessageId,
    /// When the message was written.
    pub written_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub reason: String,
    /// US$.
    pub amount: Decimal,
    pub kind: String,
    pub vehicle: Option<String>,
}

/// Where an entry stands in its list.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    written_at: DateTime<Utc>,
    message: MessageId,
    entry: i64,
}

impl EntryRow {
    pub fn place(&self) -> Place {
        Place { written_at: self.written_at, message: self.message_id, entry: self.id }
    }
}

/// The first `limit` entries after `after` of what a dealer's messages cost, by when these were written.
pub async fn list_entries(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
    after: Option<Place>,
    limit: i64,
) -> sqlx::Result<Vec<EntryRow>> {
    sqlx::query_as!(
        EntryRow,
        r#"select l.id, m.id as "message_id: MessageId", m.created_at as written_at, l.created_at, l.reason, l.amount, m.kind,
             v.make || ' ' || v.model || ' ' || v.year as vehicle
           from messages m
           join ledger_entries l on l.message_id = m.id
           left join vehicles v on v.id = m.vehicle_id
           where m.dealer_id = $1 and m.created_at >= coalesce($4::timestamptz, $2) and m.created_at < $3
             and ($4::timestamptz is null or (m.created_at, m.id, l.id) > ($4, $5::uuid, $6::bigint))
           order by m.created_at, m.id, l.id limit $7"#,
        dealer.0,
        from,
        before,
        after.map(|place| place.written_at),
        after.map(|place| place.message.0),
        after.map(|place| place.entry),
        limit
    )
    .fetch_all(conn)
    .await
}
