//! How fast messages leave, counted at the simulator: at a pace that two servers keep together, and as fast as they can.

use std::time::Duration;

use chrono::DateTime;
use serde::Deserialize;
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use crate::{
    Result,
    load::{number, request, run},
    pgbench::CLIENTS,
    process::{Okla, Process},
    report::{Figure, Report, Target},
    sends,
    watch::watched,
};

const SETTINGS: &str = r#"{"latencyMs":150,"dropRate":1}"#;
const PATIENCE: Duration = Duration::from_mins(5);

pub async fn measure(okla: &Okla, pool: &PgPool, report: &mut Report) -> Result<()> {
    let paced = leaving(okla, pool, 2, &[("OKLA_SENDS_PER_SECOND", "80")], 2_400).await?;
    report.add(&Figure {
        name: "paced sends, two servers",
        unit: "/s",
        measured: paced.0,
        yardstick: 80.0,
        target: Target::Within(0.98, 1.02),
        bottleneck: format!("the pace itself; {}", paced.1),
    })?;
    let unpaced = [("OKLA_SENDS_PER_SECOND", "100000"), ("OKLA_TWILIO_CONCURRENCY", "150")];
    let unpaced = leaving(okla, pool, 1, &unpaced, 15_000).await?;
    report.add(&Figure {
        name: "unpaced sends, 150 ms at Twilio",
        unit: "/s",
        measured: unpaced.0,
        yardstick: 500.0,
        target: Target::AtLeast(1.0),
        bottleneck: unpaced.1,
    })
}

/// Lets so many waiting messages leave; how many a second do between the first and the last tenth, and what held them.
async fn leaving(
    okla: &Okla,
    pool: &PgPool,
    servers: usize,
    environment: &[(&str, &str)],
    count: usize,
) -> Result<(f64, String)> {
    // What other benchmarks left in line is not this one's.
    sqlx::raw_sql("delete from outbox; delete from lines; delete from recipient_paces").execute(pool).await?;
    let simulator = okla.simulate(SETTINGS).await?;
    let front = okla.serve(&["--no-workers"], &[]).await?;
    let requests = sends::requests(pool, &front.address, 7_900).await?;
    let mut waiting = 0;
    while waiting < count {
        waiting += run(&front.address, &requests, CLIENTS, 1, None).await?.done;
    }
    drop(front);
    sqlx::raw_sql("vacuum analyze messages, message_parts, outbox").execute(pool).await?;

    let mut delivering: Vec<Process> = Vec::new();
    for _ in 0..servers {
        delivering.push(okla.serve(&[], environment).await?);
    }
    let first = delivering.first().map_or(0, Process::id);
    let (times, held_back) = watched(pool, first, async {
        let deadline = Instant::now() + PATIENCE;
        loop {
            sleep(Duration::from_secs(2)).await;
            let left: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(pool).await?;
            if left == 0 || Instant::now() > deadline {
                return created(&simulator).await;
            }
        }
    })
    .await?;
    let (skipped, kept) = (times.len() / 10, times.len() * 8 / 10);
    let middle = times.get(skipped..=skipped + kept).ok_or("nothing reached the simulator")?;
    let seconds = middle.last().zip(middle.first()).map_or(f64::NAN, |(last, first)| last - first);
    Ok((number(kept) / seconds, held_back))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    created_at: String,
}

/// When each message was created at the simulator, in seconds, in order.
async fn created(simulator: &Process) -> Result<Vec<f64>> {
    let get = format!("GET /sim/messages HTTP/1.1\r\nHost: {}\r\n\r\n", simulator.address);
    let answer = request(&simulator.address, get.as_bytes()).await?;
    let messages: Vec<Created> = serde_json::from_slice(&answer.body)?;
    let mut times = Vec::with_capacity(messages.len());
    for message in messages {
        let at = DateTime::parse_from_rfc3339(&message.created_at)?;
        times.push(f64::from(u32::try_from(at.timestamp_millis() % 1_000_000_000)?) / 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
