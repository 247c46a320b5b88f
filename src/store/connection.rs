//! How we connect to PostgreSQL.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction, postgres::PgConnectOptions};

/// The settings of a connection to this address. Our queries are short and many: PostgreSQL compiles those whose plan it
/// guesses to be costly, which takes a hundred times longer than running them (measured: limits counted in 155 ms instead
/// of 0.4 ms).
pub fn options(url: &str) -> sqlx::Result<PgConnectOptions> {
    Ok(url.parse::<PgConnectOptions>()?.options([("jit", "off")]))
}

/// The same for a server: nothing it does takes long, and a host that dies in the middle of a transaction must not hold
/// everybody's counters until TCP notices.
pub fn serving_options(url: &str) -> sqlx::Result<PgConnectOptions> {
    Ok(options(url)?.options([
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
    ]))
}

/// For whoever searches: the only queries whose length a person decides. Each is planned for what it asks: a rare word
/// and a frequent one want different plans.
pub fn searching_options(url: &str) -> sqlx::Result<PgConnectOptions> {
    Ok(serving_options(url)?.options([("statement_timeout", "5s"), ("plan_cache_mode", "force_custom_plan")]))
}

/// Begins a transaction.
pub async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_as(pool, "begin").await
}

/// Begins a transaction whose statements are planned once a connection and not once a group: they find rows by their keys
/// whatever the arrays hold. Left to itself PostgreSQL judges by the first five groups, which are small, and may then plan
/// every one (0.7 ms to plan, 0.2 ms to run).
pub async fn begin_planned(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_as(pool, "begin; set local plan_cache_mode = force_generic_plan").await
}

const SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// Begins a transaction that only reads, all of it of one instant.
pub async fn begin_snapshot(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin_as(pool, SNAPSHOT).await
}

/// A connection for COPY, closed when it is dropped. sqlx 0.9.0 forgets what the server still answers to a COPY that failed
/// or was given up halfway: in a pool the next to use the connection would take that for an answer to himself.
pub struct Apart(PgConnection);

impl Apart {
    /// With the settings of that pool.
    pub async fn connect(pool: &PgPool) -> sqlx::Result<Self> {
        PgConnection::connect_with(&pool.connect_options()).await.map(Self)
    }

    pub async fn transaction(&mut self) -> sqlx::Result<Transaction<'_, Postgres>> {
        self.0.begin().await
    }

    pub async fn snapshot(&mut self) -> sqlx::Result<Transaction<'_, Postgres>> {
        self.0.begin_with(SNAPSHOT).await
    }
}

/// By a task of its own, which goes on when nobody waits any more, as when a browser went away. sqlx 0.9.0 forgets a
/// transaction whose beginning is cut off (its issue 4393): the connection would go back to the pool within it, and what
/// others then do there would be refused or undone.
async fn begin_as(pool: &PgPool, statement: &'static str) -> sqlx::Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    tokio::spawn(async move { pool.begin_with(statement).await })
        .await
        .map_err(|error| sqlx::Error::Io(error.into()))?
}

/// Whether nobody else does the work of this name now; until this transaction ends nobody else will.
pub async fn is_alone(conn: &mut PgConnection, work: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as "alone!""#, work)
        .fetch_one(conn)
        .await
}

/// What time it is there.
pub async fn get_time(conn: &mut PgConnection) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(conn).await
}

/// Whether PostgreSQL stopped a query because it took too long (SQLSTATE 57014).
pub fn took_too_long(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("57014"))
}
