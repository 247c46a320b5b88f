//! What a dollar costs in pesos.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::{
    dop_rate::DopRate,
    ids::{DopRateId, UserId},
};

/// One as a page shows it.
pub struct ShownDopRate {
    pub id: DopRateId,
    pub rate: DopRate,
    pub set_at: DateTime<Utc>,
    pub set_by: Option<String>,
}

/// The one that holds: the latest day's.
pub async fn get_latest(conn: &mut PgConnection) -> sqlx::Result<Option<DopRate>> {
    sqlx::query_as!(
        DopRate,
        "select pesos, day, source from dop_rates order by day desc, set_at desc limit 1"
    )
    .fetch_optional(conn)
    .await
}

/// The latest, the one that holds first.
pub async fn list_latest(conn: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<ShownDopRate>> {
    let rows = sqlx::query!(
        r#"select r.id as "id: DopRateId", r.pesos, r.day, r.source, r.set_at, u.name as "set_by?"
           from dop_rates r left join users u on u.id = r.set_by order by r.day desc, r.set_at desc limit $1"#,
        limit
    )
    .fetch_all(conn)
    .await?;
    let shown = rows.into_iter().map(|row| ShownDopRate {
        id: row.id,
        rate: DopRate { pesos: row.pesos, day: row.day, source: row.source },
        set_at: row.set_at,
        set_by: row.set_by,
    });
    Ok(shown.collect())
}

/// Keeps others from adding one until the transaction ends; nobody who reads waits.
pub async fn lock_all(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("lock table dop_rates in share row exclusive mode").execute(conn).await.map(|_| ())
}

pub async fn insert_rate(
    conn: &mut PgConnection,
    rate: &DopRate,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into dop_rates (id, day, pesos, source, set_at, set_by) values ($1, $2, $3, $4, $5, $6)",
        DopRateId::fresh().0,
        rate.day,
        rate.pesos,
        rate.source,
        now,
        by.0
    )
    .execute(conn)
    .await
    .map(|_| ())
}
