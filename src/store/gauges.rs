//! What is counted and timed over all servers for whoever watches.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

#[derive(Clone, Debug, Default)]
pub struct QueueRow {
    /// Parts in the outbox, by what they do there: due, waiting for their time, in a worker's hands, left by one that died.
    pub due: i64,
    pub later: i64,
    pub leased: i64,
    pub abandoned: i64,
    /// When the part that should leave first is due.
    pub first_due: Option<DateTime<Utc>>,
    /// Of the leases in force: when the next ends.
    pub next_lease_end: Option<DateTime<Utc>>,
}

/// The outbox holds only what has not left.
pub async fn get_queue(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<QueueRow> {
    sqlx::query_as!(
        QueueRow,
        r#"select count(*) filter (where leased_until is null and available_at <= $1) as "due!",
             count(*) filter (where leased_until is null and available_at > $1) as "later!",
             count(*) filter (where leased_until > $1) as "leased!",
             count(*) filter (where leased_until <= $1) as "abandoned!",
             min(available_at) as first_due, min(leased_until) filter (where leased_until > $1) as next_lease_end
           from outbox"#,
        now
    )
    .fetch_one(conn)
    .await
}

/// Callbacks, and since when they were counted.
#[derive(Clone, Copy, Debug)]
pub struct CallbacksRow {
    pub count: i64,
    pub since: DateTime<Utc>,
}

/// Twilio's callbacks since `since`, looked for among the newest `most` events: where these are younger, only since then.
pub async fn get_callbacks(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<CallbacksRow> {
    sqlx::query_as!(
        CallbacksRow,
        r#"select count(*) filter (where source = 'callback' and received_at > $1) as "count!",
             case when count(*) = $2 then greatest(min(received_at), $1) else $1 end as "since!"
           from (select source, received_at from message_events order by id desc limit $2) as newest"#,
        since,
        most
    )
    .fetch_one(conn)
    .await
}

/// How long a stage took, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct StageRow {
    pub median: f64,
    pub p95: f64,
    /// Over so many.
    pub count: i64,
}

/// The stages of the newest messages since `since`, at most `most`: until the first attempt began, until Twilio answered
/// it, until its first callback came, until it was delivered. A stage that nothing has passed is missing.
pub async fn get_stages(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<[Option<StageRow>; 4]> {
    let rows = sqlx::query!(
        r#"with newest as (
             select id, created_at, sent_at, delivered_at from messages where created_at > $1
             order by created_at desc, id desc limit $2
           ), timed as (
             select n.created_at, p.first_attempted_at, n.sent_at, n.delivered_at,
               (select min(received_at) from message_events where part_id = p.id and source = 'create') as taken_at,
               (select min(received_at) from message_events where part_id = p.id and source = 'callback') as called_at
             from newest n join message_parts p on p.message_id = n.id and p.number = 1
           ), stages as (
             select place, extract(epoch from took)::float8 as took from timed cross join lateral (values
               (0, first_attempted_at - created_at), (1, taken_at - first_attempted_at), (2, called_at - taken_at),
               (3, delivered_at - taken_at)) as stage (place, took)
             where took >= interval '0'
           )
           select place as "place!", count(*) as "count!", percentile_cont(0.5) within group (order by took) as "median!",
             percentile_cont(0.95) within group (order by took) as "p95!"
           from stages group by place"#,
        since,
        most
    )
    .fetch_all(conn)
    .await?;
    let mut stages = [None; 4];
    for row in rows {
        let place = usize::try_from(row.place).ok().and_then(|place| stages.get_mut(place));
        if let Some(stage) = place {
            *stage = Some(StageRow { median: row.median, p95: row.p95, count: row.count });
        }
    }
    Ok(stages)
}

/// PostgreSQL's own version.
pub async fn get_database_version(conn: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query_scalar!(r#"select current_setting('server_version') as "version!""#).fetch_one(conn).await
}
