//! Figures day by day, and on which days there are any.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::{
    domain::{ids::DealerId, message::Status},
    store::corrupt,
};

/// How many messages of one day are in one state.
pub struct DayRow {
    pub day: NaiveDate,
    pub status: Status,
    pub messages: i64,
}

macro_rules! days {
    ($figures:literal, $conn:expr, $dealer:expr, $from:expr, $to:expr) => {{
        let rows = sqlx::query!(
            r#"select day as "day!", status as "status!", sum(messages)::bigint as "messages!" "#
                + $figures
                + " group by day, status having sum(messages) <> 0",
            $dealer.0,
            $from,
            $to
        )
        .fetch_all($conn)
        .await?;
        let days = rows.into_iter().map(|row| {
            let status = row.status.parse().map_err(corrupt("status"))?;
            Ok(DayRow { day: row.day, status, messages: row.messages })
        });
        days.collect()
    }};
}

/// How many messages each of a dealer's days has in each state, from `from` to `to`.
pub async fn list_days(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<DayRow>> {
    days!("from day_states where dealer_id = $1 and day between $2 and $3", conn, dealer, from, to)
}

/// The same with all of a whole month at its first day.
pub async fn list_days_by_month(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<DayRow>> {
    days!("from states_between($1, $2, $3)", conn, dealer, from, to)
}

/// What each of a dealer's days from `from` to `to` cost, US$; of the days that have figures.
pub async fn list_costs(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<HashMap<NaiveDate, Decimal>> {
    let rows = sqlx::query!(
        r#"select day as "day!", sum(cost) as "cost!" from day_states
           where dealer_id = $1 and day between $2 and $3 group by day"#,
        dealer.0,
        from,
        to
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.cost)).collect())
}

/// The newest of a dealer's days, from `from` to `to`, on which figures of these kinds count messages, and how many.
pub async fn list_days_with(
    conn: &mut PgConnection,
    dealer: DealerId,
    wanted: &Wanted,
    limit: i64,
) -> sqlx::Result<Vec<(NaiveDate, i64)>> {
    let rows = sqlx::query!(
        r#"select day as "day!", sum(messages)::bigint as "messages!" from (
             select day, messages, kind, by_buyer, cause from daily_figures
             where dealer_id = $1 and status = any($2) and day between $3 and $4
             union all
             select day, messages, kind, by_buyer, cause from figure_changes
             where dealer_id = $1 and status = any($2) and day between $3 and $4
           ) as f
           where ($5::text is null or kind = $5) and ($6::boolean is null or by_buyer = $6)
             and ($7::text is null or cause = $7)
           group by day having sum(messages) > 0 order by day desc limit $8"#,
        dealer.0,
        &wanted.statuses,
        wanted.from,
        wanted.to,
        wanted.kind,
        wanted.by_buyer,
        wanted.cause,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.messages)).collect())
}

/// How many messages of these kinds there are in each state, whatever states are wanted.
pub async fn count_states(
    conn: &mut PgConnection,
    dealer: DealerId,
    wanted: &Wanted,
) -> sqlx::Result<HashMap<Status, i64>> {
    let rows = sqlx::query!(
        r#"select status as "status!", sum(messages)::bigint as "messages!"
           from state_figures_between($1, $2, $3)
           where ($4::text is null or kind = $4) and ($5::boolean is null or by_buyer = $5)
             and ($6::text is null or cause = $6)
           group by status"#,
        dealer.0,
        wanted.from,
        wanted.to,
        wanted.kind,
        wanted.by_buyer,
        wanted.cause
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| Ok((row.status.parse().map_err(corrupt("status"))?, row.messages))).collect()
}

/// What [`list_days_with`] looks for; `None` is any.
pub struct Wanted {
    pub statuses: Vec<String>,
    pub kind: Option<&'static str>,
    pub by_buyer: Option<bool>,
    pub cause: Option<String>,
    pub from: NaiveDate,
    pub to: NaiveDate,
}
