//! What workers do of campaigns that run: taking one, its next people, and what came of them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::{CampaignId, DealerId, ThreadId, UserId, VehicleId},
    offer::Skip,
};

/// A campaign that a worker has for a while.
pub struct Served {
    pub id: CampaignId,
    pub dealer: DealerId,
    pub dealer_name: String,
    pub user: UserId,
    pub words: String,
    pub vehicle: Option<VehicleId>,
}

/// Takes the one that nobody has served for longest, of those that may go on; others are kept off it until `until`. A pause
/// of an admin's keeps back what it is about.
pub async fn claim(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<Served>> {
    sqlx::query_as!(
        Served,
        r#"update campaigns as c set served_until = $2 from dealers d where d.id = c.dealer_id and c.id = (
             select o.id from campaigns o
             where o.state = 'running' and (o.begins_at is null or o.begins_at <= $1)
               and (o.waits_until is null or o.waits_until <= $1) and (o.served_until is null or o.served_until <= $1)
               and not exists (
                 select from okla_pauses($1) as z where (z.kind is null or z.kind = 'offer')
                   and (z.dealer_id is null or z.dealer_id = o.dealer_id))
             order by o.served_until nulls first, o.id limit 1 for update skip locked
           )
           returning c.id as "id: CampaignId", c.dealer_id as "dealer: DealerId", d.name as dealer_name,
             c.user_id as "user: UserId", c.words, c.vehicle_id as "vehicle: VehicleId""#,
        now,
        until
    )
    .fetch_optional(conn)
    .await
}

/// Gives it back at `now`: others that wait longer come first.
pub async fn give_back(conn: &mut PgConnection, id: CampaignId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update campaigns set served_until = $2 where id = $1", id.0, now)
        .execute(conn)
        .await
        .map(|_| ())
}

/// It waits until a limit has room.
pub async fn wait(
    conn: &mut PgConnection,
    id: CampaignId,
    limit: &str,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update campaigns set waits_for = $2, waits_until = $3 where id = $1 and state = 'running'",
        id.0,
        limit,
        until
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Ends a campaign that runs and of which nothing is left.
pub async fn close_done(conn: &mut PgConnection, id: CampaignId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update campaigns set state = 'done', ended_at = $2, waits_for = null, waits_until = null
         where id = $1 and state = 'running'
           and not exists (select from campaign_items where campaign_id = $1 and state = 'pending')",
        id.0,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Somebody who is still to get it.
pub struct PendingRow {
    pub buyer: UserId,
    pub name: String,
    pub phone: Option<String>,
    pub thread: ThreadId,
}

/// The next who are to get it.
pub async fn list_pending(
    conn: &mut PgConnection,
    id: CampaignId,
    most: i64,
) -> sqlx::Result<Vec<PendingRow>> {
    sqlx::query_as!(
        PendingRow,
        r#"select i.buyer_id as "buyer: UserId", u.name, u.phone, i.thread_id as "thread: ThreadId"
           from campaign_items i join users u on u.id = i.buyer_id
           where i.campaign_id = $1 and i.state = 'pending' order by i.place limit $2"#,
        id.0,
        most
    )
    .fetch_all(conn)
    .await
}

/// They get nothing, and why.
pub async fn skip(conn: &mut PgConnection, id: CampaignId, skipped: &[(UserId, Skip)]) -> sqlx::Result<()> {
    let buyers: Vec<Uuid> = skipped.iter().map(|(buyer, _)| buyer.0).collect();
    let reasons: Vec<String> = skipped.iter().map(|(_, skip)| skip.to_string()).collect();
    sqlx::query!(
        "with held as (
           select i.buyer_id, left_out.reason from campaign_items i
           join unnest($2::uuid[], $3::text[]) as left_out (buyer_id, reason) on left_out.buyer_id = i.buyer_id
           where i.campaign_id = $1 and i.state = 'pending' order by i.buyer_id for update of i
         )
         update campaign_items as i set state = 'skipped', reason = held.reason from held
         where i.campaign_id = $1 and i.buyer_id = held.buyer_id and i.state = 'pending'",
        id.0,
        &buyers,
        &reasons
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A fault of ours came between; after `most` times they get nothing.
pub async fn mark_tried(
    conn: &mut PgConnection,
    id: CampaignId,
    buyers: &[UserId],
    most: i32,
) -> sqlx::Result<()> {
    let buyers: Vec<Uuid> = buyers.iter().map(|buyer| buyer.0).collect();
    sqlx::query!(
        "with held as (
           select buyer_id from campaign_items
           where campaign_id = $1 and buyer_id = any($2) and state = 'pending' order by buyer_id for update
         )
         update campaign_items i set tries = tries + 1, state = case when tries + 1 >= $3 then 'skipped' else state end,
           reason = case when tries + 1 >= $3 then 'fault' end
         from held where i.campaign_id = $1 and i.buyer_id = held.buyer_id and i.state = 'pending'",
        id.0,
        &buyers,
        most
    )
    .execute(conn)
    .await
    .map(|_| ())
}
