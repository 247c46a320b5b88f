//! Limits: their values, and the places messages take.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Writes the values that the environment gives for a new database; what the admin set stays.
pub async fn insert_first_values(
    conn: &mut PgConnection,
    daily: i32,
    hourly: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into limits (name, value, updated_at)
         select name, value, $3 from (values ('platform_day', $1::int), ('dealer_hour', $2), ('user_hour', $2)) as first (name, value)
         on conflict do nothing",
        daily,
        hourly,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}
