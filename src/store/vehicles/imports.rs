//! Files of vehicles between the look at them and the import.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::{
    ids::{DealerId, ImportId},
    vehicle::stock::Upserted,
};

pub struct UploadedFile {
    pub name: String,
    pub content: Vec<u8>,
    pub is_done: bool,
    /// What loading it would do, or did.
    pub counts: Upserted,
}

pub async fn insert_file(
    conn: &mut PgConnection,
    id: ImportId,
    dealer: DealerId,
    name: &str,
    content: &[u8],
    would: Upserted,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into vehicle_imports (id, dealer_id, file_name, file, inserted, updated, unchanged, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        dealer.0,
        name,
        content,
        stored(would.inserted),
        stored(would.updated),
        stored(would.unchanged),
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Leaves room for one more: of a dealer's files only the newest are kept.
pub async fn forget_old(conn: &mut PgConnection, dealer: DealerId, most: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from vehicle_imports where id in (
           select id from vehicle_imports where dealer_id = $1 order by created_at desc offset $2)",
        dealer.0,
        most - 1
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A dealer's file.
pub async fn get_file(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: ImportId,
) -> sqlx::Result<Option<UploadedFile>> {
    let row = sqlx::query!(
        "select file_name, file, imported_at, inserted, updated, unchanged from vehicle_imports
        where id = $1 and dealer_id = $2",
        id.0,
        dealer.0
    )
    .fetch_optional(conn)
    .await?;
    let count = |value: i32| usize::try_from(value).unwrap_or_default();
    Ok(row.map(|row| UploadedFile {
        name: row.file_name,
        content: row.file,
        is_done: row.imported_at.is_some(),
        counts: Upserted {
            inserted: count(row.inserted),
            updated: count(row.updated),
            unchanged: count(row.unchanged),
        },
    }))
}

fn stored(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub async fn mark_imported(
    conn: &mut PgConnection,
    id: ImportId,
    done: Upserted,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update vehicle_imports set imported_at = $2, inserted = $3, updated = $4, unchanged = $5 where id = $1",
        id.0,
        now,
        stored(done.inserted),
        stored(done.updated),
        stored(done.unchanged)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn delete_files_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from vehicle_imports where created_at < $1", before).execute(conn).await.map(|_| ())
}
