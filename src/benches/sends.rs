//! Accepted sends: `POST /api/whatsapp/send` with `Prefer: respond-async`, nobody delivering.

use std::sync::Arc;

use okla::app::{clock::SystemClock, state::Tools, tokens::create_token};
use sqlx::PgPool;

use crate::{
    Result, Settings,
    load::{Requests, run},
    pgbench::{CLIENTS, SEND},
    process::Okla,
    report::{Figure, Report, Target, median},
    watch::watched,
};

/// Of so many dealers' users.
const TOKENS: usize = 60;
/// Different recipients.
const RECIPIENTS: usize = 60_000;
/// At half the load, milliseconds.
const P99: f64 = 50.0;

pub async fn measure(settings: &Settings, okla: &Okla, pool: &PgPool, report: &mut Report) -> Result<()> {
    SEND.prepare(pool, settings).await?;
    let server = okla.serve(&["--no-workers"], &[]).await?;
    let requests = requests(pool, &server.address, RECIPIENTS).await?;
    // Its connections, its counters, and PostgreSQL's memory.
    run(&server.address, &requests, CLIENTS, 2, None).await?;

    let (mut yardsticks, mut rates, mut held_back) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..settings.rounds {
        yardsticks.push(SEND.run(settings).await?);
        let load = run(&server.address, &requests, CLIENTS, settings.seconds, None);
        let (outcome, by) = watched(pool, server.id(), load).await?;
        rates.push(outcome.per_second());
        held_back = by;
    }
    let rate = median(rates);
    report.add(&Figure {
        name: "accepted sends",
        unit: "/s",
        measured: rate,
        yardstick: median(yardsticks),
        target: Target::AtLeast(1.0),
        bottleneck: held_back,
    })?;

    let (mut slowest, mut held_back) = (Vec::new(), String::new());
    for _ in 0..settings.rounds {
        let load = run(&server.address, &requests, CLIENTS, settings.seconds, Some(rate / 2.0));
        let (outcome, by) = watched(pool, server.id(), load).await?;
        slowest.push(outcome.quantile(990));
        held_back = format!("p50 {:.1} ms; {by}", outcome.quantile(500));
    }
    report.add(&Figure {
        name: "p99 of sends at half that load",
        unit: "ms",
        measured: median(slowest),
        yardstick: P99,
        target: Target::AtMost(1.0),
        bottleneck: held_back,
    })
}

/// Sends of many dealers' tokens to as many numbers.
pub async fn requests(pool: &PgPool, address: &str, count: usize) -> Result<Arc<Requests>> {
    let tools = Tools { pool: pool.clone(), clock: Arc::new(SystemClock) };
    let mut tokens = Vec::with_capacity(TOKENS);
    for dealer in 0..TOKENS {
        tokens.push(create_token(&tools, &format!("vendedor-{dealer:03}-1@okla.test"), "bench").await?);
    }
    let all = tokens.iter().cycle().take(count).enumerate().map(|(number, token)| {
        // The simulator reads the last three digits as an order: 234 is none.
        let body = format!(
            r#"{{"toPhoneNumber":"+1809{:04}234","messageBody":"Hola, ¿sigue disponible el Toyota Corolla 2019 de la foto {number}?"}}"#,
            2_000 + number % 7_900
        );
        let (head, length) = ("POST /api/whatsapp/send HTTP/1.1", body.len());
        format!(
            "{head}\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nPrefer: respond-async\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    });
    Ok(Requests::new(all.collect(), 202))
}
