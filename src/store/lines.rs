//! The line to Twilio from one of our numbers, shared by all servers: its pace, and whether it is held. And the pace of
//! each recipient.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A line's state.
#[derive(Clone, Debug)]
pub struct Line {
    /// When its whole allowance is back.
    pub full_at: DateTime<Utc>,
    /// Since when Twilio refuses the account or its credentials.
    pub held_at: Option<DateTime<Utc>>,
    pub held_code: Option<i32>,
    /// When somebody tries again whether it still does.
    pub probe_at: Option<DateTime<Utc>>,
    pub probes: i32,
}

/// Locks the number's line until the transaction ends; workers of all servers take from it one after the other.
pub async fn lock_line(conn: &mut PgConnection, number: &str) -> sqlx::Result<Line> {
    let query = || {
        sqlx::query_as!(
            Line,
            "select full_at, held_at, held_code, probe_at, probes from lines where number = $1 for update",
            number
        )
    };
    if let Some(line) = query().fetch_optional(&mut *conn).await? {
        return Ok(line);
    }
    sqlx::query!("insert into lines (number, full_at) values ($1, 'epoch') on conflict do nothing", number)
        .execute(&mut *conn)
        .await?;
    query().fetch_one(conn).await
}

pub async fn get_line(conn: &mut PgConnection, number: &str) -> sqlx::Result<Option<Line>> {
    sqlx::query_as!(
        Line,
        "select full_at, held_at, held_code, probe_at, probes from lines where number = $1",
        number
    )
    .fetch_optional(conn)
    .await
}

pub async fn set_pace(conn: &mut PgConnection, number: &str, full_at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update lines set full_at = $2 where number = $1", number, full_at)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Holds the line, or tells when the next probe is due on one that is held.
pub async fn hold(
    conn: &mut PgConnection,
    number: &str,
    code: Option<i32>,
    now: DateTime<Utc>,
    probe_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update lines set held_at = coalesce(held_at, $3), held_code = coalesce($2, held_code), probe_at = $4,
           probes = probes + 1 where number = $1",
        number,
        code,
        now,
        probe_at
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Lets everything go again.
pub async fn release(conn: &mut PgConnection, number: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update lines set held_at = null, held_code = null, probe_at = null, probes = 0 where number = $1",
        number
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// When the allowance of each of these numbers is whole again; of others it is now.
pub async fn list_recipient_paces(
    conn: &mut PgConnection,
    phones: &[String],
) -> sqlx::Result<Vec<(String, DateTime<Utc>)>> {
    let rows = sqlx::query!("select phone, full_at from recipient_paces where phone = any($1)", phones)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.phone, row.full_at)).collect())
}

pub async fn set_recipient_paces(
    conn: &mut PgConnection,
    paces: &[(String, DateTime<Utc>)],
) -> sqlx::Result<()> {
    let (phones, full_at): (Vec<String>, Vec<DateTime<Utc>>) = paces.iter().cloned().unzip();
    sqlx::query!(
        "insert into recipient_paces (phone, full_at) select phone, full_at
         from unnest($1::text[], $2::timestamptz[]) as paced (phone, full_at)
         on conflict (phone) do update set full_at = excluded.full_at",
        &phones,
        &full_at
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Forgets allowances that are whole again.
pub async fn delete_recipient_paces_before(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("delete from recipient_paces where full_at < $1", before).execute(conn).await.map(|_| ())
}
