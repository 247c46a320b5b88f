//! Parts of which Twilio must be asked: those whose outcome is unknown, and those it took and fell silent about.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{MessageId, PartId},
    message::Status,
};

/// Counting stops here: more is not another matter.
pub const MOST_COUNTED: i64 = 1_000;

/// How many parts have an unknown outcome, and how many first left before `before` and have none yet; each at most
/// [`MOST_COUNTED`].
pub async fn count_doubts(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select
             (select count(*) from (select from message_parts where status = 'verifying' limit $2) as a) as "verifying!",
             (select count(*) from (select from message_parts where next_check_at is not null
                and status in ('queued', 'sending', 'sent') and first_attempted_at < $1 limit $2) as a) as "silent!""#,
        before,
        MOST_COUNTED
    )
    .fetch_one(conn)
    .await?;
    Ok((row.verifying, row.silent))
}

/// A part in doubt, as a page shows it.
#[derive(Clone, Debug)]
pub struct Doubt {
    pub part: PartId,
    pub message: MessageId,
    /// E.164.
    pub to_phone: String,
    pub status: Status,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When Twilio last said anything about its message.
    pub checked_at: Option<DateTime<Utc>>,
    /// When it is asked by plan.
    pub next_check_at: Option<DateTime<Utc>>,
    /// An admin wants it asked now, and nobody has yet.
    pub is_asked: bool,
}

/// The unknown ones first, each group the oldest first, at most `most`.
pub async fn list_doubts(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<Doubt>> {
    let rows = sqlx::query!(
        r#"select p.id as "part!: PartId", p.message_id as "message!: MessageId", m.to_phone as "to_phone!",
             p.status as "status!", coalesce(p.first_attempted_at, m.created_at) as "since!", m.checked_at,
             p.next_check_at, (a.part_id is not null) as "is_asked!"
           from (
             (select id, 0 as place, first_attempted_at from message_parts where status = 'verifying' order by id limit $2)
             union all
             (select id, 1, first_attempted_at from message_parts where next_check_at is not null
                and status in ('queued', 'sending', 'sent') and first_attempted_at < $1 order by first_attempted_at limit $2)
           ) as d join message_parts p on p.id = d.id join messages m on m.id = p.message_id
             left join asked_parts a on a.part_id = p.id
           order by d.place, d.first_attempted_at limit $2"#,
        before,
        most
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Doubt {
                part: row.part,
                message: row.message,
                to_phone: row.to_phone,
                status: row.status.parse().map_err(corrupt("status"))?,
                since: row.since,
                checked_at: row.checked_at,
                next_check_at: row.next_check_at,
                is_asked: row.is_asked,
            })
        })
        .collect()
}

/// Wants Twilio asked about these parts, once.
pub async fn insert_asked(conn: &mut PgConnection, parts: &[PartId], now: DateTime<Utc>) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = parts.iter().map(|part| part.0).collect();
    sqlx::query!(
        "insert into asked_parts (part_id, asked_at) select id, $2 from unnest($1::uuid[]) as wanted (id)
         on conflict do nothing",
        &ids,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Takes one part that somebody wants asked about; it is not wanted any more.
pub async fn take_asked(conn: &mut PgConnection) -> sqlx::Result<Option<PartId>> {
    let id = sqlx::query_scalar!(
        "delete from asked_parts where part_id = (
           select part_id from asked_parts order by asked_at limit 1 for update skip locked
         ) returning part_id"
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(PartId))
}
