//! How dealers answer, read from the conversations themselves, along an index of when each was begun.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::domain::{
    answers::Answers,
    ids::{DealerId, VehicleId},
};

/// Of a dealer's conversations that buyers began from `from` until before `to`.
pub async fn get_answers(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> sqlx::Result<Answers> {
    let row = sqlx::query!(
        r#"select count(*) as "asked!", count(first_answered_at) as "answered!",
             percentile_cont(0.5) within group (order by extract(epoch from first_answered_at - first_asked_at)::float8) as seconds
           from threads where dealer_id = $1 and buyer_id is not null and first_asked_at >= $2 and first_asked_at < $3"#,
        dealer.0,
        from,
        to
    )
    .fetch_one(conn)
    .await?;
    Ok(Answers { asked: row.asked, answered: row.answered, median: row.seconds.map(whole) })
}

/// The same by vehicle; `None`: about none.
pub async fn list_by_vehicle(
    conn: &mut PgConnection,
    dealer: DealerId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> sqlx::Result<HashMap<Option<VehicleId>, Answers>> {
    let rows = sqlx::query!(
        r#"select vehicle_id as "vehicle: VehicleId", count(*) as "asked!", count(first_answered_at) as "answered!",
             percentile_cont(0.5) within group (order by extract(epoch from first_answered_at - first_asked_at)::float8) as seconds
           from threads where dealer_id = $1 and buyer_id is not null and first_asked_at >= $2 and first_asked_at < $3
           group by vehicle_id"#,
        dealer.0,
        from,
        to
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let median = row.seconds.map(whole);
            (row.vehicle, Answers { asked: row.asked, answered: row.answered, median })
        })
        .collect())
}

fn whole(seconds: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "seconds between two moments of our age")]
    TimeDelta::seconds(seconds.round() as i64)
}
