//! What holds a server back: who uses the processors, and what PostgreSQL's sessions wait for, looked at meanwhile.

use std::{collections::BTreeMap, fs, time::Duration};

use sqlx::PgPool;
use tokio::time::interval;

use crate::{Result, load::number};

/// Does the work and tells what held it back.
pub async fn watched<T>(
    pool: &PgPool,
    okla: u32,
    work: impl Future<Output = Result<T>>,
) -> Result<(T, String)> {
    let session: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(pool).await?;
    let postmaster = parent_of(u32::try_from(session)?)?;
    let before = Times::now(okla, postmaster)?;
    let mut waits: BTreeMap<String, usize> = BTreeMap::new();
    let mut ticks = interval(Duration::from_millis(200));
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done?,
            _ = ticks.tick() => {
                for (event, sessions) in waiting(pool).await? {
                    *waits.entry(event).or_default() += usize::try_from(sessions)?;
                }
            }
        }
    };
    let shares = Times::now(okla, postmaster)?.since(&before);
    let all: usize = waits.values().sum();
    let mut waits: Vec<(String, usize)> = waits.into_iter().collect();
    waits.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown: Vec<String> = waits
        .iter()
        .take(3)
        .map(|(event, count)| format!("{event} {:.0}%", 100.0 * number(*count) / number(all)))
        .collect();
    Ok((done, format!("{shares}; PG: {}", shown.join(", "))))
}

async fn waiting(pool: &PgPool) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query_as(
        "select coalesce(wait_event_type || ':' || wait_event, 'CPU'), count(*) from pg_stat_activity
         where state = 'active' and pid <> pg_backend_pid() group by 1",
    );
    Ok(rows.fetch_all(pool).await?)
}

/// Processor time since the machine, or the program, started; in clock ticks.
struct Times {
    all: f64,
    idle: f64,
    okla: f64,
    postgres: f64,
    generator: f64,
}

impl Times {
    fn now(okla: u32, postmaster: u32) -> Result<Self> {
        let stat = fs::read_to_string("/proc/stat")?;
        let machine: Vec<f64> = stat
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .filter_map(|n| n.parse().ok())
            .collect();
        let mut postgres = 0.0;
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            // A process may end while it is looked at.
            if parent_of(pid).is_ok_and(|parent| parent == postmaster) {
                postgres += of_process(pid).unwrap_or_default();
            }
        }
        Ok(Self {
            all: machine.iter().take(8).sum(),
            idle: machine.get(3..5).unwrap_or_default().iter().sum(),
            okla: of_process(okla)?,
            postgres,
            generator: of_process(std::process::id())?,
        })
    }

    fn since(&self, before: &Self) -> String {
        let all = self.all - before.all;
        let percent = |now: f64, then: f64| format!("{:.0}%", 100.0 * (now - then) / all);
        format!(
            "CPU: okla {}, postgres {}, generator {}, idle {}",
            percent(self.okla, before.okla),
            percent(self.postgres, before.postgres),
            percent(self.generator, before.generator),
            percent(self.idle, before.idle)
        )
    }
}

fn of_process(pid: u32) -> Result<f64> {
    let fields = fields(pid)?;
    let ticks = fields.get(11..13).unwrap_or_default().iter().filter_map(|ticks| ticks.parse::<f64>().ok());
    Ok(ticks.sum())
}

fn parent_of(pid: u32) -> Result<u32> {
    Ok(fields(pid)?.get(1).ok_or("no parent")?.parse()?)
}

/// Of `/proc/<pid>/stat`, from the state on.
fn fields(pid: u32) -> Result<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    Ok(stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect())
}
