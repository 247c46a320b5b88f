//! Sending failed messages again: which may be, and jobs of many.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    bulk::{Fate, Progress},
    ids::{BulkId, DealerId, MessageId, UserId, VehicleId},
    range::Range,
    template::Purpose,
    time::{day_begins, day_ends},
};

/// What may stand against sending a failed message again.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a reason of its own")]
pub struct Traits {
    /// Ours or Twilio's word, as the figures have it.
    pub cause: String,
    pub by_buyer: bool,
    /// Something of it may have arrived.
    pub partly: bool,
    pub was_resent: bool,
    /// A job has it under way.
    pub is_pending: bool,
    pub without_whatsapp: bool,
    /// Made to many: another is made anew.
    pub is_offer: bool,
    /// OKLA's own words, whoever they went to.
    pub is_notice: bool,
    /// Its words are not kept any more.
    pub is_erased: bool,
}

/// A failed message.
pub struct FailedRow {
    pub id: MessageId,
    pub traits: Traits,
    pub to_phone: String,
    pub kind: String,
    pub vehicle_id: Option<VehicleId>,
    pub body: String,
    pub image_url: Option<String>,
    pub parts: i16,
}

macro_rules! failed {
    ($columns:literal, $ending:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            r#"select cause as "cause!", by_buyer as "by_buyer!", partly as "partly!", was_resent as "was_resent!",
                 is_pending as "is_pending!", without_whatsapp as "without_whatsapp!", is_offer as "is_offer!", is_notice as "is_notice!", is_erased as "is_erased!", "#
                + $columns
                + r#" from (
                   select m.*, coalesce(own_reason, error_code::text, 'unknown') as cause, sender_role = 'buyer' as by_buyer,
                     (parts > 1 or rest_due_at is not null or exists (select from messages as rest where rest.continues = m.id))
                       and not not_sent as partly, body = '' as is_erased, kind = 'offer' as is_offer,
                     sender_id = '00000000-0000-7000-8000-00000000000a' as is_notice,
                     exists (select from messages as again where again.resend_of = m.id) as was_resent,
                     exists (select from bulk_resend_items where message_id = m.id and outcome is null) as is_pending,
                     exists (select from numbers_without_whatsapp where phone = m.to_phone) as without_whatsapp
                   from messages m where status in ('failed', 'undelivered', 'canceled') and dealer_id = $1
                 ) as failed "#
                + $ending,
            $($argument),+
        )
    };
}

macro_rules! traits_of {
    ($row:ident) => {
        Traits {
            cause: $row.cause,
            by_buyer: $row.by_buyer,
            partly: $row.partly,
            was_resent: $row.was_resent,
            is_pending: $row.is_pending,
            without_whatsapp: $row.without_whatsapp,
            is_offer: $row.is_offer,
            is_notice: $row.is_notice,
            is_erased: $row.is_erased,
        }
    };
}

macro_rules! failed_row {
    ($row:ident) => {
        FailedRow {
            id: $row.id,
            to_phone: $row.to_phone,
            kind: $row.kind,
            vehicle_id: $row.vehicle_id,
            body: $row.body,
            image_url: $row.image_url,
            parts: $row.parts,
            traits: traits_of!($row),
        }
    };
}

/// How many of a dealer's messages of these days failed, by what may stand against sending them again.
pub async fn count_failed(
    conn: &mut PgConnection,
    dealer: DealerId,
    range: Range,
) -> sqlx::Result<Vec<(Traits, i64)>> {
    let rows = failed!(
        r#"count(*) as "messages!""#,
        "where created_at >= $2 and created_at < $3 group by 1, 2, 3, 4, 5, 6, 7, 8, 9",
        dealer.0,
        day_begins(range.from),
        day_ends(range.to)
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (traits_of!(row), row.messages)).collect())
}

/// The oldest of a dealer's messages of these days that nothing stands against sending again, failed for one of these
/// causes; at most `limit`.
pub async fn list_resendable(
    conn: &mut PgConnection,
    dealer: DealerId,
    range: Range,
    causes: &[String],
    limit: i64,
) -> sqlx::Result<Vec<FailedRow>> {
    let rows = failed!(
        r#"id as "id!: MessageId", to_phone as "to_phone!", kind as "kind!", vehicle_id as "vehicle_id: VehicleId",
           body as "body!", image_url, parts as "parts!""#,
        "where created_at >= $2 and created_at < $3 and cause = any($4)
           and not (by_buyer or partly or was_resent or is_pending or without_whatsapp or is_offer or is_notice or is_erased)
         order by created_at, id limit $5",
        dealer.0,
        day_begins(range.from),
        day_ends(range.to),
        causes,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| failed_row!(row)).collect())
}

