//! What was said in conversations, from wherever it came.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{InboundId, MessageId, OKLA, ThreadId};

/// Something that was said in a conversation.
pub struct LineRow {
    /// The message of ours that it is, if it is one.
    pub message: Option<MessageId>,
    /// What came from WhatsApp, if it did.
    pub inbound: Option<InboundId>,
    pub by_dealer: bool,
    pub body: String,
    /// What became of a message of ours.
    pub status: Option<String>,
    /// Neither words nor a file, as JSON.
    pub extra: Option<serde_json::Value>,
    /// Files beyond those that were taken.
    pub media_left: i16,
    pub at: DateTime<Utc>,
}

/// The latest that its two sides said, newest first. What OKLA itself said is neither's.
pub async fn list_lines(conn: &mut PgConnection, thread: ThreadId, limit: i64) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select l.message as "message: MessageId", l.inbound as "inbound: InboundId", l.by_dealer as "by_dealer!",
             l.body as "body!", l.status, l.extra, l.media_left as "media_left!", l.at as "at!"
           from (
             (select m.id as message, null::uuid as inbound, m.sender_role <> 'buyer' as by_dealer, m.body, m.status,
                null::jsonb as extra, 0::smallint as media_left, m.created_at as at
              from messages m where m.thread_id = $1 and m.sender_id <> $3 and m.continues is null order by m.created_at desc limit $2)
             union all
             (select null, i.id, t.buyer_id is not null and d.phone = i.from_address, i.body, null, i.extra, i.media_left,
                i.received_at
              from inbound_messages i join threads t on t.id = i.thread_id join dealers d on d.id = t.dealer_id
              where i.thread_id = $1 order by i.received_at desc limit $2)
             union all
             (select null, null, true, a.body, null, null, 0::smallint, a.created_at
              from answers a where a.thread_id = $1 order by a.created_at desc limit $2)
           ) as l
           order by l.at desc limit $2"#,
        thread.0,
        limit,
        OKLA.0
    )
    .fetch_all(conn)
    .await
}

/// What was said last.
pub struct LastRow {
    pub thread: ThreadId,
    pub body: String,
    pub by_dealer: bool,
    pub extra: Option<serde_json::Value>,
    /// It came with files.
    pub with_files: bool,
}

/// The last words of each of these conversations.
pub async fn list_last_words(conn: &mut PgConnection, threads: &[ThreadId]) -> sqlx::Result<Vec<LastRow>> {
    let ids: Vec<Uuid> = threads.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        LastRow,
        r#"select t.id as "thread: ThreadId", l.body as "body!", l.by_dealer as "by_dealer!", l.extra,
             exists (select from inbound_media f where f.inbound_id = l.inbound) as "with_files!"
           from threads t join dealers d on d.id = t.dealer_id cross join lateral (
             (select null::uuid as inbound, m.body, m.sender_role <> 'buyer' as by_dealer, null::jsonb as extra,
                m.created_at as at
              from messages m where m.thread_id = t.id and m.sender_id <> $2 and m.continues is null order by m.created_at desc limit 1)
             union all
             (select i.id, i.body, t.buyer_id is not null and d.phone = i.from_address, i.extra, i.received_at
              from inbound_messages i where i.thread_id = t.id order by i.received_at desc limit 1)
             union all
             (select null, a.body, true, null, a.created_at
              from answers a where a.thread_id = t.id order by a.created_at desc limit 1)
             order by at desc limit 1
           ) as l
           where t.id = any($1)"#,
        &ids,
        OKLA.0
    )
    .fetch_all(conn)
    .await
}
