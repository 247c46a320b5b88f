//! What a restored copy believes to be pending, settled so that nothing of it goes out a second time blindly.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What waits to be sent, as if its worker had died in the middle of the call; how many parts.
pub async fn doubt_outbox(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    sqlx::query!(
        "with doubtful as (update outbox set leased_until = $1, available_at = $1 returning part_id)
         update message_parts p set attempt_count = greatest(p.attempt_count, 1),
           first_attempted_at = coalesce(p.first_attempted_at, m.created_at)
         from doubtful, messages m where p.id = doubtful.part_id and m.id = p.message_id",
        now
    )
    .execute(conn)
    .await
    .map(|done| done.rows_affected())
}

/// Ends the errands whose time has come: they may have been said since the copy was made.
pub async fn give_up_due(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    sqlx::query!(
        "update reminders set done_at = $1, outcome = 'late' where done_at is null and due_at <= $1",
        now
    )
    .execute(conn)
    .await
    .map(|done| done.rows_affected())
}

/// Rests that were due may have followed since; what a template had no room for can be read by its link.
pub async fn forget_due_rests(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "update messages set rest_due_at = null, rest = case when template is null then rest end
         where rest_due_at is not null"
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Ends what is left of group resends.
pub async fn end_resends(conn: &mut PgConnection) -> sqlx::Result<u64> {
    sqlx::query!("update bulk_resend_items set outcome = 'error' where outcome is null")
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
}

/// Stops the offers under way; how many, and how many people wait for them in vain.
pub async fn stop_offers(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"with ended as (
             update campaigns set state = 'stopped', hold = null, waits_for = null, waits_until = null, ended_at = $1
             where state in ('running', 'paused') returning id
           ), left_out as (
             update campaign_items i set state = 'skipped', reason = 'stopped' from ended
             where i.campaign_id = ended.id and i.state = 'pending' returning 1
           )
           select (select count(*) from ended) as "offers!", (select count(*) from left_out) as "people!""#,
        now
    )
    .fetch_one(conn)
    .await?;
    Ok((row.offers, row.people))
}
