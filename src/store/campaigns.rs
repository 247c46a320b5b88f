//! Campaigns: drafts, what is confirmed, and what a worker does next.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{CampaignId, DealerId, ThreadId, UserId, VehicleId},
    offer::{Audience, Hold, Skip, State},
};

/// What a dealer writes, and to whom.
pub struct NewCampaign<'a> {
    pub id: CampaignId,
    pub dealer: DealerId,
    pub user: UserId,
    pub words: &'a str,
    pub vehicle: Option<VehicleId>,
    pub audience: Value,
    pub begins_at: Option<DateTime<Utc>>,
}

/// Keeps a draft, or what became of it; `false`: that id is another's, or not a draft any more.
pub async fn keep_draft(
    conn: &mut PgConnection,
    draft: &NewCampaign<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into campaigns (id, dealer_id, user_id, words, vehicle_id, audience, state, begins_at, created_at)
         values ($1, $2, $3, $4, $5, $6, 'draft', $7, $8)
         on conflict (id) do update set user_id = excluded.user_id, words = excluded.words,
           vehicle_id = excluded.vehicle_id, audience = excluded.audience, begins_at = excluded.begins_at
         where campaigns.dealer_id = excluded.dealer_id and campaigns.state = 'draft'",
        draft.id.0,
        draft.dealer.0,
        draft.user.0,
        draft.words,
        draft.vehicle.map(|vehicle| vehicle.0),
        draft.audience,
        draft.begins_at,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets drafts that nobody confirmed.
pub async fn delete_drafts_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from campaigns where state = 'draft' and created_at < $1", before)
        .execute(conn)
        .await
        .map(|_| ())
}

/// A campaign as its pages show it.
#[derive(Clone)]
pub struct Campaign {
    pub id: CampaignId,
    pub words: String,
    pub vehicle: Option<(VehicleId, String)>,
    pub audience: Audience,
    pub state: State,
    /// The limit that has no room, and until when.
    pub waits: Option<(String, DateTime<Utc>)>,
    pub created_at: DateTime<Utc>,
    pub begins_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// One shape for all that read campaigns; each adds its condition.
macro_rules! campaigns {
    ($condition:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            r#"select c.id as "id: CampaignId", c.words, c.vehicle_id as "vehicle: VehicleId",
                 v.make || ' ' || v.model || ' ' || v.year as "title?", c.audience, c.state, c.hold, c.waits_for,
                 c.waits_until, c.created_at, c.begins_at, c.confirmed_at, c.ended_at
               from campaigns c left join vehicles v on v.id = c.vehicle_id where "#
                + $condition,
            $($argument),+
        )
    };
}

macro_rules! campaign {
    ($row:ident) => {
        Campaign {
            id: $row.id,
            words: $row.words,
            vehicle: $row.vehicle.zip($row.title),
            audience: serde_json::from_value($row.audience).map_err(corrupt("audience"))?,
            state: State::parse(&$row.state, $row.hold.as_deref()).map_err(corrupt("state"))?,
            waits: $row.waits_for.zip($row.waits_until),
            created_at: $row.created_at,
            begins_at: $row.begins_at,
            confirmed_at: $row.confirmed_at,
            ended_at: $row.ended_at,
        }
    };
}

/// A dealer's campaign; `None`: he has none of that id.
pub async fn get_campaign(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: CampaignId,
) -> sqlx::Result<Option<Campaign>> {
    let row = campaigns!("c.id = $1 and c.dealer_id = $2", id.0, dealer.0).fetch_optional(conn).await?;
    row.map(|row| Ok(campaign!(row))).transpose()
}

/// A dealer's newest campaigns, older than that one.
pub async fn list_campaigns(
    conn: &mut PgConnection,
    dealer: DealerId,
    after: Option<CampaignId>,
    most: i64,
) -> sqlx::Result<Vec<Campaign>> {
    let rows = campaigns!(
        "c.dealer_id = $1 and ($2::uuid is null or (c.created_at, c.id) <
           (select b.created_at, b.id from campaigns b where b.id = $2 and b.dealer_id = $1))
         order by c.created_at desc, c.id desc limit $3",
        dealer.0,
        after.map(|id| id.0),
        most
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| Ok(campaign!(row))).collect()
}

/// Somebody whom a campaign's filters chose; with a reason he gets nothing.
pub struct NewItem {
    pub buyer: UserId,
    pub thread: ThreadId,
    pub skip: Option<Skip>,
}

/// Begins a draft; `false`: it is none any more.
pub async fn confirm(
    conn: &mut PgConnection,
    id: CampaignId,
    user: UserId,
    items: &[NewItem],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let begun = sqlx::query!(
        "update campaigns set state = 'running', user_id = $2, confirmed_at = $3 where id = $1 and state = 'draft'",
        id.0,
        user.0,
        now
    )
    .execute(&mut *conn)
    .await?;
    if begun.rows_affected() == 0 {
        return Ok(false);
    }
    let buyers: Vec<Uuid> = items.iter().map(|item| item.buyer.0).collect();
    let threads: Vec<Uuid> = items.iter().map(|item| item.thread.0).collect();
    let reasons: Vec<Option<String>> =
        items.iter().map(|item| item.skip.map(|skip| skip.to_string())).collect();
    sqlx::query!(
        "insert into campaign_items (campaign_id, buyer_id, thread_id, place, state, reason)
         select $1, buyer_id, thread_id, place, case when reason is null then 'pending' else 'skipped' end, reason
         from unnest($2::uuid[], $3::uuid[], $4::text[]) with ordinality as chosen (buyer_id, thread_id, reason, place)",
        id.0,
        &buyers,
        &threads,
        &reasons as &[Option<String>]
    )
    .execute(conn)
    .await?;
    Ok(true)
}

/// Lets a paused campaign go on in that user's name; whether it was paused.
pub async fn resume(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: CampaignId,
    user: UserId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update campaigns set state = 'running', hold = null, user_id = $3, waits_for = null, waits_until = null
         where id = $1 and dealer_id = $2 and state = 'paused'",
        id.0,
        dealer.0,
        user.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Pauses one that runs.
pub async fn pause(conn: &mut PgConnection, id: CampaignId, hold: Hold) -> sqlx::Result<()> {
    sqlx::query!(
        "update campaigns set state = 'paused', hold = $2, waits_for = null, waits_until = null
         where id = $1 and state = 'running'",
        id.0,
        hold.as_str()
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Ends one: whoever has not got it gets nothing, and why is kept.
pub async fn stop(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: CampaignId,
    why: Skip,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let stopped = sqlx::query!(
        "update campaigns set state = 'stopped', hold = null, waits_for = null, waits_until = null, ended_at = $3
         where id = $1 and dealer_id = $2 and state in ('running', 'paused')",
        id.0,
        dealer.0,
        now
    )
    .execute(&mut *conn)
    .await?;
    if stopped.rows_affected() == 1 {
        sqlx::query!(
            "with held as (
               select buyer_id from campaign_items where campaign_id = $1 and state = 'pending' order by buyer_id for update
             )
             update campaign_items i set state = 'skipped', reason = $2 from held
             where i.campaign_id = $1 and i.buyer_id = held.buyer_id and i.state = 'pending'",
            id.0,
            why.as_str()
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

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
