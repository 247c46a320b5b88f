//! Conversations as people read them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, InboundId, MessageId, ThreadId, UserId, VehicleId};

/// A conversation with what lists and pages show of it.
pub struct ThreadRow {
    pub id: ThreadId,
    pub dealer_id: DealerId,
    pub dealer: String,
    pub buyer_id: Option<UserId>,
    pub buyer: Option<String>,
    /// If he chose that sellers see it.
    pub buyer_phone: Option<String>,
    /// Whom the dealer wrote to, if it has no account.
    pub address: Option<String>,
    pub vehicle_id: Option<VehicleId>,
    pub vehicle: Option<String>,
    pub last_at: DateTime<Utc>,
    /// The buyer has spoken since the dealer's people looked.
    pub unread: bool,
}

/// One shape for all that read conversations; each adds its condition.
macro_rules! thread_rows {
    ($condition:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            ThreadRow,
            r#"select t.id as "id: ThreadId", t.dealer_id as "dealer_id: DealerId", d.name as dealer,
                 t.buyer_id as "buyer_id: UserId", u.name as "buyer?", t.address,
                 case when u.shows_phone_since is not null then u.phone end as buyer_phone,
                 t.vehicle_id as "vehicle_id: VehicleId", v.make || ' ' || v.model || ' ' || v.year as vehicle, t.last_at,
                 coalesce(t.buyer_spoke_at > coalesce(t.dealer_seen_at, '-infinity'), false) as "unread!"
               from threads t join dealers d on d.id = t.dealer_id left join users u on u.id = t.buyer_id
               left join vehicles v on v.id = t.vehicle_id "# + $condition,
            $($argument),+
        )
    };
}

