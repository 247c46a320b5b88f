//! The database's shape: `migrations/`, compiled in.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, migrate::Migrator};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// Applies what is missing; returns the names it applied.
///
/// # Errors
/// A migration that fails, or one that was changed after it had been applied.
pub async fn apply(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::migrate::MigrateError> {
    let pending = pending(conn).await.map_err(sqlx::migrate::MigrateError::Execute)?;
    MIGRATOR.run(&mut *conn).await?;
    Ok(pending)
}

/// The newest that this database has: its name, and when it was applied.
pub async fn get_last(conn: &mut PgConnection) -> sqlx::Result<Option<(String, DateTime<Utc>)>> {
    sqlx::query_as(
        "select lpad(version::text, 4, '0') || ' ' || description, installed_on from _sqlx_migrations
         where success order by version desc limit 1",
    )
    .fetch_optional(conn)
    .await
}

/// The names of migrations that this database lacks.
pub async fn pending(conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    let known = sqlx::query_scalar::<_, bool>("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut *conn)
        .await?;
    let applied: Vec<i64> = if known {
        sqlx::query_scalar("select version from _sqlx_migrations where success").fetch_all(conn).await?
    } else {
        Vec::new()
    };
    Ok(MIGRATOR
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .map(|migration| format!("{:04} {}", migration.version, migration.description))
        .collect())
}
