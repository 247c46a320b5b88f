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
