//! The yardsticks: pgbench on the same server, over plain tables of its own.

use std::{
    fs,
    process::{Command, Stdio},
};

use sqlx::{AssertSqlSafe, PgPool};

use crate::{Result, Settings};

/// Clients, as many as the load generator has connections.
pub const CLIENTS: usize = 64;

/// A yardstick.
pub struct Yardstick {
    pub name: &'static str,
    pub tables: &'static str,
    pub script: &'static str,
}

/// One naive transaction a send.
pub const SEND: Yardstick = Yardstick {
    name: "send",
    tables: "
        create table bench_days (day date primary key, used bigint not null);
        create table bench_dealers (id integer primary key, used bigint not null);
        create table bench_messages (id bigint primary key, dealer_id integer not null, to_phone text not null,
            body text not null, status text not null, created_at timestamptz not null);
        create index on bench_messages (dealer_id, created_at desc);
        create table bench_outbox (message_id bigint primary key, available_at timestamptz not null);
        insert into bench_days select current_date + day, 0 from generate_series(-1, 2) as day;
        insert into bench_dealers select id, 0 from generate_series(1, 500) as id;",
    script: "
        \\set dealer random(1, 500)
        \\set id random(1, 4000000000000000000)
        begin;
        update bench_days set used = used + 1 where day = current_date;
        update bench_dealers set used = used + 1 where id = :dealer;
        insert into bench_messages values (:id, :dealer, '+18095551234', 'Hola, ¿sigue disponible el Toyota Corolla 2019?', 'queued', now());
        insert into bench_outbox values (:id, now());
        end;",
};

/// Insert the event, update the state if it is further.
pub const CALLBACK: Yardstick = Yardstick {
    name: "callback",
    tables: "
        create table bench_states (id integer primary key, rank integer not null, updated_at timestamptz not null);
        create table bench_events (id bigint generated always as identity primary key, message_id integer not null,
            status text not null, fields jsonb not null, dedupe_key text not null unique, received_at timestamptz not null);
        create index on bench_events (message_id, id);
        insert into bench_states select id, 0, now() from generate_series(1, 100000) as id;",
    script: "
        \\set id random(1, 100000)
        begin;
        insert into bench_events (message_id, status, fields, dedupe_key, received_at)
            values (:id, 'delivered', '{\"MessageStatus\": \"delivered\", \"ChannelPrefix\": \"whatsapp\"}', gen_random_uuid()::text, now());
        update bench_states set rank = rank + 1, updated_at = now() where id = :id and rank < 1000000;
        end;",
};

impl Yardstick {
    /// Makes its tables, once for a database.
    pub async fn prepare(&self, pool: &PgPool, settings: &Settings) -> Result<()> {
        let known: bool = sqlx::query_scalar("select to_regclass($1) is not null")
            .bind(if self.name == SEND.name { "bench_days" } else { "bench_states" })
            .fetch_one(pool)
            .await?;
        if !known {
            sqlx::raw_sql(AssertSqlSafe(self.tables)).execute(pool).await?;
        }
        Ok(fs::write(settings.dir.join(format!("{}.sql", self.name)), self.script)?)
    }

    /// Transactions a second.
    pub async fn run(&self, settings: &Settings) -> Result<f64> {
        let mut command = Command::new(&settings.pgbench);
        command
            .args(["-n", "-M", "prepared", "-j", "2", "-c", &CLIENTS.to_string()])
            .args(["-T", &settings.seconds.to_string(), "-f"])
            .arg(settings.dir.join(format!("{}.sql", self.name)))
            .arg(&settings.database_url)
            .stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
        let rate = rate.ok_or_else(|| format!("pgbench: {}", String::from_utf8_lossy(&output.stderr)))?;
        Ok(rate.parse()?)
    }
}
