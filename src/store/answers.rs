//! How dealers answer: counts kept by day, and how long the latest conversations waited. Nothing here reads more for a dealer
//! with more of them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    answers::Answers,
    ids::{DealerId, VehicleId},
};

/// Of a dealer's conversations that buyers began on these days; how long they waited is not read.
pub async fn get_counts(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Answers> {
    let row = sqlx::query!(
        r#"select coalesce(sum(asked), 0)::bigint as "asked!", coalesce(sum(answered), 0)::bigint as "answered!"
           from daily_answers where dealer_id = $1 and day between $2 and $3"#,
        dealer.0,
        from,
        to
    )
    .fetch_one(conn)
    .await?;
    Ok(Answers { asked: row.asked, answered: row.answered, median: None })
}

/// The middle of how long the answered ones waited, of the `latest` that buyers began from `from` until before `to`.
pub async fn get_median(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    latest: i64,
) -> sqlx::Result<Option<TimeDelta>> {
    let seconds = sqlx::query_scalar!(
        r#"select percentile_cont(0.5) within group (order by extract(epoch from first_answered_at - first_asked_at)::float8)
           from (select first_asked_at, first_answered_at from threads
                 where dealer_id = $1 and buyer_id is not null and first_asked_at >= $2 and first_asked_at < $3
                 order by first_asked_at desc limit $4) as t"#,
        dealer.0,
        from,
        to,
        latest
    )
    .fetch_one(conn)
    .await?;
    Ok(seconds.map(whole))
}

/// Both of each of these vehicles, `None`: about none; of these days, which are also given as from when until before when.
pub async fn list_by_vehicle(
    conn: &mut PgConnection,
    dealer: DealerId,
    vehicles: &[Option<VehicleId>],
    (days, (from, to)): ((NaiveDate, NaiveDate), (DateTime<Utc>, DateTime<Utc>)),
    latest: i64,
) -> sqlx::Result<HashMap<Option<VehicleId>, Answers>> {
    let none = |id: &Option<VehicleId>| id.map_or(Uuid::nil(), |id| id.0);
    let asked: Vec<Uuid> = vehicles.iter().map(none).collect();
    let rows = sqlx::query!(
        r#"select nullif(v.id, '00000000-0000-0000-0000-000000000000') as "vehicle: VehicleId",
             coalesce(c.asked, 0) as "asked!", coalesce(c.answered, 0) as "answered!", m.seconds
           from unnest($2::uuid[]) as v (id) cross join lateral (
             select sum(asked)::bigint as asked, sum(answered)::bigint as answered from daily_vehicle_answers
             where dealer_id = $1 and vehicle_id = v.id and day between $3 and $4
           ) as c cross join lateral (
             select percentile_cont(0.5) within group (order by extract(epoch from first_answered_at - first_asked_at)::float8) as seconds
             from (select first_asked_at, first_answered_at from threads
                   where dealer_id = $1 and coalesce(vehicle_id, '00000000-0000-0000-0000-000000000000') = v.id
                     and buyer_id is not null and first_asked_at >= $5 and first_asked_at < $6
                   order by first_asked_at desc limit $7) as t
           ) as m"#,
        dealer.0,
        &asked,
        days.0,
        days.1,
        from,
        to,
        latest
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.vehicle, answers(row.asked, row.answered, row.seconds))).collect())
}

/// How each of these dealers answers now: of his `latest` conversations that buyers began since.
pub async fn list_habits(
    conn: &mut PgConnection,
    dealers: &[DealerId],
    since: DateTime<Utc>,
    latest: i64,
) -> sqlx::Result<HashMap<DealerId, Answers>> {
    let dealers: Vec<Uuid> = dealers.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select d.id as "dealer!: DealerId", h.asked as "asked!", h.answered as "answered!", h.seconds
           from unnest($1::uuid[]) as d (id) cross join lateral (
             select count(*) as asked, count(first_answered_at) as answered,
               percentile_cont(0.5) within group (order by extract(epoch from first_answered_at - first_asked_at)::float8) as seconds
             from (select first_asked_at, first_answered_at from threads
                   where dealer_id = d.id and buyer_id is not null and first_asked_at > $2
                   order by first_asked_at desc limit $3) as t
           ) as h"#,
        &dealers,
        since,
        latest
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.dealer, answers(row.asked, row.answered, row.seconds))).collect())
}

fn answers(asked: i64, answered: i64, seconds: Option<f64>) -> Answers {
    Answers { asked, answered, median: seconds.map(whole) }
}

fn whole(seconds: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "seconds between two moments of our age")]
    TimeDelta::seconds(seconds.round() as i64)
}
