//! Limits: their values, and the places messages take. All of it runs inside the message's own transaction.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, MessageId};

/// Writes the values that the environment gives for a new database; what the admin set stays.
pub async fn insert_first_values(
    conn: &mut PgConnection,
    daily: i32,
    hourly: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into limits (name, value, updated_at)
         select name, value, $3 from (values ('platform_day', $1::int), ('dealer_hour', $2), ('user_hour', $2)) as first (name, value)
         on conflict do nothing",
        daily,
        hourly,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Sets a limit for all (`dealer` none) or for one dealer; `value` none: no limit.
pub async fn upsert_limit(
    conn: &mut PgConnection,
    name: &str,
    dealer: Option<DealerId>,
    value: Option<i32>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into limits (name, dealer_id, value, updated_at) values ($1, $2, $3, $4)
         on conflict (name, dealer_id) do update set value = excluded.value, updated_at = excluded.updated_at",
        name,
        dealer.map(|id| id.0),
        value,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A limit as somebody set it.
pub struct SetLimit {
    pub name: String,
    /// Set for one dealer: it wins over the rule for all.
    pub for_dealer: bool,
    pub value: Option<i32>,
}

/// All that was set for everyone, and for this dealer.
pub async fn list_limits(conn: &mut PgConnection, dealer: Option<DealerId>) -> sqlx::Result<Vec<SetLimit>> {
    sqlx::query_as!(
        SetLimit,
        r#"select name, (dealer_id is not null) as "for_dealer!", value from limits
           where dealer_id is null or dealer_id = $1"#,
        dealer.map(|id| id.0)
    )
    .fetch_all(conn)
    .await
}

/// Takes places from a calendar day's counter; `false`: there are not enough left, and none was taken.
pub async fn take_day_places(
    conn: &mut PgConnection,
    name: &str,
    subject: &str,
    day: NaiveDate,
    places: i32,
    limit: i32,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into limit_days (name, subject, day, used) select $1, $2, $3, $4::int where $4::int <= $5::int
         on conflict (name, subject, day) do update set used = limit_days.used + $4::int
         where limit_days.used + $4::int <= $5::int",
        name,
        subject,
        day,
        places,
        limit
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Holds the subject's row until the transaction ends, so that counting and taking are one.
pub async fn lock_subject(conn: &mut PgConnection, name: &str, subject: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into limit_subjects (name, subject) values ($1, $2)
         on conflict (name, subject) do update set name = excluded.name",
        name,
        subject
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// When the place was taken that must expire before `places` more fit into the window; `None`: they fit now.
/// Reads at most `limit` rows, however much was ever sent.
pub async fn get_blocking_place(
    conn: &mut PgConnection,
    name: &str,
    subject: &str,
    window: (DateTime<Utc>, Duration),
    places: i32,
    limit: i32,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let (now, length) = window;
    sqlx::query_scalar!(
        r#"select max(taken_at) from (
             select taken_at, sum(places) over (order by taken_at desc, message_id) as newer from (
               select taken_at, places, message_id from limit_places
               where name = $1 and subject = $2 and day is null and taken_at > $3
               order by taken_at desc limit greatest($5::int, 1)
             ) as recent
           ) as counted where newer + $4::int > $5::int"#,
        name,
        subject,
        now - length,
        places,
        limit
    )
    .fetch_one(conn)
    .await
}

/// Remembers whose places a message holds; `day` for calendar limits.
pub async fn insert_places(
    conn: &mut PgConnection,
    message: MessageId,
    taken: (&str, &str, i32),
    day: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (name, subject, places) = taken;
    sqlx::query!(
        "insert into limit_places (name, subject, message_id, places, taken_at, day) values ($1, $2, $3, $4, $5, $6)",
        name,
        subject,
        message.0,
        places,
        now,
        day
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Gives all of a message's places back; a second call finds none.
pub async fn delete_places(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<()> {
    let id: Uuid = message.0;
    sqlx::query!(
        "with held as (
           -- In the order in which places are taken, so that giving back and taking never wait for each other in a ring.
           select days.name from limit_days as days join limit_places as places using (name, subject, day)
           where places.message_id = $1 order by days.name for update of days
         ), given_back as (
           delete from limit_places where message_id = $1 and (select count(*) from held) >= 0
           returning name, subject, places, day
         )
         update limit_days set used = used - given_back.places from given_back
         where limit_days.name = given_back.name and limit_days.subject = given_back.subject and limit_days.day = given_back.day",
        id
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Forgets places taken before `before`, which no window counts any more, and the subjects they leave behind.
pub async fn delete_places_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from limit_places where taken_at < $1", before).execute(&mut *conn).await?;
    sqlx::query!(
        "delete from limit_subjects as held where not exists (
           select from limit_places as places where places.name = held.name and places.subject = held.subject and places.day is null
         )"
    )
    .execute(conn)
    .await
    .map(|_| ())
}
