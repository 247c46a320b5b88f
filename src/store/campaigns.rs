//! Campaigns: drafts, what is confirmed, and what is ordered of it.

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

/// Forgets a dealer's draft; `false`: there is none of that id.
pub async fn delete_draft(conn: &mut PgConnection, dealer: DealerId, id: CampaignId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from campaigns where id = $1 and dealer_id = $2 and state = 'draft'",
        id.0,
        dealer.0
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
    pub dealer: DealerId,
    pub dealer_name: String,
    pub words: String,
    pub vehicle: Option<(VehicleId, String)>,
    pub audience: Audience,
    pub state: State,
    /// The limit that has no room, and until when.
    pub waits: Option<(String, DateTime<Utc>)>,
    pub created_at: DateTime<Utc>,
    pub begins_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Whose name that is.
    pub confirmed_by: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub stopped: Option<Stopped>,
}

/// Who ended a campaign before its time.
#[derive(Clone)]
pub struct Stopped {
    pub by: String,
    /// An admin's, and never without; a dealer's own person gives none.
    pub reason: Option<String>,
}

/// One shape for all that read campaigns; each adds its condition.
macro_rules! campaigns {
    ($condition:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            r#"select c.id as "id: CampaignId", c.dealer_id as "dealer: DealerId", d.name as dealer_name, c.words,
                 c.vehicle_id as "vehicle: VehicleId", v.make || ' ' || v.model || ' ' || v.year as "title?", c.audience,
                 c.state, c.hold, c.waits_for, c.waits_until, c.created_at, c.begins_at, c.confirmed_at,
                 confirming.name as "confirmed_by?", c.ended_at, stopping.name as "stopped_by?", c.stop_reason
               from campaigns c join dealers d on d.id = c.dealer_id left join vehicles v on v.id = c.vehicle_id
                 left join users confirming on confirming.id = c.confirmed_by
                 left join users stopping on stopping.id = c.stopped_by
               where "#
                + $condition,
            $($argument),+
        )
    };
}

macro_rules! campaign {
    ($row:ident) => {
        Campaign {
            id: $row.id,
            dealer: $row.dealer,
            dealer_name: $row.dealer_name,
            words: $row.words,
            vehicle: $row.vehicle.zip($row.title),
            audience: serde_json::from_value($row.audience).map_err(corrupt("audience"))?,
            state: State::parse(&$row.state, $row.hold.as_deref()).map_err(corrupt("state"))?,
            waits: $row.waits_for.zip($row.waits_until),
            created_at: $row.created_at,
            begins_at: $row.begins_at,
            confirmed_at: $row.confirmed_at,
            confirmed_by: $row.confirmed_by,
            ended_at: $row.ended_at,
            stopped: $row.stopped_by.map(|by| Stopped { by, reason: $row.stop_reason }),
        }
    };
}

/// A dealer's campaign, or any dealer's; `None`: there is none of that id.
pub async fn get_campaign(
    conn: &mut PgConnection,
    dealer: Option<DealerId>,
    id: CampaignId,
) -> sqlx::Result<Option<Campaign>> {
    let row = campaigns!(
        "c.id = $1 and ($2::uuid is null or c.dealer_id = $2)",
        id.0,
        dealer.map(|dealer| dealer.0)
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok(campaign!(row))).transpose()
}

/// A dealer's, held until the transaction ends: nobody writes on it or begins it meanwhile.
pub async fn lock_campaign(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: CampaignId,
) -> sqlx::Result<Option<Campaign>> {
    let row = campaigns!("c.id = $1 and c.dealer_id = $2 for update of c", id.0, dealer.0)
        .fetch_optional(conn)
        .await?;
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

/// All dealers' that were confirmed, the latest first, before that one.
pub async fn list_confirmed(
    conn: &mut PgConnection,
    after: Option<CampaignId>,
    most: i64,
) -> sqlx::Result<Vec<Campaign>> {
    let rows = campaigns!(
        "c.confirmed_at is not null and (c.confirmed_at, c.id) < (
           coalesce((select b.confirmed_at from campaigns b where b.id = $1), 'infinity'),
           coalesce($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         order by c.confirmed_at desc, c.id desc limit $2",
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
        "update campaigns set state = 'running', user_id = $2, confirmed_by = $2, confirmed_at = $3 where id = $1 and state = 'draft'",
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

/// Who ends a campaign, and what that is to those who have not got it.
pub struct Stop<'a> {
    pub by: UserId,
    pub why: Skip,
    /// An admin's.
    pub reason: Option<&'a str>,
}

/// Ends one that is not over: whoever has not got it gets nothing. How many those are; `None`: it was over, or is a draft.
pub async fn stop(
    conn: &mut PgConnection,
    id: CampaignId,
    stop: &Stop<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<u64>> {
    let stopped = sqlx::query!(
        "update campaigns set state = 'stopped', hold = null, waits_for = null, waits_until = null, ended_at = $2,
           stopped_by = $3, stop_reason = $4
         where id = $1 and state in ('running', 'paused')",
        id.0,
        now,
        stop.by.0,
        stop.reason
    )
    .execute(&mut *conn)
    .await?;
    if stopped.rows_affected() == 0 {
        return Ok(None);
    }
    let left_out = sqlx::query!(
        "with held as (
           select buyer_id from campaign_items where campaign_id = $1 and state = 'pending' order by buyer_id for update
         )
         update campaign_items i set state = 'skipped', reason = $2 from held
         where i.campaign_id = $1 and i.buyer_id = held.buyer_id and i.state = 'pending'",
        id.0,
        stop.why.as_str()
    )
    .execute(conn)
    .await?;
    Ok(Some(left_out.rows_affected()))
}
