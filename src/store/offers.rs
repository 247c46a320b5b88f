//! Offers as they are taken in with their messages: whoever gets one is held until it is decided, so that no two get past
//! his cap together, and a campaign's once to each.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{CampaignId, DealerId, MessageId, UserId};

/// Whoever is to get an offer, as he stands now.
pub struct HeldPerson {
    pub buyer: UserId,
    pub phone: Option<String>,
    pub consents: bool,
    pub is_proved: bool,
    pub is_disabled: bool,
}

/// Holds these people until the transaction ends, in one order for all: what they decide meanwhile comes after it.
pub async fn lock_people(conn: &mut PgConnection, buyers: &[UserId]) -> sqlx::Result<Vec<HeldPerson>> {
    let ids: Vec<Uuid> = buyers.iter().map(|buyer| buyer.0).collect();
    sqlx::query_as!(
        HeldPerson,
        r#"select id as "buyer: UserId", phone, offers_since is not null as "consents!",
             phone_proved_at is not null as "is_proved!", (disabled_at is not null or role <> 'buyer') as "is_disabled!"
           from users where id = any($1) order by id for no key update"#,
        &ids
    )
    .fetch_all(conn)
    .await
}

/// Which of these are still to be sent by a campaign that runs; held until the transaction ends. A campaign that somebody
/// stops meanwhile is stopped after it.
pub async fn lock_items(
    conn: &mut PgConnection,
    items: &[(CampaignId, UserId)],
) -> sqlx::Result<Vec<(CampaignId, UserId)>> {
    let (campaigns, buyers) = columns(items);
    let running = sqlx::query_scalar!(
        "select id from campaigns where id = any($1) and state = 'running' order by id for share",
        &campaigns
    )
    .fetch_all(&mut *conn)
    .await?;
    let rows = sqlx::query!(
        r#"select i.campaign_id as "campaign: CampaignId", i.buyer_id as "buyer: UserId"
           from campaign_items i join unnest($1::uuid[], $2::uuid[]) as asked (campaign_id, buyer_id)
             on i.campaign_id = asked.campaign_id and i.buyer_id = asked.buyer_id
           where i.state = 'pending' and i.campaign_id = any($3)
           order by i.campaign_id, i.buyer_id for update of i"#,
        &campaigns,
        &buyers,
        &running
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.campaign, row.buyer)).collect())
}

fn columns(items: &[(CampaignId, UserId)]) -> (Vec<Uuid>, Vec<Uuid>) {
    items.iter().map(|(campaign, buyer)| (campaign.0, buyer.0)).unzip()
}

/// An offer that was taken in.
pub struct NewOffer {
    pub message: MessageId,
    pub buyer: UserId,
    pub dealer: Option<DealerId>,
    pub campaign: Option<CampaignId>,
}

/// Writes them, with their messages and in their transaction.
pub async fn insert_offers(
    conn: &mut PgConnection,
    offers: &[NewOffer],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let messages: Vec<Uuid> = offers.iter().map(|offer| offer.message.0).collect();
    let buyers: Vec<Uuid> = offers.iter().map(|offer| offer.buyer.0).collect();
    let dealers: Vec<Option<Uuid>> = offers.iter().map(|offer| offer.dealer.map(|id| id.0)).collect();
    let campaigns: Vec<Option<Uuid>> = offers.iter().map(|offer| offer.campaign.map(|id| id.0)).collect();
    sqlx::query!(
        "with taken as (
           insert into offers (message_id, buyer_id, dealer_id, campaign_id, taken_at)
           select message_id, buyer_id, dealer_id, campaign_id, $5
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as fresh (message_id, buyer_id, dealer_id, campaign_id)
           returning campaign_id, buyer_id
         )
         update campaign_items as i set state = 'sent' from taken
         where i.campaign_id = taken.campaign_id and i.buyer_id = taken.buyer_id",
        &messages,
        &buyers,
        &dealers as &[Option<Uuid>],
        &campaigns as &[Option<Uuid>],
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Whoever left did so after the latest offer to his number, if it is no older than a week.
pub async fn mark_left(conn: &mut PgConnection, phone: &str, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update offers set left_at = coalesce(left_at, $2) where message_id = (
           select id from messages where to_phone = $1 and kind = 'offer' and created_at between $3 and $2
           order by created_at desc limit 1)",
        phone,
        at,
        at - TimeDelta::days(7)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// How many offers wait in the outbox, but for those of whoever paused his; counted no further than `most`.
pub async fn count_waiting(conn: &mut PgConnection, most: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "waiting!" from (
             select from outbox o join message_parts p on p.id = o.part_id
             where o.is_offer and not coalesce((
               select c.state = 'paused' and c.hold = 'dealer' from offers f join campaigns c on c.id = f.campaign_id
               where f.message_id = p.message_id), false) limit $1) as o"#,
        most
    )
    .fetch_one(conn)
    .await
}
