//! What is remembered of telephone numbers.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// WhatsApp said with this code that it does not know the number.
pub async fn note_without_whatsapp(
    conn: &mut PgConnection,
    phone: &str,
    code: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into numbers_without_whatsapp (phone, code, noted_at) values ($1, $2, $3)
         on conflict (phone) do update set code = excluded.code, noted_at = excluded.noted_at",
        phone,
        code,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Something arrived at these.
pub async fn note_with_whatsapp(conn: &mut PgConnection, phones: &[String]) -> sqlx::Result<()> {
    sqlx::query!("delete from numbers_without_whatsapp where phone = any($1)", phones)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Since when we know that a number has no WhatsApp.
pub async fn get_without_whatsapp(
    conn: &mut PgConnection,
    phone: &str,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select noted_at from numbers_without_whatsapp where phone = $1", phone)
        .fetch_optional(conn)
        .await
}
