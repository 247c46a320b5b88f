//! A dealer's pages over a million messages and over ten thousand: the largest dealer holds a tenth of either.

use std::time::{Duration, Instant};

use reqwest::{Client, header, redirect};

use crate::{
    Result,
    process::{Okla, Process},
    report::{Figure, Report, Target},
};

/// Messages of the small history.
const FEW: &str = "10000";
/// Times a page is asked for, after as many that are not measured.
const TIMES: usize = 200;

/// By state and range: counted by the roll-ups.
const COUNTED: [(&str, &str); 7] = [
    ("/panel, 30 days", "/panel"),
    // Neither begins nor ends with a month.
    ("/panel, 60 days", "/panel?desde=2026-09-12&hasta=2026-11-10"),
    ("/panel, 390 days", "/panel?desde=2025-10-27&hasta=2026-11-20"),
    ("/panel/mensajes", "/panel/mensajes"),
    ("list: failed, 30 days", "/panel/mensajes?estado=fallidos&rango=30d"),
    ("list: none in that state", "/panel/mensajes?estado=verificacion"),
    ("list: read, own dates", "/panel/mensajes?estado=leidos&desde=2026-03-01&hasta=2026-03-31"),
];
/// Anything else.
const SEARCHED: [(&str, &str); 7] = [
    ("search: a number", "/panel/mensajes?q=809-23"),
    ("search: words, all of it", "/panel/mensajes?q=prueba+de+manejo"),
    ("search: nothing found", "/panel/mensajes?q=nadie+escribe+esto"),
    ("list: one cause", "/panel/mensajes?causa=21610"),
    ("list: failed, dearest first", "/panel/mensajes?estado=fallidos&orden=costo"),
    ("list: one kind, dearest first", "/panel/mensajes?tipo=test_drive&orden=costo"),
    ("list: one vehicle by words", "/panel/mensajes?q=vehiculo:corolla"),
];

pub async fn measure(okla: &Okla, report: &mut Report) -> Result<()> {
    let large = Visitor::enter(okla).await?;
    let small = Visitor::enter(&okla.beside("panel_few", FEW, "365").await?).await?;
    for (name, path) in COUNTED {
        let [took, before] = ask([&large, &small], path).await?;
        report.add(&figure(name, took, 50.0, Target::AtMost(1.0)))?;
        report.add(&figure("… against 10,000 messages", took, before, Target::AtMost(1.5)))?;
    }
    for (name, path) in SEARCHED {
        let [took] = ask([&large], path).await?;
        report.add(&figure(name, took, 150.0, Target::AtMost(1.0)))?;
    }
    Ok(())
}

fn figure(name: &'static str, measured: f64, yardstick: f64, target: Target) -> Figure {
    let bottleneck = format!("p95 of {TIMES}");
    Figure { name, unit: "ms", measured, yardstick, target, bottleneck }
}

/// The largest dealer's user.
pub struct Visitor {
    pub http: Client,
    pub cookie: String,
    pub server: Process,
}

impl Visitor {
    pub async fn enter(okla: &Okla) -> Result<Self> {
        Self::enter_as("concesionario@okla.test", okla).await
    }

    pub async fn enter_as(email: &str, okla: &Okla) -> Result<Self> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let server = okla.serve(&["--no-workers"], &[]).await?;
        let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build()?;
        let mut visitor = Self { http, cookie: String::new(), server };
        visitor.cookie = visitor.sign_in(email).await?;
        Ok(visitor)
    }

    /// A person's cookies.
    pub async fn sign_in(&self, email: &str) -> Result<String> {
        let url = format!("http://{}", self.server.address);
        let form = [("email", email), ("password", "demo-okla-2026")];
        let asked = self.http.post(format!("{url}/fn/ingresar")).header(header::ORIGIN, &url).form(&form);
        let answer = asked.send().await?;
        let lines = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let cookies: Vec<_> = lines.filter_map(|line| line.split(';').next()).collect();
        Ok(cookies.join("; "))
    }

    /// Asks for a page of his.
    pub async fn get(&self, path: &str) -> Result<reqwest::Response> {
        let asked = self.http.get(format!("http://{}{path}", self.server.address));
        let answer = asked.header(header::COOKIE, &self.cookie).send().await?;
        if answer.status() == 200 { Ok(answer) } else { Err(format!("{path}: {}", answer.status()).into()) }
    }
}

/// The 95th percentile of how long a page takes each visitor, milliseconds. They ask in turns: what disturbs the machine
/// disturbs them alike.
async fn ask<const VISITORS: usize>(visitors: [&Visitor; VISITORS], path: &str) -> Result<[f64; VISITORS]> {
    let mut took = [const { Vec::new() }; VISITORS];
    for turn in 0..2 * TIMES {
        for (visitor, took) in visitors.iter().zip(&mut took) {
            let since = Instant::now();
            visitor.get(path).await?.bytes().await?;
            if turn >= TIMES {
                took.push(since.elapsed());
            }
        }
    }
    Ok(took.map(|mut took: Vec<Duration>| {
        took.sort();
        let at = took.get(TIMES * 95 / 100).copied().unwrap_or(Duration::MAX);
        at.as_secs_f64() * 1_000.0
    }))
}
