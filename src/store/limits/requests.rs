//! What dealers ask for of their limits, and what was decided.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::domain::{
    ids::{DealerId, RequestId, UserId},
    limits::Limit,
};

/// A dealer's request.
pub struct NewRequest<'a> {
    pub id: RequestId,
    pub dealer: DealerId,
    pub limit: Limit,
    /// In the limit's unit.
    pub value: Decimal,
    pub reason: &'a str,
    pub asked_by: UserId,
}

/// Writes it; `false`: one for the same limit waits already.
pub async fn insert_request(
    conn: &mut PgConnection,
    new: &NewRequest<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query!(
        "insert into limit_requests (id, dealer_id, name, value, reason, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (dealer_id, name) where decided_at is null do nothing",
        new.id.0,
        new.dealer.0,
        new.limit.name(),
        new.value,
        new.reason,
        new.asked_by.0,
        now
    )
    .execute(conn)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// A request as a page shows it, with names.
#[derive(Clone)]
pub struct RequestRow {
    pub id: RequestId,
    pub dealer: DealerId,
    pub slug: String,
    pub dealer_name: String,
    /// The limit's.
    pub name: String,
    pub value: Decimal,
    pub reason: String,
    pub asked_by: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub granted: Option<bool>,
    pub answer: String,
    /// Of a granted one what it came to: `None` is no limit.
    pub granted_value: Option<Decimal>,
    pub granted_until: Option<DateTime<Utc>>,
    /// The version that the limit had with it; `None`: it was not kept yet.
    pub granted_version: Option<i64>,
    /// The version that the limit has now.
    pub version: Option<i64>,
}

/// One shape for all that read requests; each adds which.
macro_rules! requests {
    ($which:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            RequestRow,
            r#"select r.id as "id: RequestId", r.dealer_id as "dealer: DealerId", d.slug, d.name as dealer_name, r.name, r.value,
                 r.reason, u.name as "asked_by?", r.asked_at, r.decided_at, r.granted, r.answer,
                 r.granted_value, r.granted_until, r.granted_version, l.version as "version?"
               from limit_requests r join dealers d on d.id = r.dealer_id left join users u on u.id = r.asked_by
                 left join okla_limits($1) l on l.name = r.name and l.dealer_id = r.dealer_id "#
                + $which,
            $($argument),*
        )
    };
}

/// Those that nobody has decided, the oldest first.
pub async fn list_open(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<RequestRow>> {
    requests!("where r.decided_at is null order by r.asked_at", now).fetch_all(conn).await
}

/// How many nobody has decided.
pub async fn count_open(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from limit_requests where decided_at is null"#)
        .fetch_one(conn)
        .await
}

/// A dealer's, the newest first.
pub async fn list_of_dealer(
    conn: &mut PgConnection,
    dealer: DealerId,
    limit: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<RequestRow>> {
    requests!("where r.dealer_id = $2 order by r.asked_at desc limit $3", now, dealer.0, limit)
        .fetch_all(conn)
        .await
}

/// What a request was granted.
pub struct Granted {
    /// `None`: no limit.
    pub value: Option<Decimal>,
    pub until: Option<DateTime<Utc>>,
    /// The limit's, with it.
    pub version: i64,
}

/// What an admin says to a request.
pub struct Verdict<'a> {
    /// `None`: no.
    pub granted: Option<Granted>,
    pub answer: &'a str,
    pub by: UserId,
}

/// Decides a request that waits; whose it is and of which limit, or `None` if somebody has decided.
pub async fn decide(
    conn: &mut PgConnection,
    id: RequestId,
    verdict: &Verdict<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(DealerId, String)>> {
    let granted = verdict.granted.as_ref();
    let row = sqlx::query!(
        r#"update limit_requests set decided_at = $2, decided_by = $3, granted = $4, answer = $5,
             granted_value = $6, granted_until = $7, granted_version = $8
           where id = $1 and decided_at is null returning dealer_id as "dealer: DealerId", name"#,
        id.0,
        now,
        verdict.by.0,
        granted.is_some(),
        verdict.answer,
        granted.and_then(|granted| granted.value),
        granted.and_then(|granted| granted.until),
        granted.map(|granted| granted.version)
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.dealer, row.name)))
}
