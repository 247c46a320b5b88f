//! What messages come to: changes noted with the messages themselves, added up by a worker, read as one.

mod days;

pub use days::{Wanted, count_states, get_totals, list_days_with, list_totals};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::connection::is_alone;
use crate::domain::{
    figures::{Cause, Key, Sums},
    ids::{DealerId, VehicleId},
};

/// Notes what changed. Nobody waits for anybody.
pub async fn insert_changes(conn: &mut PgConnection, changes: &[(Key, Sums)]) -> sqlx::Result<()> {
    macro_rules! column {
        (|$key:ident, $sums:ident| $value:expr) => {
            &changes.iter().map(|($key, $sums)| $value).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "insert into figure_changes (dealer_id, day, vehicle_id, kind, by_buyer, status, cause, messages, parts, cost,
                                     confirmed, told)
         select * from unnest($1::uuid[], $2::date[], $3::uuid[], $4::text[], $5::boolean[], $6::text[], $7::text[],
                              $8::bigint[], $9::bigint[], $10::numeric[], $11::numeric[], $12::numeric[])",
        column!(|key, _sums| key.dealer.map_or(Uuid::nil(), |id| id.0)),
        column!(|key, _sums| key.day),
        column!(|key, _sums| key.vehicle.map_or(Uuid::nil(), |id| id.0)),
        column!(|key, _sums| key.kind.as_str().to_owned()),
        column!(|key, _sums| key.by_buyer),
        column!(|key, _sums| key.status.to_string()),
        column!(|key, _sums| key.cause.map(|cause| cause.to_string()).unwrap_or_default()),
        column!(|_key, sums| sums.messages),
        column!(|_key, sums| sums.parts),
        column!(|_key, sums| sums.cost),
        column!(|_key, sums| sums.confirmed),
        column!(|_key, sums| sums.told)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Adds up all changes that are noted; how many there were. Whoever comes while another does it finds nothing to do.
pub async fn add_up(conn: &mut PgConnection) -> sqlx::Result<u64> {
    if !is_alone(conn, "okla_figures").await? {
        return Ok(0);
    }
    let noted = sqlx::query_scalar!(
        r#"with noted as (
             delete from figure_changes returning *
           ), by_state as (
             insert into daily_figures as d
               (dealer_id, day, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told)
             select dealer_id, day, kind, by_buyer, status, cause, sum(messages), sum(parts), sum(cost), sum(confirmed),
               sum(told)
             from noted group by 1, 2, 3, 4, 5, 6
             on conflict (dealer_id, day, kind, by_buyer, status, cause) do update set
               messages = d.messages + excluded.messages, parts = d.parts + excluded.parts,
               cost = d.cost + excluded.cost, confirmed = d.confirmed + excluded.confirmed,
               told = d.told + excluded.told
           ), by_vehicle as (
             insert into daily_vehicle_figures as d (dealer_id, day, vehicle_id, kind, messages, arrived, failed, cost)
             select dealer_id, day, vehicle_id, kind, sum(messages),
               coalesce(sum(messages) filter (where status in ('delivered', 'read')), 0),
               coalesce(sum(messages) filter (where status in ('failed', 'undelivered', 'canceled')), 0), sum(cost)
             from noted group by 1, 2, 3, 4
             on conflict (dealer_id, day, vehicle_id, kind) do update set
               messages = d.messages + excluded.messages, arrived = d.arrived + excluded.arrived,
               failed = d.failed + excluded.failed, cost = d.cost + excluded.cost
           ), by_day as (
             insert into daily_totals as d (dealer_id, day, waiting, verifying, sent, delivered, read, failed, parts, cost,
               confirmed, told, contacts, contact_cost)
             select dealer_id, day, sum(waiting), sum(verifying), sum(sent), sum(delivered), sum(read), sum(failed),
               sum(parts), sum(cost), sum(confirmed), sum(told), coalesce(sum(messages) filter (where by_buyer), 0),
               coalesce(sum(cost) filter (where by_buyer), 0)
             from noted cross join lateral okla_by_group(status, messages) group by 1, 2
             on conflict (dealer_id, day) do update set
               waiting = d.waiting + excluded.waiting, verifying = d.verifying + excluded.verifying,
               sent = d.sent + excluded.sent, delivered = d.delivered + excluded.delivered,
               read = d.read + excluded.read, failed = d.failed + excluded.failed,
               parts = d.parts + excluded.parts, cost = d.cost + excluded.cost,
               confirmed = d.confirmed + excluded.confirmed, told = d.told + excluded.told,
               contacts = d.contacts + excluded.contacts, contact_cost = d.contact_cost + excluded.contact_cost
           ), by_month as (
             insert into monthly_figures as d
               (dealer_id, month, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told)
             select dealer_id, date_trunc('month', day::timestamp)::date, kind, by_buyer, status, cause, sum(messages),
               sum(parts), sum(cost), sum(confirmed), sum(told)
             from noted group by 1, 2, 3, 4, 5, 6
             on conflict (dealer_id, month, kind, by_buyer, status, cause) do update set
               messages = d.messages + excluded.messages, parts = d.parts + excluded.parts,
               cost = d.cost + excluded.cost, confirmed = d.confirmed + excluded.confirmed,
               told = d.told + excluded.told
           ), by_vehicle_and_month as (
             insert into monthly_vehicle_figures as d
               (dealer_id, month, vehicle_id, kind, messages, arrived, failed, cost)
             select dealer_id, date_trunc('month', day::timestamp)::date, vehicle_id, kind, sum(messages),
               coalesce(sum(messages) filter (where status in ('delivered', 'read')), 0),
               coalesce(sum(messages) filter (where status in ('failed', 'undelivered', 'canceled')), 0), sum(cost)
             from noted group by 1, 2, 3, 4
             on conflict (dealer_id, month, vehicle_id, kind) do update set
               messages = d.messages + excluded.messages, arrived = d.arrived + excluded.arrived,
               failed = d.failed + excluded.failed, cost = d.cost + excluded.cost
           )
           select count(*) as "noted!" from noted"#
    )
    .fetch_one(conn)
    .await?;
    Ok(u64::try_from(noted).unwrap_or_default())
}

/// A dealer's day whose figures are not what its messages come to.
#[derive(Debug, PartialEq, Eq)]
pub struct Drift {
    /// His short name; `None`: charged to nobody.
    pub dealer: Option<String>,
    /// Or a month's first.
    pub day: NaiveDate,
}

/// Compares all figures with the whole history, in one snapshot.
pub async fn list_drifts(conn: &mut PgConnection) -> sqlx::Result<Vec<Drift>> {
    sqlx::query_as!(
        Drift,
        r#"with history as materialized (select * from figures_of_history)
           select d.slug as "dealer?", day as "day!" from (
           select dealer_id, day from (
             select dealer_id, day, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told from state_figures
             union all
             select dealer_id, day, kind, by_buyer, status, cause, -messages, -parts, -cost, -confirmed, -told from history
           ) as by_state
           group by dealer_id, day, kind, by_buyer, status, cause
           having (sum(messages), sum(parts), sum(cost), sum(confirmed), sum(told)) is distinct from (0, 0, 0, 0, 0)
           union
           select dealer_id, day from (
             select dealer_id, day, vehicle_id, kind, messages, arrived, failed, cost from vehicle_figures
             union all
             select dealer_id, day, vehicle_id, kind, -messages,
               case when status in ('delivered', 'read') then -messages else 0 end,
               case when status in ('failed', 'undelivered', 'canceled') then -messages else 0 end, -cost
             from history
           ) as by_vehicle
           group by dealer_id, day, vehicle_id, kind
           having (sum(messages), sum(arrived), sum(failed), sum(cost)) is distinct from (0, 0, 0, 0)
           union
           select dealer_id, day from (select * from daily_totals union all select * from totals_of_figures) as by_day
           group by dealer_id, day having count(*) <> 2 or count(distinct by_day) <> 1
           union
           select dealer_id, month from (
             select dealer_id, month, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told
             from monthly_figures
             union all
             select dealer_id, date_trunc('month', day::timestamp)::date, kind, by_buyer, status, cause, -messages, -parts,
               -cost, -confirmed, -told
             from daily_figures
           ) as by_month
           group by dealer_id, month, kind, by_buyer, status, cause
           having (sum(messages), sum(parts), sum(cost), sum(confirmed), sum(told)) is distinct from (0, 0, 0, 0, 0)
           union
           select dealer_id, month from (
             select dealer_id, month, vehicle_id, kind, messages, arrived, failed, cost from monthly_vehicle_figures
             union all
             select dealer_id, date_trunc('month', day::timestamp)::date, vehicle_id, kind, -messages, -arrived, -failed, -cost
             from daily_vehicle_figures
           ) as by_vehicle_and_month
           group by dealer_id, month, vehicle_id, kind
           having (sum(messages), sum(arrived), sum(failed), sum(cost)) is distinct from (0, 0, 0, 0)
           ) as differing left join dealers d on d.id = dealer_id
           order by day, d.slug"#
    )
    .fetch_all(conn)
    .await
}

/// Why a dealer's messages from `from` to `to`, both included, failed; the most frequent first.
pub async fn list_causes(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<(Cause, i64)>> {
    let rows = sqlx::query!(
        r#"select cause as "cause!", sum(messages)::bigint as "messages!"
           from state_figures_between($1, $2, $3)
           where status in ('failed', 'undelivered', 'canceled')
           group by cause having sum(messages) <> 0 order by 2 desc, 1"#,
        dealer.0,
        from,
        to
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (Cause::from_word(&row.cause), row.messages)).collect())
}

/// What a vehicle's messages come to.
pub struct VehicleRow {
    /// `None`: about no vehicle.
    pub vehicle: Option<VehicleId>,
    /// Make, model and year.
    pub title: Option<String>,
    pub messages: i64,
    pub arrived: i64,
    pub failed: i64,
    /// US$.
    pub cost: Decimal,
}

/// A dealer's vehicles with the most messages from `from` to `to`, both included.
pub async fn list_vehicles(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<VehicleRow>> {
    sqlx::query_as!(
        VehicleRow,
        r#"select v.id as "vehicle?: VehicleId", v.make || ' ' || v.model || ' ' || v.year as title,
             f.messages as "messages!", f.arrived as "arrived!", f.failed as "failed!", f.cost as "cost!"
           from (
             select vehicle_id, sum(messages)::bigint as messages, sum(arrived)::bigint as arrived,
               sum(failed)::bigint as failed, sum(cost) as cost
             from vehicle_figures_between($1, $2, $3)
             group by vehicle_id having sum(messages) <> 0
             order by 2 desc, vehicle_id limit $4
           ) as f left join vehicles v on v.id = f.vehicle_id
           order by f.messages desc, f.vehicle_id"#,
        dealer.0,
        from,
        to,
        limit
    )
    .fetch_all(conn)
    .await
}

/// A period's figures.
pub struct PeriodRow {
    /// A month's first day, or a kind's word.
    pub period: String,
    pub sums: Sums,
}

macro_rules! sums_by {
    ($what:literal, $ending:literal, $conn:expr, $($argument:expr),+ $(,)?) => {{
        let rows = sqlx::query!(
            "select " + $what + r#" as "period!", sum(messages)::bigint as "messages!", sum(parts)::bigint as "parts!",
               sum(cost) as "cost!", sum(confirmed) as "confirmed!", sum(told) as "told!"
             from state_figures_between($1, $2, $3)
             group by 1 having sum(messages) <> 0 order by 1 "# + $ending,
            $($argument),+
        )
        .fetch_all($conn)
        .await?;
        let periods = rows.into_iter().map(|row| PeriodRow {
            period: row.period,
            sums: Sums {
                messages: row.messages,
                parts: row.parts,
                cost: row.cost,
                confirmed: row.confirmed,
                told: row.told,
            },
        });
        Ok(periods.collect())
    }};
}

/// A dealer's figures month by month (`2026-11`), the newest first.
pub async fn list_months(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<PeriodRow>> {
    sums_by!("to_char(day, 'YYYY-MM')", "desc", conn, dealer.0, from, to)
}

/// A dealer's figures by kind.
pub async fn list_kinds(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<PeriodRow>> {
    sums_by!("kind", "", conn, dealer.0, from, to)
}
