//! What all dealers' messages come to: sums of figures, never a count over messages.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::corrupt;
use crate::domain::{
    figures::{ByState, Sums, Totals},
    kind::Kind,
};

/// What each day from `from` to `to` came to; of the days that have figures.
pub async fn list_totals(
    conn: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<BTreeMap<NaiveDate, Totals>> {
    let rows = sqlx::query!(
        r#"select day as "day!", sum(waiting)::bigint as "waiting!", sum(verifying)::bigint as "verifying!",
             sum(sent)::bigint as "sent!", sum(delivered)::bigint as "delivered!", sum(read)::bigint as "read!",
             sum(failed)::bigint as "failed!", sum(parts)::bigint as "parts!", sum(cost) as "cost!",
             sum(confirmed) as "confirmed!", sum(told) as "told!", sum(contacts)::bigint as "contacts!",
             sum(contact_cost) as "contact_cost!"
           from day_totals where day between $1 and $2 group by day"#,
        from,
        to
    )
    .fetch_all(conn)
    .await?;
    let totals = rows.into_iter().map(|row| {
        let states =
            ByState::new([row.waiting, row.verifying, row.sent, row.delivered, row.read, row.failed]);
        let sums = Sums {
            messages: states.all(),
            parts: row.parts,
            cost: row.cost,
            confirmed: row.confirmed,
            told: row.told,
        };
        (row.day, Totals { states, contacts: row.contacts, contact_cost: row.contact_cost, sums })
    });
    Ok(totals.collect())
}

/// What each kind came to.
pub async fn list_kinds(
    conn: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<(Kind, Sums)>> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", sum(messages)::bigint as "messages!", sum(parts)::bigint as "parts!",
             sum(cost) as "cost!", sum(confirmed) as "confirmed!", sum(told) as "told!"
           from platform_figures_between($1, $2) group by 1 having sum(messages) <> 0 order by 1"#,
        from,
        to
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let sums = Sums {
                messages: row.messages,
                parts: row.parts,
                cost: row.cost,
                confirmed: row.confirmed,
                told: row.told,
            };
            Ok((row.kind.parse().map_err(corrupt("kind"))?, sums))
        })
        .collect()
}

/// What a dealer's messages come to.
pub struct DealerRow {
    /// His name and his short name; `None`: charged to nobody.
    pub name: Option<String>,
    pub slug: Option<String>,
    pub sums: Sums,
    pub arrived: i64,
    pub failed: i64,
}

/// In which order dealers are listed. The query's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DealerOrder {
    /// The most expensive first.
    #[default]
    Most,
    Least,
    Name,
}

/// A page of the dealers who had messages in these days; what nobody is charged for is a row too.
pub async fn list_dealers(
    conn: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    order: DealerOrder,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Vec<DealerRow>> {
    let order = match order {
        DealerOrder::Most => "most",
        DealerOrder::Least => "least",
        DealerOrder::Name => "name",
    };
    let rows = sqlx::query!(
        r#"select d.name as "name?", d.slug as "slug?", f.messages as "messages!", f.arrived as "arrived!",
             f.failed as "failed!", f.parts as "parts!", f.cost as "cost!", f.confirmed as "confirmed!",
             f.told as "told!"
           from (
             select dealer_id, sum(waiting + verifying + sent + delivered + read + failed)::bigint as messages,
               sum(delivered + read)::bigint as arrived, sum(failed)::bigint as failed, sum(parts)::bigint as parts,
               sum(cost) as cost, sum(confirmed) as confirmed, sum(told) as told
             from day_totals where day between $1 and $2 group by dealer_id
           ) as f left join dealers d on d.id = f.dealer_id
           where f.messages > 0
           order by case $3 when 'most' then -f.cost when 'least' then f.cost end, d.name, d.slug
           offset $4 limit $5"#,
        from,
        to,
        order,
        skip,
        limit
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| DealerRow {
        name: row.name,
        slug: row.slug,
        sums: Sums {
            messages: row.messages,
            parts: row.parts,
            cost: row.cost,
            confirmed: row.confirmed,
            told: row.told,
        },
        arrived: row.arrived,
        failed: row.failed,
    });
    Ok(rows.collect())
}

/// How many rows the list has, and how many dealers are in it.
pub async fn count_dealers(
    conn: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) as "rows!",
             count(*) filter (where dealer_id <> '00000000-0000-0000-0000-000000000000') as "dealers!"
           from (
             select dealer_id from day_totals where day between $1 and $2 group by dealer_id
             having sum(waiting + verifying + sent + delivered + read + failed) > 0
           ) as f"#,
        from,
        to
    )
    .fetch_one(conn)
    .await?;
    Ok((row.rows, row.dealers))
}

/// A month: what we charged for it, and what Twilio's usage records say of it, US$. Where they were asked for, what we
/// charged is as of then and of their month, which is UTC's.
pub struct MonthRow {
    /// Its first day.
    pub month: NaiveDate,
    pub charged: Decimal,
    /// `None`: they were never asked for.
    pub billed: Option<Decimal>,
}

/// The months from that day on, the newest first.
pub async fn list_months(
    conn: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<MonthRow>> {
    sqlx::query_as!(
        MonthRow,
        r#"select c.month as "month!", coalesce(m.ledger, c.charged) as "charged!",
             (select sum(price) from usage_records u where u.month = c.month and currency = 'USD') as billed
           from (
             select date_trunc('month', day::timestamp)::date as month, sum(cost) as charged
             from day_totals where day between $1 and $2 group by 1 having sum(parts) <> 0
           ) as c left join usage_months m on m.month = c.month order by 1 desc"#,
        from,
        to
    )
    .fetch_all(conn)
    .await
}
