//! Our numbers as WhatsApp senders: what Twilio last said of each.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Takes the next question about a number if its time has come, and sets the one after it; `false`: not yet, or another
/// server asks.
pub async fn claim_question(
    conn: &mut PgConnection,
    number: &str,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into senders (number, next_ask_at) values ($1, $3)
         on conflict (number) do update set next_ask_at = excluded.next_ask_at where senders.next_ask_at <= $2",
        number,
        now,
        next
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What Twilio says of a number, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderRow {
    /// `None`: it never answered.
    pub told_at: Option<DateTime<Utc>>,
    /// `None`: it does not know the number.
    pub status: Option<String>,
    pub quality: Option<String>,
    pub messaging_limit: Option<String>,
    /// Since when it cannot be asked.
    pub failed_at: Option<DateTime<Utc>>,
}

/// Keeps Twilio's answer, told now; it is asked again at `next`.
pub async fn set_told(
    conn: &mut PgConnection,
    number: &str,
    told: &SenderRow,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update senders set told_at = $2, status = $3, quality = $4, messaging_limit = $5, failed_at = null,
           next_ask_at = $6 where number = $1",
        number,
        now,
        told.status,
        told.quality,
        told.messaging_limit,
        next
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// It could not be asked; what it said before stays.
pub async fn set_failed(conn: &mut PgConnection, number: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update senders set failed_at = coalesce(failed_at, $2) where number = $1", number, now)
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn get_sender(conn: &mut PgConnection, number: &str) -> sqlx::Result<Option<SenderRow>> {
    sqlx::query_as!(
        SenderRow,
        "select told_at, status, quality, messaging_limit, failed_at from senders where number = $1",
        number
    )
    .fetch_optional(conn)
    .await
}
