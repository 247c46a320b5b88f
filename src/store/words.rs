//! Which messages hold a piece of text or of a number: an index beside the messages, and what waits to be put into it.

use sqlx::PgConnection;
use uuid::Uuid;

use super::connection::is_alone;
use crate::domain::ids::DealerId;

/// Puts up to `limit` waiting messages into the index; how many there were. One at a time does it. Whom an offer went to, or
/// what OKLA told a buyer, is not found by his number, which is not the dealer's to know.
pub async fn index_waiting(conn: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    if !is_alone(conn, "okla_words").await? {
        return Ok(0);
    }
    let indexed = sqlx::query_scalar!(
        r#"with waiting as (
             delete from words_to_index where ctid = any(array(select ctid from words_to_index limit $1))
             returning message_id
           ), written as (
             insert into message_words (message_id, dealer_id, words, to_phone)
             select m.id, m.dealer_id, okla_fold(m.body), case when m.kind = 'offer' or is_notice_to_buyer(m) then '' else m.to_phone end from waiting join messages m on m.id = message_id
             where m.dealer_id is not null and m.body <> '' on conflict do nothing
           )
           select count(*) as "waiting!" from waiting"#,
        limit
    )
    .fetch_one(conn)
    .await?;
    Ok(u64::try_from(indexed).unwrap_or_default())
}

/// A dealer's messages whose text or whose number matches one of these patterns, at most `limit`.
pub async fn list_holding(
    conn: &mut PgConnection,
    dealer: DealerId,
    text: Option<&str>,
    digits: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select message_id as "id!" from (
             select message_id from message_words where dealer_id = $1 and (words like $2 or to_phone like $3)
             union all
             select m.id from words_to_index w join messages m on m.id = w.message_id
             where m.dealer_id = $1 and (okla_fold(m.body) like $2 or m.to_phone like $3 and m.kind <> 'offer' and not is_notice_to_buyer(m))
           ) as holding limit $4"#,
        dealer.0,
        text,
        digits,
        limit
    )
    .fetch_all(conn)
    .await
}