/// One of a dealer's messages, if it failed.
pub async fn get_failed(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: MessageId,
) -> sqlx::Result<Option<FailedRow>> {
    let row = failed!(
        r#"id as "id!: MessageId", to_phone as "to_phone!", kind as "kind!", vehicle_id as "vehicle_id: VehicleId",
           body as "body!", image_url, parts as "parts!""#,
        "where id = $2",
        dealer.0,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| failed_row!(row)))
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

/// Messages that are still to be sent again: of the oldest `jobs` a few each, so that nobody waits for another's two
/// thousand. Nobody is kept from them: a message is sent again once, whoever does it.
pub async fn list_to_do(
    conn: &mut PgConnection,
    jobs: i64,
    of_each: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<ItemRow>> {
    sqlx::query_as!(
        ItemRow,
        r#"with ready as not materialized (
             -- A pause keeps back what it is about, and nothing else.
             select item.bulk_id, item.message_id, item.tries
             from bulk_resend_items as item join bulk_resends as job on job.id = item.bulk_id
               join messages as m on m.id = item.message_id
             where item.outcome is null and not exists (
               select from okla_pauses($3) as z where (z.kind is null or z.kind = m.kind)
                 and (z.dealer_id is null or z.dealer_id = job.dealer_id))
           )
           select b.id as "bulk: BulkId", i.message_id as "message!: MessageId", b.user_id as "user: UserId",
             b.dealer_id as "dealer: DealerId"
           from (
             select * from bulk_resends as open where is_open and exists (select from ready where bulk_id = open.id)
             order by created_at, id limit $1
           ) as b
           cross join lateral (
             select message_id from ready where bulk_id = b.id order by tries, message_id limit $2
           ) as i"#,
        jobs,
        of_each,
        now
    )
    .fetch_all(conn)
    .await
}

/// Jobs of which nothing is left.
pub async fn close_done(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "update bulk_resends as b set is_open = false where is_open
         and not exists (select from bulk_resend_items where bulk_id = b.id and outcome is null)"
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// One could not be looked at; after `most` times it counts as an error.
pub async fn mark_tried(
    conn: &mut PgConnection,
    bulk: BulkId,
    message: MessageId,
    most: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bulk_resend_items set tries = tries + 1, outcome = case when tries + 1 >= $3 then 'error' end
         where bulk_id = $1 and message_id = $2 and outcome is null",
        bulk.0,
        message.0,
        most
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// What became of one.
pub async fn mark_done(
    conn: &mut PgConnection,
    bulk: BulkId,
    message: MessageId,
    fate: Fate,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bulk_resend_items set outcome = $3, template = $4
         where bulk_id = $1 and message_id = $2 and outcome is null",
        bulk.0,
        message.0,
        fate.as_str(),
        fate.template().map(Purpose::as_str)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A dealer's newest jobs since, with their begin.
pub async fn list_jobs(
    conn: &mut PgConnection,
    dealer: DealerId,
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<(BulkId, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"select id as "id: BulkId", created_at from bulk_resends
           where dealer_id = $1 and created_at >= $2 order by created_at desc limit $3"#,
        dealer.0,
        since,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.created_at)).collect())
}

/// A dealer's job; `None`: he has none of that id.
pub async fn get_progress(
    conn: &mut PgConnection,
    dealer: DealerId,
    bulk: BulkId,
) -> sqlx::Result<Option<Progress>> {
    let row = sqlx::query!(
        r#"select count(i.message_id) as "total!", count(*) filter (where outcome = 'sent') as "sent!",
             count(*) filter (where outcome = 'limit') as "over_limit!", count(*) filter (where outcome = 'unsafe') as "not_safe!",
             count(*) filter (where outcome = 'opted_out') as "opted_out!", count(*) filter (where outcome = 'template') as "no_template!",
             coalesce(array_agg(distinct template) filter (where template is not null), '{}') as "templates!",
             count(*) filter (where outcome = 'error') as "failed!"
           from bulk_resends b left join bulk_resend_items i on i.bulk_id = b.id
           where b.id = $1 and b.dealer_id = $2 group by b.id"#,
        bulk.0,
        dealer.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let templates = row.templates.iter().map(|word| word.parse());
        Ok(Progress {
            total: row.total,
            sent: row.sent,
            over_limit: row.over_limit,
            not_safe: row.not_safe,
            opted_out: row.opted_out,
            no_template: row.no_template,
            templates: templates
                .collect::<Result<_, String>>()
                .map_err(corrupt("bulk_resend_items.template"))?,
            failed: row.failed,
        })
    })
    .transpose()
}
