//! Erasing the words of old messages. Who wrote to whom, when, what became of it and what it cost stay.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Erases the words of up to `limit` messages that were written before `before`, oldest first; how many there were. One
/// at a time does it.
pub async fn erase_before(conn: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> sqlx::Result<u64> {
    let erased = sqlx::query_scalar!(
        r#"with kept as (
             select erased_before from retention for update skip locked
           ), old as (
             select m.id, m.created_at from messages m, kept
             where m.created_at >= kept.erased_before and m.created_at < $1 and m.body <> ''
             order by m.created_at limit $2
           ), held as (
             -- In the order of whoever writes a state, and before the parts.
             select id from messages where id in (select id from old) order by id for update
           ), texts as (
             update messages as m set body = '', image_url = null, variables = null, rest = null from held where m.id = held.id
           ), parts as (
             update message_parts as p set body = '' from held where p.message_id = held.id
           ), words as (
             delete from message_words using old where message_id = old.id
           ), answers as (
             update inbound_messages as i set body = '', fields = '{}', extra = null, profile_name = null from kept
             where i.received_at < least($1, coalesce((select max(created_at) from old), $1)) and i.received_at >= kept.erased_before
               and (i.body <> '' or i.fields <> '{}')
             returning i.id
           ), files as (
             delete from inbound_media using answers where inbound_id = answers.id
           ), found as (
             delete from line_words using answers where line_id = answers.id
           ), said as (
             update answers as a set body = '' from kept
             where a.created_at < least($1, coalesce((select max(created_at) from old), $1))
               and a.created_at >= kept.erased_before and a.body <> ''
             returning a.id
           ), found_said as (
             delete from line_words using said where line_id = said.id
           ), noted as (
             update retention as r set erased_before = coalesce((select max(created_at) from old), $1) from kept
           )
           select count(*) as "erased!" from old"#,
        before,
        limit
    )
    .fetch_one(conn)
    .await?;
    Ok(u64::try_from(erased).unwrap_or_default())
}
