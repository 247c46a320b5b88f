//! The most that anybody had used of each limit on a day.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use crate::domain::limits::Limit;

/// The days since `from` whose peaks are kept, and until when each was counted.
pub async fn list_counted(
    conn: &mut PgConnection,
    from: NaiveDate,
) -> sqlx::Result<Vec<(NaiveDate, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"select day, min(counted_until) as "until!" from limit_peaks where day >= $1 group by day"#,
        from
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.until)).collect())
}

/// Keeps a day's, in the limits' units, as counted until then.
pub async fn upsert_peaks(
    conn: &mut PgConnection,
    day: NaiveDate,
    peaks: &[(Limit, i64)],
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let names: Vec<String> = peaks.iter().map(|(limit, _)| limit.name().to_owned()).collect();
    let used: Vec<i64> = peaks.iter().map(|(_, used)| *used).collect();
    sqlx::query!(
        "insert into limit_peaks (name, day, used, counted_until)
         select name, $3, used, $4 from unnest($1::text[], $2::bigint[]) as fresh (name, used)
         on conflict (name, day) do update set used = excluded.used, counted_until = excluded.counted_until",
        &names,
        &used,
        day,
        until
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// The greatest since `from`, by the limit's name.
pub async fn list_greatest(conn: &mut PgConnection, from: NaiveDate) -> sqlx::Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select name, max(used) as "used!" from limit_peaks where day >= $1 group by name"#,
        from
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.used)).collect())
}

/// Forgets the days before.
pub async fn delete_before(conn: &mut PgConnection, day: NaiveDate) -> sqlx::Result<()> {
    sqlx::query!("delete from limit_peaks where day < $1", day).execute(conn).await.map(|_| ())
}
