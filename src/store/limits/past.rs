//! What was sent, as the limits see it.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    domain::{
        ids::{DealerId, MessageId, UserId},
        user::Role,
    },
    store::corrupt,
};

/// A message that holds its places.
pub struct PastRow {
    pub id: MessageId,
    pub at: DateTime<Utc>,
    pub sender: UserId,
    pub role: Role,
    /// The dealer it is charged to.
    pub dealer: Option<DealerId>,
    /// E.164.
    pub to_phone: String,
    pub places: i16,
    /// US$ for all its parts.
    pub cost: Decimal,
    pub outside_window: bool,
}

/// The messages after `after` (an instant and an id) until `until`, at most `limit`, the oldest first.
pub async fn list_past(
    conn: &mut PgConnection,
    after: (DateTime<Utc>, Uuid),
    until: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<PastRow>> {
    let rows = sqlx::query!(
        r#"select id as "id: MessageId", created_at, sender_id as "sender: UserId", sender_role,
             dealer_id as "dealer: DealerId", to_phone, places, cost, outside_window
           from messages where (created_at, id) > ($1, $2) and created_at <= $3 and places > 0
           order by created_at, id limit $4"#,
        after.0,
        after.1,
        until,
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PastRow {
                id: row.id,
                at: row.created_at,
                sender: row.sender,
                role: row.sender_role.parse().map_err(corrupt("sender_role"))?,
                dealer: row.dealer,
                to_phone: row.to_phone,
                places: row.places,
                cost: row.cost,
                outside_window: row.outside_window,
            })
        })
        .collect()
}

/// US$ charged to each dealer on the days from `from` until before `to`.
pub async fn list_spent(
    conn: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<(DealerId, Decimal)>> {
    let rows = sqlx::query!(
        r#"select dealer_id as "dealer!: DealerId", sum(cost) as "cost!" from day_totals
           where day >= $1 and day < $2 and dealer_id <> '00000000-0000-0000-0000-000000000000' group by dealer_id"#,
        from,
        to
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.dealer, row.cost)).collect())
}
