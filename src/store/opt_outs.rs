//! Who wants nothing of ours any more: keyed hashes of addresses, which outlive the persons' data.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Notes that somebody wanted nothing more at `at`; when he had wanted so before, if he had.
pub async fn upsert_opt_out(
    conn: &mut PgConnection,
    address_hash: &[u8],
    at: DateTime<Utc>,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        r#"with before as (select since from opt_outs where address_hash = $1), noted as (
             insert into opt_outs (address_hash, since) values ($1, $2)
             on conflict (address_hash) do update set since = greatest(opt_outs.since, excluded.since)
           )
           select (select since from before) as since"#,
        address_hash,
        at
    )
    .fetch_one(conn)
    .await
}

/// Takes it back for whoever asked for that at `at`; `false`: there was none, or he has wanted so again since.
pub async fn delete_opt_out(
    conn: &mut PgConnection,
    address_hash: &[u8],
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from opt_outs where address_hash = $1 and since <= $2", address_hash, at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whoever had left by one address has left by another, since the same moment; `false`: he had not.
pub async fn move_opt_out(conn: &mut PgConnection, from: &[u8], to: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with gone as (delete from opt_outs where address_hash = $1 returning since)
         insert into opt_outs (address_hash, since) select $2, since from gone
         on conflict (address_hash) do update set since = greatest(opt_outs.since, excluded.since)",
        from,
        to
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Which of these want nothing.
pub async fn list_opted_out(conn: &mut PgConnection, hashes: &[Vec<u8>]) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!("select address_hash from opt_outs where address_hash = any($1)", hashes)
        .fetch_all(conn)
        .await
}
