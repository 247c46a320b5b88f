//! Which conversations hold a piece of what was said in them.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, InboundId, ThreadId};

/// Answers written here, and what came from WhatsApp: found by their words from now on.
pub async fn note_answer(conn: &mut PgConnection, answer: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into line_words (line_id, dealer_id, thread_id, words)
         select a.id, t.dealer_id, t.id, okla_fold(a.body) from answers a join threads t on t.id = a.thread_id
         where a.id = $1 on conflict do nothing",
        answer
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn note_inbound(conn: &mut PgConnection, lines: &[InboundId]) -> sqlx::Result<()> {
    let lines: Vec<Uuid> = lines.iter().map(|line| line.0).collect();
    sqlx::query!(
        "insert into line_words (line_id, dealer_id, thread_id, words)
         select i.id, t.dealer_id, t.id, okla_fold(i.body) from inbound_messages i join threads t on t.id = i.thread_id
         where i.id = any($1) and i.body <> '' on conflict do nothing",
        &lines
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A dealer's conversations whose other side, vehicle, number or words match, at most `most` by each. Each is found by an
/// index of its own. `words`: `None` for a piece too short to look for in all that was said.
pub async fn find_threads(
    conn: &mut PgConnection,
    dealer: DealerId,
    piece: &str,
    digits: Option<&str>,
    words: Option<&str>,
    most: i64,
) -> sqlx::Result<Vec<ThreadId>> {
    sqlx::query_scalar!(
        r#"(select t.id as "id!: ThreadId" from users u join threads t on t.buyer_id = u.id and t.dealer_id = $1
            where okla_fold(u.name) like $2 limit $5)
           union
           (select t.id from vehicles v join threads t on t.dealer_id = $1 and t.vehicle_id = v.id
            where v.dealer_id = $1 and okla_fold(v.make || ' ' || v.model || ' ' || v.year) like $2 limit $5)
           union
           (select id from threads where dealer_id = $1 and address like $3 limit $5)
           union
           (select m.thread_id from message_words w join messages m on m.id = w.message_id
            where w.dealer_id = $1 and w.words like $4 and m.thread_id is not null limit $5)
           union
           (select m.thread_id from words_to_index w join messages m on m.id = w.message_id
            where m.dealer_id = $1 and okla_fold(m.body) like $4 and m.thread_id is not null limit $5)
           union
           (select thread_id from line_words where dealer_id = $1 and words like $4 limit $5)"#,
        dealer.0,
        piece,
        digits,
        words,
        most
    )
    .fetch_all(conn)
    .await
}
