//! Which number is behind what WhatsApp gives in place of one.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Both came together, or one answered what was sent to the other.
pub async fn note(conn: &mut PgConnection, bsuid: &str, phone: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into whatsapp_ids as w (bsuid, phone, seen_at) values ($1, $2, $3)
         on conflict (bsuid) do update set phone = $2, seen_at = $3
         where w.phone <> $2 or w.seen_at < $3 - interval '1 day'",
        bsuid,
        phone,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn get_phone(conn: &mut PgConnection, bsuid: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select phone from whatsapp_ids where bsuid = $1", bsuid).fetch_optional(conn).await
}

/// What has stood in the place of these numbers, with which.
pub async fn list_of(conn: &mut PgConnection, phones: &[&str]) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "select bsuid, phone from whatsapp_ids where phone = any($1) order by bsuid",
        phones as &[&str]
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.bsuid, row.phone)).collect())
}
