//! What was charged: append-only entries, a message's cost is their sum.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::domain::ids::{DealerId, MessageId};

/// Brings a message's cost to `target` US$ by one more entry, if it is not there already. The caller holds the
/// message's lock.
pub async fn settle(
    conn: &mut PgConnection,
    message: MessageId,
    dealer: Option<DealerId>,
    reason: &str,
    target: Decimal,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ledger_entries (message_id, dealer_id, reason, amount, currency, created_at)
         select $1, $2, $3, $4 - held.cost, 'USD', $5
         from (select coalesce(sum(amount), 0) as cost from ledger_entries where message_id = $1) as held
         where $4 <> held.cost",
        message.0,
        dealer.map(|id| id.0),
        reason,
        target,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Whom a message is charged to.
pub async fn get_payer(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Option<DealerId>> {
    let dealer = sqlx::query_scalar!("select dealer_id from messages where id = $1", message.0)
        .fetch_one(conn)
        .await?;
    Ok(dealer.map(DealerId))
}
