//! Words that are nobody's yet. What came from one dealer's number and no other's is his to give to a conversation, as it is
//! an admin's; all else is an admin's alone.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{DealerId, InboundId, ThreadId};

pub struct UnassignedRow {
    pub id: InboundId,
    pub from_address: String,
    pub profile_name: Option<String>,
    /// Whose number it came from, if it is one dealer's and no other's.
    pub dealer_id: Option<DealerId>,
    pub dealer: Option<String>,
    pub body: String,
    pub extra: Option<serde_json::Value>,
    /// Files beyond those that were taken.
    pub media_left: i16,
    pub received_at: DateTime<Utc>,
}

macro_rules! unassigned {
    ($condition:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            UnassignedRow,
            r#"select i.id as "id: InboundId", i.from_address, i.profile_name, own.id as "dealer_id?: DealerId",
                 own.name as "dealer?", i.body, i.extra, i.media_left, i.received_at
               from inbound_messages i left join lateral (
                 select d.id, d.name from dealers d where d.phone = i.from_address
                   and not exists (select from dealers o where o.phone = i.from_address and o.id <> d.id)
               ) as own on true
               where i.thread_id is null and not i.to_okla and i.handled_at is not null and i.closed_at is null
                 -- What is erased is nobody's any more.
                 and i.fields <> '{}' "# + $condition,
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

/// Those that came from a dealer's number and no other dealer's, the newest first.
pub async fn list_of_dealer(
    conn: &mut PgConnection,
    dealer: DealerId,
    limit: i64,
) -> sqlx::Result<Vec<UnassignedRow>> {
    unassigned!(
        "and i.from_address = (select phone from dealers where id = $1) and own.id = $1
         order by i.received_at desc, i.id desc limit $2",
        dealer.0,
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
         where id = $1 and thread_id is null and not to_okla and closed_at is null and fields <> '{}'",
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
         where id = $1 and thread_id is null and not to_okla and closed_at is null and fields <> '{}'",
        id.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether it came from that dealer's number, and no other's, and was said to be for no conversation.
pub async fn was_closed(conn: &mut PgConnection, dealer: DealerId, id: InboundId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from inbound_messages i join dealers d on d.phone = i.from_address
             where i.id = $2 and d.id = $1 and i.closed_at is not null
               and not exists (select from dealers o where o.phone = d.phone and o.id <> d.id)) as "was!""#,
        dealer.0,
        id.0
    )
    .fetch_one(conn)
    .await
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
