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
}

/// The marks of these subjects since `from` that nobody has read, the newest first.
pub async fn list_unread(
    conn: &mut PgConnection,
    subjects: &[Uuid],
    from: DateTime<Utc>,
) -> sqlx::Result<Vec<MarkRow>> {
    sqlx::query_as!(
        MarkRow,
        r#"select name, subject, period, percent, at, used, most from limit_marks
           where subject = any($1) and at >= $2 and read_at is null order by at desc"#,
        subjects,
        from
    )
    .fetch_all(conn)
    .await
}

/// Marks of one limit as an admin reads them: one subject's, or of users all that reached the same.
pub struct ShownMark {
    /// The limit's.
    pub name: String,
    pub percent: i16,
    /// The newest of them.
    pub at: DateTime<Utc>,
    pub used: i64,
    pub most: i64,
    /// The dealer's or the user's name; `None`: all of OKLA.
    pub whose: Option<String>,
    /// How many there are of them.
    pub subjects: i64,
}

/// Of the periods under way the greatest mark of each subject, those of users together: what is wholly used first, and of
/// that the newest; at most `limit`.
pub async fn list_shown(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<ShownMark>> {
    let names: Vec<String> = Limit::ALL.iter().map(|limit| limit.name().to_owned()).collect();
    let periods: Vec<DateTime<Utc>> = Limit::ALL.iter().map(|limit| limit.period(now)).collect();
    sqlx::query_as!(
        ShownMark,
        r#"with greatest as (
             select distinct on (m.name, m.subject) m.name, m.subject, m.percent, m.at, m.used, m.most
             from unnest($1::text[], $2::timestamptz[]) as of_now (name, period)
               join limit_marks m on m.name = of_now.name and m.period = of_now.period
             order by m.name, m.subject, m.percent desc
           ), grouped as (
             select distinct on (name, percent, case when name = $4 then null else subject end) *,
               count(*) over (partition by name, percent, case when name = $4 then null else subject end) as subjects
             from greatest order by name, percent, case when name = $4 then null else subject end, at desc
           )
           select g.name as "name!", g.percent as "percent!", g.at as "at!", g.used as "used!", g.most as "most!",
             coalesce(d.name, u.name) as whose, g.subjects as "subjects!"
           from grouped g left join dealers d on d.id = g.subject left join users u on u.id = g.subject
           order by g.percent desc, g.at desc limit $3"#,
        &names,
        &periods,
        limit,
        Limit::UserHour.name()
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
