//! The rests of long messages: what their templates had no room for, or what WhatsApp no more took as free text.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{DealerId, MessageId, ThreadId, UserId, VehicleId},
    kind::Kind,
    user::Role,
};

/// A message whose rest is due.
pub struct DueRest {
    pub message: MessageId,
    pub sender: UserId,
    pub role: Role,
    /// Whom it is charged to.
    pub payer: Option<DealerId>,
    pub vehicle: Option<VehicleId>,
    pub kind: Kind,
    pub thread: Option<ThreadId>,
    pub to_phone: String,
    pub image_url: Option<String>,
    /// Its template had no room for it; else WhatsApp closed the conversation before it.
    pub by_template: bool,
    /// `None`: there is nothing of it any more, or it has followed.
    pub rest: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Until when it is its worker's.
    pub held_until: DateTime<Utc>,
}

/// That number has answered: what was kept back of messages to it from before is due, also what somebody looks at just now
/// without knowing of the answer.
pub async fn make_due(
    conn: &mut PgConnection,
    phone: &str,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update messages set rest_due_at = $3 where id in (
           select id from messages where to_phone = $1 and created_at < $2 and rest is not null and (rest_due_at is null or rest_due_at > $3)
             and status not in ('failed', 'undelivered', 'canceled')
           order by id for update)",
        phone,
        before,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Takes the first, and keeps others off it until `until`.
pub async fn claim_due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<DueRest>> {
    let row = sqlx::query!(
        r#"update messages m set rest_due_at = $2 where id = (
             select id from messages where rest_due_at <= $1 order by rest_due_at, created_at limit 1 for update skip locked
           ) returning id as "message: MessageId", sender_id as "sender: UserId", sender_role, dealer_id as "payer: DealerId",
             vehicle_id as "vehicle: VehicleId", kind, thread_id as "thread: ThreadId", to_phone, image_url,
             (template is not null) as "by_template!", case when not exists (select from messages c where c.continues = m.id) then rest end as rest,
             created_at, rest_due_at as "held_until!""#,
        now,
        until
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(DueRest {
            message: row.message,
            sender: row.sender,
            role: row.sender_role.parse().map_err(corrupt("sender_role"))?,
            payer: row.payer,
            vehicle: row.vehicle,
            kind: row.kind.parse().map_err(corrupt("kind"))?,
            thread: row.thread,
            to_phone: row.to_phone,
            image_url: row.image_url,
            by_template: row.by_template,
            rest: row.rest,
            created_at: row.created_at,
            held_until: row.held_until,
        })
    })
    .transpose()
}

/// When one that is still its worker's is looked at again; `None`: once its recipient answers.
pub async fn put_off(
    conn: &mut PgConnection,
    rest: &DueRest,
    until: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update messages set rest_due_at = $2 where id = $1 and rest_due_at = $3",
        rest.message.0,
        until,
        rest.held_until
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Which of these messages have a rest; until the transaction ends nobody erases it.
pub async fn lock_rests(conn: &mut PgConnection, messages: &[MessageId]) -> sqlx::Result<Vec<MessageId>> {
    let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"select id as "id: MessageId" from messages where id = any($1) and rest is not null order by id for key share"#,
        &ids
    )
    .fetch_all(conn)
    .await
}

/// It has followed.
pub async fn clear_rest(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<()> {
    sqlx::query!("update messages set rest = null, rest_due_at = null where id = $1", message.0)
        .execute(conn)
        .await
        .map(|_| ())
}
