//! How long a status callback takes to be seen on open panels: five hundred, a tenth of them the same dealer's, whose
//! messages are called back; and all of them one user's, who share what is drawn.

use std::{
    iter::repeat_n,
    time::{Duration, Instant},
};

use reqwest::{Client, header};
use sqlx::PgPool;
use tokio::{sync::mpsc, task::JoinSet, time::sleep};

use crate::{
    Result,
    callbacks::{mac, signed, take_messages},
    load::request,
    panel::Visitor,
    process::Okla,
    report::{Figure, Report, Target},
};

const PANELS: usize = 500;
/// Until it is seen on every panel that shows it, milliseconds.
const PATIENCE: f64 = 300.0;
const CALLBACKS: usize = 40;
/// Dealers who have the other panels open.
const OTHERS: usize = 40;
/// Between two callbacks: each is seen for itself.
const PAUSE: Duration = Duration::from_millis(400);

pub async fn measure(okla: &Okla, pool: &PgPool, report: &mut Report) -> Result<()> {
    for (name, of_one) in
        [("callback seen, 50 of 500 panels", PANELS / 10), ("callback seen, 500 of one user", PANELS)]
    {
        let mut seen = watch(okla, pool, of_one).await?;
        seen.sort_by(f64::total_cmp);
        let p95 = seen.get(seen.len() * 95 / 100).copied().unwrap_or(f64::NAN);
        let bottleneck = format!("p95 of {CALLBACKS} callbacks on {of_one} panels each");
        let (measured, yardstick, target) = (p95, PATIENCE, Target::AtMost(1.0));
        report.add(&Figure { name, unit: "ms", measured, yardstick, target, bottleneck })?;
    }
    Ok(())
}

/// How long each callback took to each panel of the dealer it is about, milliseconds.
async fn watch(okla: &Okla, pool: &PgPool, of_one: usize) -> Result<Vec<f64>> {
    let visitor = Visitor::enter(okla).await?;
    let messages = take_messages(pool, i64::try_from(CALLBACKS)?, Some("auto-feria")).await?;
    let (told, mut heard) = mpsc::unbounded_channel();
    let mut panels = JoinSet::new();
    let mut others = Vec::with_capacity(OTHERS);
    for number in 1..=OTHERS {
        others.push(visitor.sign_in(&format!("vendedor-{number:03}-1@okla.test")).await?);
    }
    let cookies = repeat_n(&visitor.cookie, of_one).chain(others.iter().cycle()).take(PANELS);
    for (number, cookie) in cookies.enumerate() {
        let stream = open(&visitor.http, &visitor.server.address, cookie);
        let told = (number < of_one).then(|| told.clone());
        panels.spawn(listen(stream.await?, told));
    }
    sleep(Duration::from_secs(3)).await;
    while heard.try_recv().is_ok() {}
    let mac = mac()?;
    let mut all = Vec::new();
    for (id, sid) in messages {
        let bytes = signed(&mac, &visitor.server.address, id, &sid, "delivered");
        let since = Instant::now();
        request(&visitor.server.address, &bytes).await?;
        sleep(PAUSE).await;
        let mut panels_told = 0;
        while let Ok(at) = heard.try_recv() {
            panels_told += 1;
            all.push((at - since).as_secs_f64() * 1_000.0);
        }
        // Who was not told in time counts as late, whenever he is told.
        all.extend((panels_told..of_one).map(|_| PAUSE.as_secs_f64() * 1_000.0));
    }
    panels.shutdown().await;
    Ok(all)
}

async fn open(http: &Client, address: &str, cookie: &str) -> Result<reqwest::Response> {
    let asked = http.get(format!("http://{address}/panel/eventos?rango=30d")).header(header::COOKIE, cookie);
    Ok(asked.send().await?.error_for_status()?)
}

/// Tells when a fragment begins to arrive.
async fn listen(mut stream: reqwest::Response, told: Option<mpsc::UnboundedSender<Instant>>) -> Result<()> {
    let mut rest = Vec::new();
    while let Some(chunk) = stream.chunk().await? {
        rest.extend_from_slice(&chunk);
        while let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = rest.drain(..end + 2).collect();
            if let Some(told) = &told
                && event.starts_with(b"event: message")
            {
                told.send(Instant::now())?;
            }
        }
    }
    Ok(())
}
