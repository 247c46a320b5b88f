//! The server's memory under full load: sends as fast as they are accepted, deliveries and callbacks meanwhile.

use std::time::Duration;

use sqlx::PgPool;
use tokio::time::interval;

use crate::{
    Result, Settings,
    load::run,
    pgbench::CLIENTS,
    process::Okla,
    report::{Figure, Report, Target, median},
    sends,
};

/// MB.
const MOST: f64 = 100.0;

pub async fn measure(settings: &Settings, okla: &Okla, pool: &PgPool, report: &mut Report) -> Result<()> {
    let simulator = okla.simulate("{}").await?;
    let server = okla.serve(&[], &[]).await?;
    let requests = sends::requests(pool, &server.address, 60_000).await?;
    let load = run(&server.address, &requests, CLIENTS, settings.memory_seconds, None);
    tokio::pin!(load);
    let mut samples = Vec::new();
    let mut ticks = interval(Duration::from_secs(1));
    let outcome = loop {
        tokio::select! {
            outcome = &mut load => break outcome?,
            _ = ticks.tick() => samples.push(server.memory()?),
        }
    };
    drop(simulator);
    let most = samples.iter().copied().fold(0.0, f64::max);
    let quarter = |nth: usize| {
        let length = samples.len() / 4;
        median(samples.iter().skip(nth * length).take(length).copied().collect())
    };
    let load = format!("{:.0} sends/s for {} s", outcome.per_second(), settings.memory_seconds);
    report.add(&Figure {
        name: "server memory under full load",
        unit: "MB",
        measured: most,
        yardstick: MOST,
        target: Target::AtMost(1.0),
        bottleneck: load.clone(),
    })?;
    report.add(&Figure {
        name: "memory, last quarter to second",
        unit: "MB",
        measured: quarter(3),
        yardstick: quarter(1),
        target: Target::AtMost(1.1),
        bottleneck: load,
    })
}
