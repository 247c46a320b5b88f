//! Our templates as Twilio last told of them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A template of ours that the account has.
#[derive(Clone, Debug)]
pub struct TemplateRow {
    pub purpose: String,
    pub sid: String,
    pub name: String,
    pub category: String,
    /// Twilio's own word.
    pub status: String,
    pub rejection_reason: String,
    pub told_at: DateTime<Utc>,
}

/// Puts these in the place of all that was known.
pub async fn replace_templates(conn: &mut PgConnection, told: &[TemplateRow]) -> sqlx::Result<()> {
    let column = |of: fn(&TemplateRow) -> &String| told.iter().map(of).cloned().collect::<Vec<String>>();
    let purposes = column(|row| &row.purpose);
    let moments: Vec<DateTime<Utc>> = told.iter().map(|row| row.told_at).collect();
    sqlx::query!("delete from templates where not purpose = any($1)", &purposes).execute(&mut *conn).await?;
    sqlx::query!(
        "insert into templates (purpose, sid, name, category, status, rejection_reason, told_at)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
         on conflict (purpose) do update set sid = excluded.sid, name = excluded.name, category = excluded.category,
           status = excluded.status, rejection_reason = excluded.rejection_reason, told_at = excluded.told_at",
        &purposes,
        &column(|row| &row.sid),
        &column(|row| &row.name),
        &column(|row| &row.category),
        &column(|row| &row.status),
        &column(|row| &row.rejection_reason),
        &moments
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// All of them.
pub async fn list_templates(conn: &mut PgConnection) -> sqlx::Result<Vec<TemplateRow>> {
    sqlx::query_as!(
        TemplateRow,
        "select purpose, sid, name, category, status, rejection_reason, told_at from templates order by purpose"
    )
    .fetch_all(conn)
    .await
}
