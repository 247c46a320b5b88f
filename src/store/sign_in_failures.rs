//! Who was tried in vain: counted by the hour, the account and the network.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::UserId;

/// Counts one more. `nobodys` stands for the account where nobody has that e-mail.
pub async fn count_failure(
    conn: &mut PgConnection,
    (email, nobodys): (&str, &str),
    address: &str,
    kind: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sign_in_failures as f (hour, account, address, kind, user_id, times, last_at)
         select date_trunc('hour', $5::timestamptz), coalesce(u.id::text, $2), $3, $4, u.id, 1, $5
         from (select) as one left join users u on u.email = $1
         on conflict (hour, account, address, kind)
         do update set times = f.times + 1, last_at = greatest(f.last_at, excluded.last_at)",
        email,
        nobodys,
        address,
        kind,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// One account's, from one network, in one hour.
pub struct FailureRow {
    pub user_id: Option<UserId>,
    /// The user's name and e-mail, if it is one's.
    pub name: Option<String>,
    pub email: Option<String>,
    pub account: String,
    pub address: String,
    pub kind: String,
    pub times: i32,
    pub last_at: DateTime<Utc>,
}

/// The newest, before `before`.
pub async fn list_failures(
    conn: &mut PgConnection,
    before: Option<DateTime<Utc>>,
    limit: i64,
) -> sqlx::Result<Vec<FailureRow>> {
    sqlx::query_as!(
        FailureRow,
        r#"select f.user_id as "user_id: UserId", u.name as "name?", u.email as "email?", f.account, f.address, f.kind,
             f.times, f.last_at
           from sign_in_failures f left join users u on u.id = f.user_id
           where f.last_at < coalesce($1, 'infinity'::timestamptz) order by f.last_at desc limit $2"#,
        before,
        limit
    )
    .fetch_all(conn)
    .await
}

/// The newest of one user.
pub async fn list_failures_of(
    conn: &mut PgConnection,
    user: UserId,
    limit: i64,
) -> sqlx::Result<Vec<FailureRow>> {
    sqlx::query_as!(
        FailureRow,
        r#"select f.user_id as "user_id: UserId", u.name as "name?", u.email as "email?", f.account, f.address, f.kind,
             f.times, f.last_at
           from sign_in_failures f join users u on u.id = f.user_id
           where f.user_id = $1 order by f.last_at desc limit $2"#,
        user.0,
        limit
    )
    .fetch_all(conn)
    .await
}

/// Forgets the hours before `before`.
pub async fn delete_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    sqlx::query!("delete from sign_in_failures where hour < $1", before)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
}
