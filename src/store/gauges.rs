//! What is counted over all servers at a scrape of `/metrics`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub struct QueueRow {
    pub waiting: i64,
    /// When the part that should leave first is due.
    pub first_due: Option<DateTime<Utc>>,
    pub verifying: i64,
}

/// The outbox holds only what has not left, and unknown outcomes have an index of their own.
pub async fn get_queue(conn: &mut PgConnection) -> sqlx::Result<QueueRow> {
    sqlx::query_as!(
        QueueRow,
        r#"select count(*) as "waiting!", min(available_at) as first_due,
             (select count(*) from message_parts where status = 'verifying') as "verifying!"
           from outbox"#
    )
    .fetch_one(conn)
    .await
}
