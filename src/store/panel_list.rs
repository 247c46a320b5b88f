//! A dealer's list of messages, narrowed by whatever a person may ask.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::messages::{MessageRow, message_rows};
use crate::domain::{
    ids::{DealerId, MessageId, VehicleId},
    message::Status,
    panel_filter::{About, Order, PanelFilter, Writer},
    phone::digits_of,
    text::{fold, words},
    time::{day_begins, day_ends},
};

/// A filter as the queries take it.
struct Asked {
    from: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
    statuses: Vec<String>,
    cause: Option<String>,
    kind: Option<&'static str>,
    vehicle: Option<Uuid>,
    no_vehicle: bool,
    /// A text query.
    vehicle_words: Option<String>,
    by_buyer: Option<bool>,
    cost_over: Option<Decimal>,
    /// Folded.
    text: Option<String>,
    digits: Option<String>,
    /// A text query.
    about_words: Option<String>,
}

impl Asked {
    fn new(filter: &PanelFilter) -> Self {
        let text = Some(fold(&filter.words)).filter(|text| !text.is_empty());
        Self {
            from: filter.range.map(|range| day_begins(range.from)),
            before: filter.range.map(|range| day_ends(range.to)),
            statuses: filter
                .groups
                .iter()
                .flat_map(|group| group.statuses())
                .map(|s| s.to_string())
                .collect(),
            cause: filter.cause.map(|cause| cause.to_string()),
            kind: filter.kind.map(|kind| kind.as_str()),
            vehicle: match &filter.about {
                Some(About::Vehicle(id)) => Some(id.0),
                _ => None,
            },
            no_vehicle: filter.about == Some(About::NoVehicle),
            vehicle_words: match &filter.about {
                Some(About::Words(text)) => Some(by_prefix(text)),
                _ => None,
            },
            by_buyer: filter.writer.map(|writer| writer == Writer::Buyers),
            cost_over: filter.cost_over,
            digits: text.as_deref().and_then(digits_of),
            about_words: text.as_deref().map(by_prefix).filter(|words| !words.is_empty()),
            text,
        }
    }
}

/// A text query for all of these words, each perhaps not finished.
fn by_prefix(text: &str) -> String {
    words(text).iter().map(|word| format!("{word}:*")).collect::<Vec<_>>().join(" & ")
}

/// What all queries of the list ask in common: $1 to $14.
macro_rules! matching {
    ($query:ident, $dealer:expr, $asked:expr, $($ending:literal)+ $(, $argument:expr)* $(,)?) => {
        $query!(
            "where m.dealer_id = $1
               and m.created_at >= coalesce($2::timestamptz, '-infinity') and m.created_at < coalesce($3::timestamptz, 'infinity')
               and (cardinality($4::text[]) = 0 or m.status = any($4))
               and ($5::text is null or (m.status in ('failed', 'undelivered', 'canceled')
                 and coalesce(m.own_reason, m.error_code::text, 'unknown') = $5))
               and ($6::text is null or m.kind = $6)
               and ($7::uuid is null or m.vehicle_id = $7)
               and (not $8::boolean or m.vehicle_id is null)
               and ($9::text is null or v.search @@ to_tsquery('simple', $9))
               and ($10::boolean is null or (m.sender_role = 'buyer') = $10)
               and ($11::numeric is null or m.cost > $11)
               and ($12::text is null
                 or strpos(okla_fold(m.body), $12) > 0
                 or strpos(okla_fold(u.name), $12) > 0
                 or strpos(m.id::text, $12) > 0
                 or strpos(m.to_phone, $13::text) > 0
                 or strpos(u.phone, $13) > 0
                 or v.search @@ to_tsquery('simple', $14::text)) " $($ending)+,
            $dealer.0,
            $asked.from,
            $asked.before,
            &$asked.statuses,
            $asked.cause,
            $asked.kind,
            $asked.vehicle,
            $asked.no_vehicle,
            $asked.vehicle_words,
            $asked.by_buyer,
            $asked.cost_over,
            $asked.text,
            $asked.digits,
            $asked.about_words,
            $($argument,)*
        )
    };
}

/// The first `limit` messages after `after` that pass, in the filter's order.
pub async fn list_passing(
    conn: &mut PgConnection,
    dealer: DealerId,
    filter: &PanelFilter,
    after: Option<MessageId>,
    limit: i64,
) -> sqlx::Result<Vec<MessageRow>> {
    let asked = Asked::new(filter);
    let after = after.map(|id| id.0);
    match filter.order {
        Order::Newest => {
            matching!(
                message_rows, dealer, asked,
                "and ($15::uuid is null or (m.created_at, m.id) < (select created_at, id from messages where id = $15))
                 order by m.created_at desc, m.id desc limit $16",
                after, limit
            )
            .fetch_all(conn)
            .await
        }
        Order::Dearest => {
            matching!(
                message_rows, dealer, asked,
                "and ($15::uuid is null or (m.cost, m.created_at, m.id) < (select cost, created_at, id from messages where id = $15))
                 order by m.cost desc, m.created_at desc, m.id desc limit $16",
                after, limit
            )
            .fetch_all(conn)
            .await
        }
    }
}

macro_rules! count_rows {
    ($($condition:literal)+, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            r#"select status as "status!", count(*) as "count!" from (
               select m.status from messages m
               join users u on u.id = m.sender_id
               left join vehicles v on v.id = m.vehicle_id "# $(+ $condition)+,
            $($argument),+
        )
    };
}

/// How many pass in each state, whatever states the filter names; at most `most` are looked at.
pub async fn count_passing(
    conn: &mut PgConnection,
    dealer: DealerId,
    filter: &PanelFilter,
    most: i64,
) -> sqlx::Result<HashMap<Status, i64>> {
    let asked = Asked::new(&PanelFilter { groups: Vec::new(), ..filter.clone() });
    let rows = matching!(count_rows, dealer, asked, "limit $15) as passing group by status", most)
        .fetch_all(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.status.parse().map_err(super::corrupt("status"))?, row.count)))
        .collect()
}

/// How many of a dealer's messages are newer than `newest`; at most `most` are looked at.
pub async fn count_newer(
    conn: &mut PgConnection,
    dealer: DealerId,
    newest: Option<MessageId>,
    most: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select from messages where dealer_id = $1
               and ($2::uuid is null or (created_at, id) > (select created_at, id from messages where id = $2))
             limit $3) as newer"#,
        dealer.0,
        newest.map(|id| id.0),
        most
    )
    .fetch_one(conn)
    .await
}
