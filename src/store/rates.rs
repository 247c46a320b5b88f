//! The rate card, and what was sent lately by it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{RateId, UserId},
    kind::Kind,
    market::Market,
    rates::{Category, Measured, Rate},
};

fn rate(
    kind: Option<String>,
    category: Option<String>,
    market: Option<String>,
    effective_from: DateTime<Utc>,
    price: Decimal,
) -> sqlx::Result<Rate> {
    Ok(Rate {
        kind: kind.map(|word| word.parse()).transpose().map_err(corrupt("kind"))?,
        category: category.map(|word| word.parse()).transpose().map_err(corrupt("category"))?,
        market: market.map(|word| word.parse()).transpose().map_err(corrupt("market"))?,
        effective_from,
        price,
    })
}

/// All of it: a few rows, some of them not in effect yet.
pub async fn list_rates(conn: &mut PgConnection) -> sqlx::Result<Vec<Rate>> {
    let rows = sqlx::query!("select kind, category, market, effective_from, price from rates order by id")
        .fetch_all(conn)
        .await?;
    rows.into_iter()
        .map(|row| rate(row.kind, row.category, row.market, row.effective_from, row.price))
        .collect()
}

/// A row of the card as a page shows it.
#[derive(Clone)]
pub struct ShownRate {
    pub id: RateId,
    pub rate: Rate,
    pub set_at: DateTime<Utc>,
    /// `None`: it came with OKLA, or the person is gone.
    pub set_by: Option<String>,
    pub reason: String,
}

/// All of it with names, what begins last first.
pub async fn list_shown(conn: &mut PgConnection) -> sqlx::Result<Vec<ShownRate>> {
    let rows = sqlx::query!(
        r#"select r.id as "id: RateId", r.kind, r.category, r.market, r.effective_from, r.price, r.set_at, r.reason,
             u.name as "set_by?"
           from rates r left join users u on u.id = r.set_by order by r.effective_from desc, r.id desc"#
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ShownRate {
                id: row.id,
                rate: rate(row.kind, row.category, row.market, row.effective_from, row.price)?,
                set_at: row.set_at,
                set_by: row.set_by,
                reason: row.reason,
            })
        })
        .collect()
}

/// Adds a row; `false`: there is one of the same scope and beginning.
pub async fn insert_rate(
    conn: &mut PgConnection,
    id: RateId,
    rate: &Rate,
    reason: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into rates (id, kind, category, market, effective_from, price, reason, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict on constraint rates_key do nothing",
        id.0,
        rate.kind.map(Kind::as_str),
        rate.category.map(Category::as_str),
        rate.market.map(Market::as_str),
        rate.effective_from,
        rate.price,
        reason,
        by.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes back a row that has not begun; `None`: it has, or there is none.
pub async fn delete_coming(
    conn: &mut PgConnection,
    id: RateId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Rate>> {
    let row = sqlx::query!(
        "delete from rates where id = $1 and effective_from > $2
         returning kind, category, market, effective_from, price",
        id.0,
        now
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| rate(row.kind, row.category, row.market, row.effective_from, row.price)).transpose()
}

/// The lowest id of a message written at that instant or later: ids are in the order of time.
fn first_id(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

macro_rules! by_scope {
    ($rows:expr) => {
        $rows
            .into_iter()
            .map(|row| {
                let kind = row.kind.parse().map_err(corrupt("kind"))?;
                Ok(Measured {
                    kind,
                    category: Category::of(kind, row.outside_window),
                    market: Market::of(&row.begins),
                    parts: row.parts,
                    charged: row.charged,
                    told: row.told,
                })
            })
            .collect()
    };
}

/// What the newest `limit` messages since then were, by what prices them. Read backwards by their key, however many there
/// are in all. Five signs of a number tell its market.
pub async fn list_lately(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Measured>> {
    let rows = sqlx::query!(
        r#"select m.kind, m.outside_window, left(m.to_phone, 5) as "begins!", sum(m.parts) as "parts!",
             sum(m.cost) as "charged!", 0::numeric as "told!"
           from (select * from messages where id >= $1 order by id desc limit $2) as m
           group by 1, 2, 3"#,
        first_id(since),
        limit
    )
    .fetch_all(conn)
    .await?;
    by_scope!(rows)
}

/// The same of their parts that arrived and of which Twilio told its price. Each message's are counted for themselves, so
/// that nobody reads them all.
pub async fn list_measured(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Measured>> {
    let rows = sqlx::query!(
        r#"select m.kind, m.outside_window, left(m.to_phone, 5) as "begins!", sum(p.parts)::bigint as "parts!",
             sum(m.unit_price * p.parts) as "charged!", sum(p.told) as "told!"
           from (select * from messages where id >= $1 order by id desc limit $2) as m
           cross join lateral (
             select count(*) as parts, sum(provider_price) as told from message_parts
             where message_id = m.id and provider_price_currency = 'USD' and status in ('sent', 'delivered', 'read')
           ) as p
           where p.parts > 0 group by 1, 2, 3"#,
        first_id(since),
        limit
    )
    .fetch_all(conn)
    .await?;
    by_scope!(rows)
}

/// What WhatsApp's share of a message came to by Twilio's usage records, US$, by their category, since that month.
pub async fn list_shares(
    conn: &mut PgConnection,
    since: chrono::NaiveDate,
) -> sqlx::Result<Vec<(String, Decimal)>> {
    let rows = sqlx::query!(
        r#"select category, sum(price) / sum(count) as "each!" from usage_records
           where month >= $1 and currency = 'USD' and category like 'channels-whatsapp-%'
           group by category having sum(count) > 0"#,
        since
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.category, row.each)).collect())
}
