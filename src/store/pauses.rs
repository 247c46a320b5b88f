//! Pauses of sending.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::corrupt;
use crate::domain::{
    ids::{DealerId, PauseId, UserId},
    kind::Kind,
    pause::Pause,
};

/// The pauses in force: a handful.
pub async fn list_in_force(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<Pause>> {
    let rows = sqlx::query!(
        r#"select id as "id!: PauseId", dealer_id as "dealer: DealerId", kind, until from okla_pauses($1)"#,
        now
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| parse(row.id, row.dealer, row.kind, row.until)).collect()
}

fn parse(
    id: PauseId,
    dealer: Option<DealerId>,
    kind: Option<String>,
    until: Option<DateTime<Utc>>,
) -> sqlx::Result<Pause> {
    let kind = kind.map(|word| word.parse()).transpose().map_err(corrupt("kind"))?;
    Ok(Pause { id, dealer, kind, until })
}

/// A pause as a page shows it.
pub struct PauseRow {
    pub id: PauseId,
    pub dealer: Option<String>,
    pub kind: Option<String>,
    pub reason: String,
    pub since: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub begun_by: Option<String>,
}

/// The pauses in force, with names, the newest first.
pub async fn list_shown(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<PauseRow>> {
    sqlx::query_as!(
        PauseRow,
        r#"select p.id as "id!: PauseId", d.name as "dealer?", p.kind, p.reason as "reason!", p.since as "since!", p.until, u.name as "begun_by?"
           from okla_pauses($1) p left join dealers d on d.id = p.dealer_id left join users u on u.id = p.begun_by
           order by p.since desc"#,
        now
    )
    .fetch_all(conn)
    .await
}

pub async fn insert_pause(
    conn: &mut PgConnection,
    pause: &Pause,
    reason: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pauses (id, dealer_id, kind, reason, since, begun_by, until) values ($1, $2, $3, $4, $5, $6, $7)",
        pause.id.0,
        pause.dealer.map(|dealer| dealer.0),
        pause.kind.map(Kind::as_str),
        reason,
        now,
        by.0,
        pause.until
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Ends a pause that is in force; what it was, or `None` if it is over.
pub async fn end_pause(
    conn: &mut PgConnection,
    id: PauseId,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Pause>> {
    let row = sqlx::query!(
        r#"update pauses set ended_at = $3, ended_by = $2
           where id = (select id from okla_pauses($3) where id = $1)
           returning dealer_id as "dealer: DealerId", kind, until"#,
        id.0,
        by.0,
        now
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| parse(id, row.dealer, row.kind, row.until)).transpose()
}

/// How a pause ended.
pub struct EndedPause {
    pub pause: Pause,
    /// Somebody ended it; else it ended by itself, or it has not ended.
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_by: Option<String>,
}

/// A pause, over or not.
pub async fn get_pause(conn: &mut PgConnection, id: PauseId) -> sqlx::Result<Option<EndedPause>> {
    let row = sqlx::query!(
        r#"select p.dealer_id as "dealer: DealerId", p.kind, p.until, p.ended_at, u.name as "ended_by?"
           from pauses p left join users u on u.id = p.ended_by where p.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let pause = parse(id, row.dealer, row.kind, row.until)?;
        Ok(EndedPause { pause, ended_at: row.ended_at, ended_by: row.ended_by })
    })
    .transpose()
}

/// Lets a pause that somebody ended begin again; whether there was one.
pub async fn reopen_pause(
    conn: &mut PgConnection,
    id: PauseId,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update pauses set ended_at = null, ended_by = null, since = $3, begun_by = $2 where id = $1 and ended_at is not null",
        id.0,
        by.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
