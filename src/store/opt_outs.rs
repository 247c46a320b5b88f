//! Who wants nothing of ours any more: keyed hashes of addresses, which outlive the persons' data.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Notes it, unless it is noted already; since when it is.
pub async fn insert_opt_out(
    conn: &mut PgConnection,
    address_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar!(
        "insert into opt_outs (address_hash, since) values ($1, $2)
         on conflict (address_hash) do update set since = opt_outs.since returning since",
        address_hash,
        now
    )
    .fetch_one(conn)
    .await
}

/// `false`: there was none.
pub async fn delete_opt_out(conn: &mut PgConnection, address_hash: &[u8]) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("delete from opt_outs where address_hash = $1", address_hash).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Which of these want nothing.
pub async fn list_opted_out(conn: &mut PgConnection, hashes: &[Vec<u8>]) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!("select address_hash from opt_outs where address_hash = any($1)", hashes)
        .fetch_all(conn)
        .await
}
