//! Words that are nobody's, and that no dealer alone may read: an admin gives them to a conversation.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{InboundId, ThreadId};

pub struct UnassignedRow {
    pub id: InboundId,
    pub from_address: String,
    pub profile_name: Option<String>,
    pub body: String,
    pub extra: Option<serde_json::Value>,
    pub files: i64,
    pub received_at: DateTime<Utc>,
}

macro_rules! unassigned {
    ($condition:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            UnassignedRow,
            r#"select i.id as "id: InboundId", i.from_address, i.profile_name, i.body, i.extra,
                 (select count(*) from inbound_media f where f.inbound_id = i.id) as "files!", i.received_at
               from inbound_messages i
               where i.thread_id is null and not i.to_okla and i.handled_at is not null and i.closed_at is null
                 -- What is erased is nobody's any more.
                 and i.fields <> '{}'
                 -- What comes from one dealer's number and no other's is his to read.
                 and (select count(*) from dealers d where d.phone = i.from_address) <> 1 "# + $condition,
            $($argument),+
        )
    };
}

/// The newest first, before one.
pub async fn list(
    conn: &mut PgConnection,
    before: Option<(DateTime<Utc>, InboundId)>,
    limit: i64,
) -> sqlx::Result<Vec<UnassignedRow>> {
    let (at, id) = before.unzip();
    unassigned!(
        "and (i.received_at, i.id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         order by i.received_at desc, i.id desc limit $3",
        at,
        id.map(|id| id.0),
        limit,
    )
    .fetch_all(conn)
    .await
}

pub async fn get(conn: &mut PgConnection, id: InboundId) -> sqlx::Result<Option<UnassignedRow>> {
    unassigned!("and i.id = $1", id.0).fetch_optional(conn).await
}

/// Gives it to a conversation; `false`: it is somebody's meanwhile.
pub async fn assign(conn: &mut PgConnection, id: InboundId, thread: ThreadId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update inbound_messages set thread_id = $2
         where id = $1 and thread_id is null and not to_okla and closed_at is null",
        id.0,
        thread.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It is for no conversation; `false`: it is somebody's meanwhile.
pub async fn close(conn: &mut PgConnection, id: InboundId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update inbound_messages set closed_at = $2
         where id = $1 and thread_id is null and not to_okla and closed_at is null",
        id.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Conversations that words may be for, by the names of their two sides or by a number, the latest first.
pub async fn find_threads(
    conn: &mut PgConnection,
    piece: Option<&str>,
    address: Option<&str>,
    most: i64,
) -> sqlx::Result<Vec<ThreadId>> {
    sqlx::query_scalar!(
        r#"select id as "id!: ThreadId" from (
             (select t.id, t.last_at from (select id from users where okla_fold(name) like $1 limit 50) as people
              cross join lateral (select id, last_at from threads where buyer_id = people.id order by last_at desc limit 5) as t)
             union
             (select t.id, t.last_at from (select id from dealers where okla_fold(name) like $1 limit 20) as sellers
              cross join lateral (select id, last_at from threads where dealer_id = sellers.id order by last_at desc limit 10) as t)
             union
             (select id, last_at from threads where address = $2 order by last_at desc limit $3)
             union
             (select t.id, t.last_at from (
                select thread_id from messages where to_phone = $2 and thread_id is not null order by created_at desc limit 200
              ) as sent join threads t on t.id = sent.thread_id)
           ) as found order by last_at desc limit $3"#,
        piece,
        address,
        most
    )
    .fetch_all(conn)
    .await
}
