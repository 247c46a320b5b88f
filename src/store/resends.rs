//! Sending failed messages again: which may be, and jobs of many.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    bulk::Progress,
    ids::{BulkId, DealerId, MessageId, UserId, VehicleId},
    range::Range,
    time::{day_begins, day_ends},
};

/// A failed message and what stands against sending it again.
#[expect(clippy::struct_excessive_bools, reason = "a row of a query, a column each")]
pub struct FailedRow {
    pub id: MessageId,
    /// Ours or Twilio's word, as the figures have it.
    pub cause: String,
    pub by_buyer: bool,
    /// Something of it may have arrived.
    pub partly: bool,
    pub was_resent: bool,
    pub without_whatsapp: bool,
    pub to_phone: String,
    pub kind: String,
    pub vehicle_id: Option<VehicleId>,
    pub body: String,
    pub image_url: Option<String>,
    pub parts: i16,
}

macro_rules! failed_rows {
    ($ending:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            FailedRow,
            r#"select m.id as "id: MessageId", coalesce(m.own_reason, m.error_code::text, 'unknown') as "cause!",
                 m.sender_role = 'buyer' as "by_buyer!", m.parts > 1 and not m.not_sent as "partly!",
                 exists (select from messages as again where again.resend_of = m.id) as "was_resent!",
                 exists (select from numbers_without_whatsapp where phone = m.to_phone) as "without_whatsapp!",
                 m.to_phone, m.kind, m.vehicle_id as "vehicle_id: VehicleId", m.body, m.image_url, m.parts
               from messages m
               where m.status in ('failed', 'undelivered', 'canceled') and m.dealer_id = $1 "# + $ending,
            $($argument),+
        )
    };
}

/// A dealer's failed messages of these days, oldest first, at most `limit`.
pub async fn list_failed(
    conn: &mut PgConnection,
    dealer: DealerId,
    range: Range,
    limit: i64,
) -> sqlx::Result<Vec<FailedRow>> {
    failed_rows!(
        "and m.created_at >= $2 and m.created_at < $3 order by m.created_at, m.id limit $4",
        dealer.0,
        day_begins(range.from),
        day_ends(range.to),
        limit
    )
    .fetch_all(conn)
    .await
}

/// One of a dealer's messages, if it failed.
pub async fn get_failed(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: MessageId,
) -> sqlx::Result<Option<FailedRow>> {
    failed_rows!("and m.id = $2", dealer.0, id.0).fetch_optional(conn).await
}

/// Asks for these to be sent again; nothing if that job is there already.
pub async fn insert_bulk(
    conn: &mut PgConnection,
    id: BulkId,
    user: UserId,
    dealer: DealerId,
    messages: &[MessageId],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let messages: Vec<Uuid> = messages.iter().map(|message| message.0).collect();
    sqlx::query!(
        "with job as (
           insert into bulk_resends (id, user_id, dealer_id, created_at) values ($1, $2, $3, $4)
           on conflict do nothing returning id
         )
         insert into bulk_resend_items (bulk_id, message_id) select job.id, message from job, unnest($5::uuid[]) as message",
        id.0,
        user.0,
        dealer.0,
        now,
        &messages
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// What is to be done next of any job, and who asked for it.
pub struct ItemRow {
    pub bulk: BulkId,
    pub message: MessageId,
    pub user: UserId,
    pub dealer: DealerId,
}

/// Up to `limit` messages that are still to be sent again, the oldest job's first. Nobody is kept from them: a message is
/// sent again once, whoever does it.
pub async fn list_to_do(conn: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<ItemRow>> {
    sqlx::query_as!(
        ItemRow,
        r#"select i.bulk_id as "bulk: BulkId", i.message_id as "message: MessageId", b.user_id as "user: UserId",
             b.dealer_id as "dealer: DealerId"
           from bulk_resend_items i join bulk_resends b on b.id = i.bulk_id
           where i.outcome is null order by i.bulk_id, i.message_id limit $1"#,
        limit
    )
    .fetch_all(conn)
    .await
}

/// What became of one.
pub async fn mark_done(
    conn: &mut PgConnection,
    bulk: BulkId,
    message: MessageId,
    outcome: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bulk_resend_items set outcome = $3 where bulk_id = $1 and message_id = $2 and outcome is null",
        bulk.0,
        message.0,
        outcome
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A dealer's job; `None`: he has none of that id.
pub async fn get_progress(
    conn: &mut PgConnection,
    dealer: DealerId,
    bulk: BulkId,
) -> sqlx::Result<Option<Progress>> {
    sqlx::query_as!(
        Progress,
        r#"select count(i.message_id) as "total!", count(*) filter (where outcome = 'sent') as "sent!",
             count(*) filter (where outcome = 'limit') as "over_limit!", count(*) filter (where outcome = 'unsafe') as "not_safe!",
             count(*) filter (where outcome = 'error') as "failed!"
           from bulk_resends b left join bulk_resend_items i on i.bulk_id = b.id
           where b.id = $1 and b.dealer_id = $2 group by b.id"#,
        bulk.0,
        dealer.0
    )
    .fetch_optional(conn)
    .await
}
