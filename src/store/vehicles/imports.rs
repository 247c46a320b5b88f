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
    /// Once it is imported.
    pub done: Option<Upserted>,
}

pub async fn insert_file(
    conn: &mut PgConnection,
    id: ImportId,
    dealer: DealerId,
    name: &str,
    content: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into vehicle_imports (id, dealer_id, file_name, file, created_at) values ($1, $2, $3, $4, $5)",
        id.0,
        dealer.0,
        name,
        content,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A dealer's file; locked, so that it is imported once.
pub async fn lock_file(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: ImportId,
) -> sqlx::Result<Option<UploadedFile>> {
    let row = sqlx::query!(
        "select file_name, file, imported_at, inserted, updated, unchanged from vehicle_imports
        where id = $1 and dealer_id = $2 for update",
        id.0,
        dealer.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let count = |value: i32| usize::try_from(value).unwrap_or_default();
        let done = row.imported_at.map(|_| Upserted {
            inserted: count(row.inserted),
            updated: count(row.updated),
            unchanged: count(row.unchanged),
        });
        UploadedFile { name: row.file_name, content: row.file, done }
    }))
}

pub async fn mark_imported(
    conn: &mut PgConnection,
    id: ImportId,
    done: Upserted,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let count = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    sqlx::query!(
        "update vehicle_imports set imported_at = $2, inserted = $3, updated = $4, unchanged = $5 where id = $1",
        id.0,
        now,
        count(done.inserted),
        count(done.updated),
        count(done.unchanged)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn delete_files_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from vehicle_imports where created_at < $1", before).execute(conn).await.map(|_| ())
}
