use sqlx::PgPool;

/// Sends one NOTIFY outside any transaction of ours.
pub async fn notify(pool: &PgPool, channel: &str, payload: &str) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify($1, $2)", channel, payload).execute(pool).await.map(|_| ())
}
