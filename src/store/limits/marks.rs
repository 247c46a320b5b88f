//! When a limit was nearly or wholly used.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::limits::{Limit, Mark};

/// Notes these; what is noted of the period stays as it is.
pub async fn insert_marks(conn: &mut PgConnection, marks: &[Mark], now: DateTime<Utc>) -> sqlx::Result<()> {
    macro_rules! column {
        (|$mark:ident| $value:expr) => {
            &marks.iter().map(|$mark| $value).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "insert into limit_marks (name, subject, period, percent, at, used, most)
         select name, subject, period, percent, $7, used, most
         from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::bigint[], $6::bigint[])
           as fresh (name, subject, period, percent, used, most)
         on conflict do nothing",
        column!(|mark| mark.limit.name().to_owned()),
        column!(|mark| mark.subject.key()),
        column!(|mark| mark.limit.period(now)),
        column!(|mark| mark.percent),
        column!(|mark| mark.used),
        column!(|mark| mark.most),
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A mark as a page shows it.
#[derive(Clone)]
pub struct MarkRow {
    /// The limit's.
    pub name: String,
    pub subject: Uuid,
    pub period: DateTime<Utc>,
    pub percent: i16,
    pub at: DateTime<Utc>,
    pub used: i64,
    pub most: i64,
    /// The dealer's or the user's name; `None`: all of OKLA.
    pub whose: Option<String>,
}

/// The marks of these subjects since `from` that nobody has read, the newest first.
pub async fn list_unread(
    conn: &mut PgConnection,
    subjects: &[Uuid],
    from: DateTime<Utc>,
) -> sqlx::Result<Vec<MarkRow>> {
    sqlx::query_as!(
        MarkRow,
        r#"select name, subject, period, percent, at, used, most, null as whose from limit_marks
           where subject = any($1) and at >= $2 and read_at is null order by at desc"#,
        subjects,
        from
    )
    .fetch_all(conn)
    .await
}

/// All marks since `from`, the newest first, at most `limit`.
pub async fn list_since(
    conn: &mut PgConnection,
    from: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<MarkRow>> {
    sqlx::query_as!(
        MarkRow,
        r#"select m.name, m.subject, m.period, m.percent, m.at, m.used, m.most, coalesce(d.name, u.name) as whose
           from limit_marks m left join dealers d on d.id = m.subject left join users u on u.id = m.subject
           where m.at >= $1 order by m.at desc limit $2"#,
        from,
        limit
    )
    .fetch_all(conn)
    .await
}

/// Notes that somebody whom it concerns has read it.
pub async fn mark_read(
    conn: &mut PgConnection,
    limit: Limit,
    subjects: &[Uuid],
    percent: i16,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update limit_marks set read_at = $5
         where name = $1 and subject = any($2) and percent <= $3 and period = $4 and read_at is null",
        limit.name(),
        subjects,
        percent,
        limit.period(now),
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Forgets what is older.
pub async fn delete_before(conn: &mut PgConnection, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from limit_marks where at < $1", at).execute(conn).await.map(|_| ())
}
