//! What OKLA itself has to say at some time: one open errand of a kind about a thing.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::reminder::{Errand, Outcome, Standing};

/// To be written down, or moved if it is open already.
#[derive(Clone, Copy, Debug)]
pub struct NewReminder {
    pub errand: Errand,
    pub subject: Uuid,
    pub due_at: DateTime<Utc>,
    pub useful_until: DateTime<Utc>,
}

/// Writes them down; of an open one the times become these, unless somebody is at it.
pub async fn set_reminders(conn: &mut PgConnection, reminders: &[NewReminder]) -> sqlx::Result<()> {
    let errands: Vec<&str> = reminders.iter().map(|reminder| reminder.errand.as_str()).collect();
    let subjects: Vec<Uuid> = reminders.iter().map(|reminder| reminder.subject).collect();
    let due: Vec<DateTime<Utc>> = reminders.iter().map(|reminder| reminder.due_at).collect();
    let until: Vec<DateTime<Utc>> = reminders.iter().map(|reminder| reminder.useful_until).collect();
    sqlx::query!(
        "insert into reminders (id, errand, subject, due_at, useful_until, look_at)
         select gen_random_uuid(), errand, subject, due_at, useful_until, due_at
         from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::timestamptz[]) as r (errand, subject, due_at, useful_until)
         on conflict (errand, subject) where done_at is null do update
           set due_at = excluded.due_at, useful_until = excluded.useful_until, look_at = excluded.look_at, refused_with = null",
        &errands as &[&str],
        &subjects,
        &due,
        &until
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Writes one down unless it is open already; one that somebody is about to close is waited for.
pub async fn ensure_reminder(conn: &mut PgConnection, reminder: NewReminder) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into reminders (id, errand, subject, due_at, useful_until, look_at)
         values (gen_random_uuid(), $1, $2, $3, $4, $3) on conflict (errand, subject) where done_at is null do update set look_at = reminders.look_at",
        reminder.errand.as_str(),
        reminder.subject,
        reminder.due_at,
        reminder.useful_until
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// There is nothing to say any more: those of a thing that are open are needless.
pub async fn drop_open(
    conn: &mut PgConnection,
    errands: &[Errand],
    subject: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let errands: Vec<&str> = errands.iter().map(|errand| errand.as_str()).collect();
    sqlx::query!(
        "update reminders set done_at = $3, outcome = 'needless' where subject = $1 and errand = any($2) and done_at is null",
        subject,
        &errands as &[&str],
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// One whose time has come.
#[derive(Clone, Copy, Debug)]
pub struct DueReminder {
    pub id: Uuid,
    pub errand: Errand,
    pub subject: Uuid,
    pub due_at: DateTime<Utc>,
    pub useful_until: DateTime<Utc>,
}

/// Takes the longest due, and keeps others off them until `until`.
pub async fn claim_due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<DueReminder>> {
    let rows = sqlx::query!(
        "update reminders r set look_at = $2
         from (select id from reminders where done_at is null and look_at <= $1 order by look_at limit $3
               for update skip locked) as due
         where r.id = due.id
         returning r.id, r.errand, r.subject, r.due_at, r.useful_until",
        now,
        until,
        most
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DueReminder {
                id: row.id,
                errand: row.errand.parse().map_err(corrupt("reminders.errand"))?,
                subject: row.subject,
                due_at: row.due_at,
                useful_until: row.useful_until,
            })
        })
        .collect()
}

/// It is done with; `false`: it was before, or its times were changed meanwhile.
pub async fn mark_done(
    conn: &mut PgConnection,
    reminder: &DueReminder,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update reminders set done_at = $2, outcome = $3 where id = $1 and done_at is null and due_at = $4",
        reminder.id,
        now,
        outcome.as_str(),
        reminder.due_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It waits; `why`: the code it was refused with.
pub async fn look_again(
    conn: &mut PgConnection,
    reminder: &DueReminder,
    at: DateTime<Utc>,
    why: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update reminders set look_at = $2, refused_with = coalesce($3, refused_with)
         where id = $1 and done_at is null and due_at = $4",
        reminder.id,
        at,
        why,
        reminder.due_at
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// When the latest of an errand about a thing was said.
pub async fn get_last_sent(
    conn: &mut PgConnection,
    errand: Errand,
    subject: Uuid,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let at = sqlx::query_scalar!(
        "select max(done_at) from reminders where subject = $1 and errand = $2 and outcome = 'sent'",
        subject,
        errand.as_str()
    )
    .fetch_one(conn)
    .await?;
    Ok(at)
}

/// How the latest of each of these errands about a thing stands, of those that were due since.
pub async fn list_standings(
    conn: &mut PgConnection,
    errands: &[Errand],
    subject: Uuid,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<Standing>> {
    let errands: Vec<&str> = errands.iter().map(|errand| errand.as_str()).collect();
    let rows = sqlx::query!(
        "select distinct on (errand) errand, outcome, refused_with from reminders
         where subject = $1 and errand = any($2) and due_at >= $3 order by errand, due_at desc",
        subject,
        &errands as &[&str],
        since
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Standing {
                errand: row.errand.parse().map_err(corrupt("reminders.errand"))?,
                outcome: row
                    .outcome
                    .map(|word| word.parse())
                    .transpose()
                    .map_err(corrupt::<String>("reminders.outcome"))?,
                refused_with: row.refused_with,
            })
        })
        .collect()
}

/// How many were dropped since, for they could not go while they were of use.
pub async fn count_dropped(conn: &mut PgConnection, since: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from reminders where outcome = 'late' and done_at > $1"#,
        since
    )
    .fetch_one(conn)
    .await
}