/// A dealer's, the latest first, whose other side or vehicle bears these words.
pub async fn list_of_dealer(
    conn: &mut PgConnection,
    dealer: DealerId,
    piece: Option<&str>,
    before: Option<(DateTime<Utc>, ThreadId)>,
    limit: i64,
) -> sqlx::Result<Vec<ThreadRow>> {
    let (at, id) = before.unzip();
    thread_rows!(
        "where t.dealer_id = $1
           and (t.last_at, t.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
           and ($4::text is null or okla_fold(u.name) like $4 or t.address like $4
             or okla_fold(v.make || ' ' || v.model || ' ' || v.year) like $4)
         order by t.last_at desc, t.id desc limit $5",
        dealer.0,
        at,
        id.map(|id| id.0),
        piece,
        limit,
    )
    .fetch_all(conn)
    .await
}

pub async fn get_thread(conn: &mut PgConnection, id: ThreadId) -> sqlx::Result<Option<ThreadRow>> {
    thread_rows!("where t.id = $1", id.0).fetch_optional(conn).await
}

/// The conversation that a message belongs to.
pub async fn get_thread_of(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Option<ThreadId>> {
    let id =
        sqlx::query_scalar!(r#"select thread_id as "id: ThreadId" from messages where id = $1"#, message.0)
            .fetch_optional(conn)
            .await?;
    Ok(id.flatten())
}

/// Something that was said in a conversation.
pub struct LineRow {
    /// The message of ours that it is, if it is one.
    pub message: Option<MessageId>,
    pub by_dealer: bool,
    pub body: String,
    /// What became of a message of ours.
    pub status: Option<String>,
    pub at: DateTime<Utc>,
}

/// The latest that was said, newest first.
pub async fn list_lines(conn: &mut PgConnection, thread: ThreadId, limit: i64) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select l.message as "message: MessageId", l.by_dealer as "by_dealer!", l.body as "body!", l.status,
             l.at as "at!"
           from (
             (select m.id as message, m.sender_role <> 'buyer' as by_dealer, m.body, m.status, m.created_at as at
              from messages m where m.thread_id = $1 order by m.created_at desc limit $2)
             union all
             (select null, t.buyer_id is not null and d.phone = i.from_address, i.body, null, i.received_at
              from inbound_messages i join threads t on t.id = i.thread_id join dealers d on d.id = t.dealer_id
              where i.thread_id = $1 order by i.received_at desc limit $2)
             union all
             (select null, true, a.body, null, a.created_at
              from answers a where a.thread_id = $1 order by a.created_at desc limit $2)
           ) as l
           order by l.at desc limit $2"#,
        thread.0,
        limit
    )
    .fetch_all(conn)
    .await
}

/// The last words of each of these conversations.
pub async fn list_last_words(
    conn: &mut PgConnection,
    threads: &[ThreadId],
) -> sqlx::Result<Vec<(ThreadId, String, bool)>> {
    let ids: Vec<Uuid> = threads.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select t.id as "id: ThreadId", l.body as "body!", l.by_dealer as "by_dealer!"
           from threads t join dealers d on d.id = t.dealer_id cross join lateral (
             (select m.body, m.sender_role <> 'buyer' as by_dealer, m.created_at as at
              from messages m where m.thread_id = t.id order by m.created_at desc limit 1)
             union all
             (select i.body, t.buyer_id is not null and d.phone = i.from_address, i.received_at
              from inbound_messages i where i.thread_id = t.id order by i.received_at desc limit 1)
             union all
             (select a.body, true, a.created_at
              from answers a where a.thread_id = t.id order by a.created_at desc limit 1)
             order by at desc limit 1
           ) as l
           where t.id = any($1)"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.body, row.by_dealer)).collect())
}

/// The dealer's people have looked.
pub async fn mark_seen(conn: &mut PgConnection, id: ThreadId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update threads set dealer_seen_at = $2 where id = $1", id.0, now)
        .execute(conn)
        .await
        .map(|_| ())
}

/// An answer written here; pressed twice, it is there once.
pub async fn insert_answer(
    conn: &mut PgConnection,
    id: Uuid,
    thread: ThreadId,
    author: UserId,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into answers (id, thread_id, author_id, body, created_at) values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing",
        id,
        thread.0,
        author.0,
        body,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Words from a dealer's own number that are nobody's yet.
pub struct NobodysRow {
    pub id: InboundId,
    pub body: String,
    pub received_at: DateTime<Utc>,
}

pub async fn list_nobodys(
    conn: &mut PgConnection,
    dealer: DealerId,
    limit: i64,
) -> sqlx::Result<Vec<NobodysRow>> {
    sqlx::query_as!(
        NobodysRow,
        r#"select i.id as "id: InboundId", i.body, i.received_at
           from inbound_messages i join dealers d on d.phone = i.from_address
           where d.id = $1 and not exists (select from dealers o where o.phone = d.phone and o.id <> d.id)
             and i.thread_id is null and not i.to_okla and i.handled_at is not null
           order by i.received_at desc limit $2"#,
        dealer.0,
        limit
    )
    .fetch_all(conn)
    .await
}

/// Gives words from a dealer's number to one of his conversations; `false`: they are not his, or somebody's already.
pub async fn assign_nobodys(
    conn: &mut PgConnection,
    dealer: DealerId,
    words: InboundId,
    thread: ThreadId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update inbound_messages as i set thread_id = t.id
         from threads t join dealers d on d.id = t.dealer_id
         where i.id = $1 and t.id = $2 and t.dealer_id = $3 and i.from_address = d.phone
           and not exists (select from dealers o where o.phone = d.phone and o.id <> d.id) and i.thread_id is null
           and not i.to_okla and i.handled_at is not null",
        words.0,
        thread.0,
        dealer.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How soon a dealer first answers: in how many of his latest conversations since, and the middle of it in seconds.
pub async fn get_answer_time(
    conn: &mut PgConnection,
    dealer: DealerId,
    since: DateTime<Utc>,
    latest: i64,
) -> sqlx::Result<(i64, Option<f64>)> {
    let row = sqlx::query!(
        r#"select count(*) as "answered!",
             percentile_cont(0.5) within group (order by extract(epoch from first_answered_at - first_asked_at)::float8)
               as seconds
           from (select first_asked_at, first_answered_at from threads where dealer_id = $1 order by last_at desc limit $3) as t
           where first_answered_at is not null and first_asked_at > $2"#,
        dealer.0,
        since,
        latest
    )
    .fetch_one(conn)
    .await?;
    Ok((row.answered, row.seconds))
}
