//! Figures day by day, and on which days there are any.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::{
    domain::{
        figures::{ByState, Sums, Totals},
        ids::DealerId,
        message::Status,
    },
    store::corrupt,
};

macro_rules! totals {
    ($columns:literal, $ending:literal, $dealer:expr, $from:expr, $to:expr) => {
        sqlx::query!(
            "select " + $columns + r#"
               coalesce(sum(waiting), 0)::bigint as "waiting!", coalesce(sum(verifying), 0)::bigint as "verifying!",
               coalesce(sum(sent), 0)::bigint as "sent!", coalesce(sum(delivered), 0)::bigint as "delivered!",
               coalesce(sum(read), 0)::bigint as "read!", coalesce(sum(failed), 0)::bigint as "failed!",
               coalesce(sum(parts), 0)::bigint as "parts!", coalesce(sum(cost), 0) as "cost!",
               coalesce(sum(confirmed), 0) as "confirmed!", coalesce(sum(told), 0) as "told!",
               coalesce(sum(contacts), 0)::bigint as "contacts!", coalesce(sum(contact_cost), 0) as "contact_cost!"
             from day_totals where dealer_id = $1 and day between $2 and $3 "# + $ending,
            $dealer.0,
            $from,
            $to
        )
    };
}

macro_rules! parse {
    ($row:expr) => {{
        let states =
            ByState::new([$row.waiting, $row.verifying, $row.sent, $row.delivered, $row.read, $row.failed]);
        Totals {
            states,
            contacts: $row.contacts,
            contact_cost: $row.contact_cost,
            sums: Sums {
                messages: states.all(),
                parts: $row.parts,
                cost: $row.cost,
                confirmed: $row.confirmed,
                told: $row.told,
            },
        }
    }};
}

/// What each of a dealer's days from `from` to `to` came to; of the days that have figures.
pub async fn list_totals(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<BTreeMap<NaiveDate, Totals>> {
    let rows = totals!(r#"day as "day!","#, "group by day", dealer, from, to).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.day, parse!(row))).collect())
}

/// What all of these days came to.
pub async fn get_totals(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Totals> {
    let row = totals!("", "", dealer, from, to).fetch_one(conn).await?;
    Ok(parse!(row))
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
