//! The list of messages that a program may page through, narrowed by a filter.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::messages::{MessageRow, Scope, message_rows};
use crate::domain::{
    ids::{MessageId, VehicleId},
    message_filter::{Cursor, MessageFilter},
    phone::digits_of,
    text::words,
};

/// The newest `limit` messages of a scope that pass the filter, after `after`. Each scope has its own condition, and
/// with it its own index, walked in the list's order: a page costs what it reads, not what there is. A search reads until the page is
/// full. The sub-select makes its text query once, and not once a row.
pub async fn list_matching(
    conn: &mut PgConnection,
    scope: Scope,
    filter: &MessageFilter,
    after: Option<Cursor>,
    limit: i64,
) -> sqlx::Result<Vec<MessageRow>> {
    let statuses: Vec<String> = filter.statuses.iter().map(ToString::to_string).collect();
    let text = filter.text.as_deref();
    let words = text.map(words).filter(|words| !words.is_empty());
    let by_prefix =
        words.as_ref().map(|words| words.iter().map(|word| format!("{word}:*")).collect::<Vec<_>>());
    macro_rules! list {
        ($whose:literal, $id:expr) => {
            message_rows!(
                "where " $whose " and (m.created_at, m.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                   and m.created_at >= coalesce($4::timestamptz, '-infinity') and m.created_at < coalesce($5::timestamptz, 'infinity')
                   and (cardinality($6::text[]) = 0 or m.status = any($6))
                   and ($7::text is null
                     or strpos(okla_fold(m.body), okla_fold($7)) > 0
                     or (strpos(m.to_phone, $8::text) > 0 and m.kind <> 'offer' and ($1::uuid is null or not is_notice_to_buyer(m)))
                     or v.search @@ (select to_tsquery('simple', $9::text) || to_tsquery('spanish', $10::text)))
                 order by m.created_at desc, m.id desc limit $11",
                $id,
                after.map(|after| after.created_at),
                after.map(|after| after.id.0),
                filter.from,
                filter.before,
                &statuses,
                text,
                text.and_then(digits_of),
                by_prefix.map(|words| words.join(" & ")),
                words.map(|words| words.join(" & ")),
                limit,
            )
            .fetch_all(conn)
            .await
        };
    }
    match scope {
        Scope::Sender(id) => list!("m.sender_id = $1", id.0),
        Scope::Dealer(id) => list!("m.dealer_id = $1", id.0),
        Scope::Everyone => list!("$1::uuid is null", None::<Uuid>),
    }
}

/// Twilio's ids of the messages' first parts, where it gave one.
pub async fn list_first_sids(
    conn: &mut PgConnection,
    messages: &[MessageId],
) -> sqlx::Result<HashMap<MessageId, String>> {
    let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select distinct on (message_id) message_id as "message_id: MessageId", sid as "sid!" from message_parts
           where message_id = any($1) and sid is not null order by message_id, number"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.sid)).collect())
}
