//! `make bench`: each promised figure against a yardstick that is measured in the same run, on the same machine and the
//! same PostgreSQL, in turns. `scripts/bench.sh` brings the database and the programs.

mod callbacks;
mod decision;
mod export;
mod live;
mod load;
mod memory;
mod pace;
mod panel;
mod pgbench;
mod process;
mod replay;
mod report;
mod sends;
mod watch;

use std::path::PathBuf;

use clap::Parser;
use sqlx::postgres::PgPoolOptions;

use self::{process::Okla, report::Report};

/// Whatever went wrong ends the run with its own words.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The benchmarks' environment; `scripts/bench.sh` sets what has no default.
#[derive(Clone, Parser)]
pub struct Settings {
    /// A database of its own, which may be emptied; others are made beside it.
    #[arg(env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// The server under test.
    #[arg(env = "OKLA_BIN")]
    pub okla: PathBuf,
    #[arg(env = "OKLA_BENCH_PGBENCH")]
    pub pgbench: PathBuf,
    /// Where logs and the CSV go.
    #[arg(env = "OKLA_BENCH_DIR")]
    pub dir: PathBuf,
    /// In the history that is loaded first.
    #[arg(long, env = "OKLA_BENCH_MESSAGES", default_value_t = 1_000_000)]
    pub messages: u32,
    /// In the tables that a limit's decision reads.
    #[arg(long, env = "OKLA_BENCH_ROWS", default_value_t = 10_000_000)]
    pub rows: u32,
    /// Of a round; each figure is the median of its rounds.
    #[arg(long, env = "OKLA_BENCH_SECONDS", default_value_t = 10)]
    pub seconds: u64,
    #[arg(long, env = "OKLA_BENCH_ROUNDS", default_value_t = 3)]
    pub rounds: usize,
    /// How long the server's memory is watched under load.
    #[arg(long, env = "OKLA_BENCH_MEMORY_SECONDS", default_value_t = 600)]
    pub memory_seconds: u64,
    /// Only these: panel, live, sends, callbacks, pace, memory, decision, replay, export.
    #[arg(long, env = "OKLA_BENCH_ONLY", value_delimiter = ',')]
    pub only: Vec<String>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Settings {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let settings = Settings::parse();
    let pool = PgPoolOptions::new().max_connections(4).connect(&settings.database_url).await?;
    let okla = Okla::prepare(&settings)?;
    // What is sent to whoever has not written goes by template.
    let simulator = okla.simulate("{}").await?;
    okla.run(&["templates", "sync"])?;
    drop(simulator);
    // What autovacuum would otherwise do in the middle of a round.
    sqlx::raw_sql("vacuum analyze").execute(&pool).await?;
    let mut report = Report::new(&settings.dir)?;
    // Before others have changed today's counts.
    if settings.wants("panel") {
        panel::measure(&okla, &mut report).await?;
    }
    if settings.wants("live") {
        live::measure(&okla, &pool, &mut report).await?;
    }
    if settings.wants("sends") {
        sends::measure(&settings, &okla, &pool, &mut report).await?;
    }
    if settings.wants("callbacks") {
        callbacks::measure(&settings, &okla, &pool, &mut report).await?;
    }
    if settings.wants("pace") {
        pace::measure(&okla, &pool, &mut report).await?;
    }
    if settings.wants("memory") {
        memory::measure(&settings, &okla, &pool, &mut report).await?;
    }
    if settings.wants("decision") {
        decision::measure(&settings, &okla, &mut report).await?;
    }
    if settings.wants("replay") {
        replay::measure(&settings, &okla, &mut report).await?;
    }
    if settings.wants("export") {
        pool.close().await;
        export::measure(&settings, &okla, &mut report).await?;
    }
    report.finish()
}
