//! The invented history: the same for the same seed, as the real application would have written it, and over yesterday.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use okla::{
    app::{
        clock::Clock,
        error::AppError,
        seed_load::{Load, seed_load},
        state::Tools,
    },
    domain::time::midnight,
};
use sqlx::PgPool;

const LOAD: Load = Load { dealers: 20, messages: 3_000, days: 30, seed: 7 };

struct Still(DateTime<Utc>);

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-23T04:30:00Z").unwrap().to_utc()
}

async fn seed(pool: &PgPool, load: Load) -> Result<u64, AppError> {
    let tools = Tools { pool: pool.clone(), clock: Arc::new(Still(now())) };
    let mut loaded = 0;
    seed_load(&tools, load, "una frase que se recuerda", |more| loaded += more).await?;
    Ok(loaded)
}

/// All rows of all tables it fills, but for the password's salt and the numbers that PostgreSQL gives.
async fn rows(pool: &PgPool) -> Vec<String> {
    let mut digests = Vec::new();
    for (table, less) in [
        ("dealers", "''"),
        ("users", "'password_hash'"),
        ("vehicles", "''"),
        ("messages", "''"),
        ("message_parts", "''"),
        ("message_events", "'id'"),
        ("ledger_entries", "'id'"),
    ] {
        let digest = format!(
            "select count(*) || ' ' || md5(string_agg(row, '' order by row)) from (select (to_jsonb(t) - {less})::text as row from {table} t) as all_rows"
        );
        digests.push(format!("{table} {}", text(pool, &digest).await));
    }
    digests
}

async fn text(pool: &PgPool, query: &str) -> String {
    sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned())).fetch_one(pool).await.unwrap()
}

async fn count(pool: &PgPool, query: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {query}")))
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test]
async fn the_same_seed_gives_the_same_rows_and_another_gives_others(pool: PgPool) {
    let mut seen = Vec::new();
    // Rates and whoever set them go with the users.
    sqlx::query("create table rates_kept as select * from rates").execute(&pool).await.unwrap();
    sqlx::query("create table okla_kept as select * from users").execute(&pool).await.unwrap();
    for seed_word in [7, 7, 8] {
        assert_eq!(seed(&pool, Load { seed: seed_word, ..LOAD }).await.unwrap(), 3_000);
        seen.push(rows(&pool).await);
        sqlx::query("truncate dealers, users, messages cascade").execute(&pool).await.unwrap();
        sqlx::query("insert into rates select * from rates_kept").execute(&pool).await.unwrap();
        sqlx::query("insert into users select * from okla_kept").execute(&pool).await.unwrap();
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0][3], seen[2][3]);
}

#[sqlx::test]
async fn a_second_history_is_refused_and_changes_nothing(pool: PgPool) {
    seed(&pool, LOAD).await.unwrap();
    let before = rows(&pool).await;
    let refused = seed(&pool, LOAD).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    assert_eq!(rows(&pool).await, before);
}

#[sqlx::test]
async fn the_history_is_what_the_application_would_have_written(pool: PgPool) {
    seed(&pool, LOAD).await.unwrap();
    for (wrong, what) in [
        (
            "messages m where cost <> (select coalesce(sum(amount), 0) from ledger_entries where message_id = m.id)",
            "the ledger's sum is the message's cost",
        ),
        (
            "messages m where places <> (select count(*) from message_parts where message_id = m.id and not not_sent)",
            "each part that left holds a place",
        ),
        (
            "messages m where parts <> (select count(*) from message_parts where message_id = m.id)",
            "all parts are there",
        ),
        ("messages where not_sent and (cost <> 0 or places <> 0)", "what never left is free"),
        ("messages where (status = 'read') <> (read_at is not null)", "who read has a time for it"),
        (
            "messages m join users u on u.id = m.sender_id where m.sender_role <> u.role or u.dealer_id <> m.dealer_id",
            "a dealer's user writes on his dealer's account",
        ),
        (
            "message_parts p where sid is null and exists (select from message_events where part_id = p.id and source = 'callback')",
            "only what Twilio has is called back",
        ),
    ] {
        assert_eq!(count(&pool, wrong).await, 0, "{what}");
    }
    for status in ["read", "delivered", "sent", "undelivered", "failed"] {
        assert!(count(&pool, &format!("messages where status = '{status}'")).await > 20, "{status}");
    }
    assert!(count(&pool, "messages where parts > 1").await > 20);
    assert!(count(&pool, "message_events").await > 3 * 3_000);
    let largest = "messages where dealer_id = (select id from dealers where slug = 'auto-feria')";
    assert!((260..340).contains(&count(&pool, largest).await), "a tenth is the largest dealer's");
}

#[sqlx::test]
async fn nothing_is_of_today(pool: PgPool) {
    seed(&pool, LOAD).await.unwrap();
    let today = midnight(now());
    let last = "select max(at) from (select greatest(created_at, sent_at, delivered_at, read_at, checked_at) as at from messages
        union all select received_at from message_events union all select created_at from ledger_entries) as all_times";
    let last: DateTime<Utc> = sqlx::query_scalar(last).fetch_one(&pool).await.unwrap();
    assert!(last < today && (today - last).num_hours() < 4, "{last}");
    assert_eq!(count(&pool, "outbox").await + count(&pool, "limit_counters").await, 0);
}
