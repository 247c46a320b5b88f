//! How much of each limit is taken.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::limits::Limit;

/// A counter as it stands, its row locked until the transaction ends.
pub struct Counter {
    pub name: String,
    pub subject: Uuid,
    pub used: i64,
    /// What was taken at or before this instant no longer counts.
    pub since: DateTime<Utc>,
}

/// One shape for all that read counters; each adds its ending.
macro_rules! counters {
    ($ending:literal, $names:expr, $subjects:expr) => {
        sqlx::query_as!(
            Counter,
            r#"select c.name as "name!", c.subject as "subject!", c.used as "used!", c.since as "since!"
               from limit_counters c join unnest($1::text[], $2::uuid[]) as wanted (name, subject)
                 on c.name = wanted.name and c.subject = wanted.subject "#
                + $ending,
            $names,
            $subjects
        )
    };
}

/// Locks the counters that exist, in one order for all, so that senders never wait for each other in a ring.
pub async fn lock_counters(
    conn: &mut PgConnection,
    names: &[String],
    subjects: &[Uuid],
) -> sqlx::Result<Vec<Counter>> {
    counters!("order by c.name, c.subject for update of c", names, subjects).fetch_all(conn).await
}

/// The same counters without a lock: for showing what is left.
pub async fn list_counters(
    conn: &mut PgConnection,
    names: &[String],
    subjects: &[Uuid],
) -> sqlx::Result<Vec<Counter>> {
    counters!("", names, subjects).fetch_all(conn).await
}

/// Makes the counters that do not exist, with nothing counted since the epoch.
pub async fn insert_counters(
    conn: &mut PgConnection,
    names: &[String],
    subjects: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into limit_counters (name, subject, used, since)
         select name, subject, 0, 'epoch' from unnest($1::text[], $2::uuid[]) as fresh (name, subject)
         order by name, subject on conflict do nothing",
        names,
        subjects
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Writes what was taken and what has expired.
pub async fn update_counters(conn: &mut PgConnection, counters: &[Counter]) -> sqlx::Result<()> {
    let names: Vec<String> = counters.iter().map(|counter| counter.name.clone()).collect();
    let subjects: Vec<Uuid> = counters.iter().map(|counter| counter.subject).collect();
    let used: Vec<i64> = counters.iter().map(|counter| counter.used).collect();
    let since: Vec<DateTime<Utc>> = counters.iter().map(|counter| counter.since).collect();
    sqlx::query!(
        "update limit_counters as c set used = held.used, since = held.since
         from unnest($1::text[], $2::uuid[], $3::bigint[], $4::timestamptz[]) as held (name, subject, used, since)
         where c.name = held.name and c.subject = held.subject",
        &names,
        &subjects,
        &used,
        &since
    )
    .execute(conn)
    .await
    .and_then(|done| {
        let all = u64::try_from(counters.len()).is_ok_and(|all| done.rows_affected() == all);
        if all { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
    })
}

/// Forgets a limit's counters; they are counted anew when they are needed.
pub async fn delete_counters(conn: &mut PgConnection, limit: Limit) -> sqlx::Result<()> {
    sqlx::query!("delete from limit_counters where name = $1", limit.name()).execute(conn).await.map(|_| ())
}

/// Forgets a limit's counters of these subjects.
pub async fn delete_counters_of(
    conn: &mut PgConnection,
    limit: Limit,
    subjects: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!("delete from limit_counters where name = $1 and subject = any($2)", limit.name(), subjects)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Forgets rolling counters that nobody has moved since: all they counted has expired.
pub async fn delete_rolling_counters_before(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
) -> sqlx::Result<()> {
    let rolling: Vec<String> = Limit::ALL
        .into_iter()
        .filter(|limit| limit.window().is_rolling())
        .map(|limit| limit.name().to_owned())
        .collect();
    sqlx::query!("delete from limit_counters where name = any($1) and since < $2", &rolling, before)
        .execute(conn)
        .await
        .map(|_| ())
}
