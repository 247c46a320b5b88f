//! What became of a campaign.

use std::collections::HashMap;

use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{CampaignId, MessageId, UserId},
    message::Status,
    offer::Skip,
};

/// How many of a campaign's wait, were sent, or were left out and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pending: i64,
    pub sent: i64,
    pub skipped: Vec<(Skip, i64)>,
}

impl Counts {
    /// Everybody whom its filters chose.
    pub fn total(&self) -> i64 {
        self.pending + self.sent + self.left_out()
    }

    pub fn left_out(&self) -> i64 {
        self.skipped.iter().map(|(_, people)| people).sum()
    }
}

/// Of several campaigns at once.
pub async fn count_items(
    conn: &mut PgConnection,
    campaigns: &[CampaignId],
) -> sqlx::Result<HashMap<CampaignId, Counts>> {
    let ids: Vec<Uuid> = campaigns.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select campaign_id as "campaign: CampaignId", state, reason, count(*) as "people!"
           from campaign_items where campaign_id = any($1) group by 1, 2, 3 order by 3"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let mut counted: HashMap<CampaignId, Counts> = HashMap::new();
    for row in rows {
        let counts = counted.entry(row.campaign).or_default();
        match (row.state.as_str(), row.reason) {
            ("pending", _) => counts.pending += row.people,
            ("sent", _) => counts.sent += row.people,
            (_, reason) => {
                let skip = reason.unwrap_or_default().parse().map_err(corrupt("reason"))?;
                counts.skipped.push((skip, row.people));
            }
        }
    }
    Ok(counted)
}

/// A campaign's messages in one state, as a list shows them.
pub struct Sum {
    pub campaign: CampaignId,
    pub status: Status,
    pub messages: i64,
    /// US$, what the ledger holds; and of that what is settled, for Twilio told its price.
    pub cost: Decimal,
    pub confirmed: Decimal,
}

/// Of several campaigns at once.
pub async fn list_sums(conn: &mut PgConnection, campaigns: &[CampaignId]) -> sqlx::Result<Vec<Sum>> {
    let ids: Vec<Uuid> = campaigns.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select o.campaign_id as "campaign!: CampaignId", m.status, count(*) as "messages!", sum(m.cost) as "cost!",
             coalesce(sum(m.cost) filter (where settled.is_so), 0) as "confirmed!"
           from offers o join messages m on m.id = o.message_id
             cross join lateral (
               select bool_and(p.provider_price is not null or p.not_sent or p.superseded) as is_so
               from message_parts p where p.message_id = m.id
             ) as settled
           where o.campaign_id = any($1) group by 1, 2"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Sum {
                campaign: row.campaign,
                status: row.status.parse().map_err(corrupt("status"))?,
                messages: row.messages,
                cost: row.cost,
                confirmed: row.confirmed,
            })
        })
        .collect()
}

/// A campaign's messages in one state.
pub struct Outcome {
    pub status: Status,
    pub messages: i64,
    /// As of [`Sum`].
    pub cost: Decimal,
    pub confirmed: Decimal,
    /// Whose recipient has spoken since, and who has left since.
    pub answered: i64,
    pub left: i64,
}

/// The messages of a campaign by their state.
pub async fn list_outcomes(conn: &mut PgConnection, campaign: CampaignId) -> sqlx::Result<Vec<Outcome>> {
    let rows = sqlx::query!(
        r#"select m.status, count(*) as "messages!", sum(m.cost) as "cost!",
             coalesce(sum(m.cost) filter (where settled.is_so), 0) as "confirmed!",
             count(*) filter (where t.buyer_spoke_at > m.created_at) as "answered!", count(o.left_at) as "left!"
           from offers o join messages m on m.id = o.message_id left join threads t on t.id = m.thread_id
             cross join lateral (
               select bool_and(p.provider_price is not null or p.not_sent or p.superseded) as is_so
               from message_parts p where p.message_id = m.id
             ) as settled
           where o.campaign_id = $1 group by 1"#,
        campaign.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Outcome {
                status: row.status.parse().map_err(corrupt("status"))?,
                messages: row.messages,
                cost: row.cost,
                confirmed: row.confirmed,
                answered: row.answered,
                left: row.left,
            })
        })
        .collect()
}

/// Somebody of a campaign.
pub struct ItemRow {
    pub place: i32,
    pub buyer: UserId,
    pub name: String,
    pub state: String,
    pub reason: Option<String>,
    pub message: Option<MessageId>,
    pub status: Option<String>,
    pub cost: Option<Decimal>,
    pub sent_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// Those who wait (`None`) or were left out for that reason, after that place.
pub async fn list_without(
    conn: &mut PgConnection,
    campaign: CampaignId,
    reason: Option<Skip>,
    after: i32,
    most: i64,
) -> sqlx::Result<Vec<(i32, String)>> {
    let state = if reason.is_some() { "skipped" } else { "pending" };
    let rows = sqlx::query!(
        "select i.place, u.name from campaign_items i join users u on u.id = i.buyer_id
         where i.campaign_id = $1 and i.state = $2 and i.reason is not distinct from $3 and i.place > $4
         order by i.place limit $5",
        campaign.0,
        state,
        reason.map(Skip::as_str),
        after,
        most
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.place, row.name)).collect())
}

/// All of a campaign's people with their messages, after that place.
pub async fn list_items(
    conn: &mut PgConnection,
    campaign: CampaignId,
    after: i32,
    most: i64,
) -> sqlx::Result<Vec<ItemRow>> {
    sqlx::query_as!(
        ItemRow,
        r#"select i.place, i.buyer_id as "buyer: UserId", u.name, i.state, i.reason,
             o.message_id as "message?: MessageId", m.status as "status?", m.cost as "cost?", m.created_at as "sent_at?"
           from campaign_items i join users u on u.id = i.buyer_id
             left join offers o on o.campaign_id = i.campaign_id and o.buyer_id = i.buyer_id
             left join messages m on m.id = o.message_id
           where i.campaign_id = $1 and i.place > $2 order by i.place limit $3"#,
        campaign.0,
        after,
        most
    )
    .fetch_all(conn)
    .await
}
