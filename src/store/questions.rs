//! «¿Para quién es?»: what somebody was asked of his words, and the conversations that he may choose from.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, InboundId, ThreadId};

/// A conversation in which somebody may be answering, and how it is called.
pub struct OpenThread {
    pub id: ThreadId,
    pub dealer_id: DealerId,
    pub dealer: String,
    /// The buyer's name; `None`: the dealer wrote to a bare number, or it is the buyer himself who is asked.
    pub buyer: Option<String>,
    pub vehicle: Option<String>,
    /// Its buyer had himself erased: words may be for it, and it takes none.
    pub erased: bool,
}

/// As whoever has the number `$1` knows them, of those that `$from` names `t`. Whoever has a buyer's number after him is no
/// party to what was said with him.
macro_rules! open_threads {
    ($from:literal, $rest:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            OpenThread,
            r#"select t.id as "id: ThreadId", t.dealer_id as "dealer_id: DealerId", d.name as dealer,
                 case when u.phone is distinct from $1 then u.name end as "buyer?",
                 v.make || ' ' || v.model || ' ' || v.year as "vehicle?", u.erased_at is not null as "erased!"
               from "# + $from + r#" join dealers d on d.id = t.dealer_id
               left join users u on u.id = t.buyer_id left join vehicles v on v.id = t.vehicle_id
               where (t.buyer_id is null or d.phone = $1 or u.phone = $1 and not exists (
                 select from users o where o.phone = $1 and o.phone_proved_at is not null and o.id <> u.id)) "# + $rest,
            $($argument),+
        )
    };
}

/// In which something was sent to that number since, the latest first.
pub async fn list_open(
    conn: &mut PgConnection,
    phone: &str,
    since: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<OpenThread>> {
    open_threads!(
        "(select thread_id, max(created_at) as at from messages
           where to_phone = $1 and created_at > $2 and thread_id is not null
           group by thread_id order by at desc limit $3
         ) as recent join threads t on t.id = recent.thread_id",
        "order by recent.at desc",
        phone,
        since,
        most,
    )
    .fetch_all(conn)
    .await
}

/// One of them, as whoever has that number knows it; `None`: he is no party to it any more.
pub async fn get_offered(
    conn: &mut PgConnection,
    id: ThreadId,
    phone: &str,
) -> sqlx::Result<Option<OpenThread>> {
    open_threads!("threads t", "and t.id = $2", phone, id.0).fetch_optional(conn).await
}

/// What somebody is asked.
pub struct Question {
    pub id: Uuid,
    /// In the order of the buttons.
    pub threads: Vec<ThreadId>,
    /// When the first of the words that it is about was written.
    pub words_from: DateTime<Utc>,
}

/// Remembers it; `false`: that address has an open one already.
pub async fn insert_question(
    conn: &mut PgConnection,
    address: &str,
    question: &Question,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let ids: Vec<Uuid> = question.threads.iter().map(|id| id.0).collect();
    let done = sqlx::query!(
        "insert into questions (id, address, threads, words_from, asked_at) values ($1, $2, $3, $4, $5)
         on conflict (address) where answered_at is null do nothing",
        question.id,
        address,
        &ids,
        question.words_from,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

macro_rules! get_question {
    ($conn:expr, $condition:literal, $argument:expr) => {{
        let row =
            sqlx::query!("select id, threads, words_from from questions where " + $condition, $argument)
                .fetch_optional($conn)
                .await?;
        Ok(row.map(|row| Question {
            id: row.id,
            threads: row.threads.into_iter().map(ThreadId).collect(),
            words_from: row.words_from,
        }))
    }};
}

/// The open one of an address.
pub async fn get_open(conn: &mut PgConnection, address: &str) -> sqlx::Result<Option<Question>> {
    get_question!(conn, "address = $1 and answered_at is null", address)
}

/// The one that this answered, when somebody dealt with it before.
pub async fn get_answered_by(conn: &mut PgConnection, answer: InboundId) -> sqlx::Result<Option<Question>> {
    get_question!(conn, "answered_by = $1", answer.0)
}

/// The key under which a message of ours was said, if it is such a question.
pub async fn get_key_of(conn: &mut PgConnection, sid: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select k.key from message_parts p join messages m on m.id = p.message_id
           join idempotency_keys k on k.message_id = m.id
         where p.sid = $1 and m.template = 'who_for'",
        sid
    )
    .fetch_optional(conn)
    .await
}

pub async fn mark_answered(
    conn: &mut PgConnection,
    id: Uuid,
    answer: InboundId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update questions set answered_at = $2, answered_by = $3 where id = $1 and answered_at is null",
        id,
        now,
        answer.0
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// An open one that was asked before `before` is of no use any more.
pub async fn close_old(
    conn: &mut PgConnection,
    address: &str,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update questions set answered_at = $3 where address = $1 and answered_at is null and asked_at < $2",
        address,
        before,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}
