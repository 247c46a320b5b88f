//! What a change of a limit would have done to a week's million messages, against psql's COPY of what is read for it.

use std::time::Instant;

use crate::{
    Result, Settings,
    export::copy,
    panel::Visitor,
    process::Okla,
    report::{Figure, Report, Target, median},
};

const DATABASE: &str = "panel_week";
const PAGE: &str = "/admin/limites/cambiar?limite=platform_day&probar=si&valor=2000&motivo=prueba";
const COPY: &str =
    "copy (select id, created_at, sender_id, sender_role, dealer_id, to_phone, places, cost, outside_window
    from messages where places > 0 order by created_at, id) to stdout (format binary)";
/// What the page may take, seconds.
const MOST: f64 = 2.0;

pub async fn measure(settings: &Settings, okla: &Okla, report: &mut Report) -> Result<()> {
    let messages = settings.messages.to_string();
    let okla = okla.beside(DATABASE, &messages, "7").await?;
    let visitor = Visitor::enter_as("admin@okla.test", &okla).await?;
    // The first of each warms PostgreSQL's memory and the server's.
    copy(settings, &okla.database_url, COPY)?;
    ask(&visitor).await?;
    let (mut copies, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..settings.rounds {
        copies.push(copy(settings, &okla.database_url, COPY)?);
        pages.push(ask(&visitor).await?);
    }
    let (copy_time, page_time) = (median(copies), median(pages));
    report.add(&Figure {
        name: "dry run of a limit over a week",
        unit: "s",
        measured: page_time,
        yardstick: copy_time,
        target: Target::AtMost(2.0),
        bottleneck: format!("{messages} messages against psql's COPY of them"),
    })?;
    report.add(&Figure {
        name: "the same against what was promised",
        unit: "s",
        measured: page_time,
        yardstick: MOST,
        target: Target::AtMost(1.0),
        bottleneck: "the database gives them out, OKLA lives through them".to_owned(),
    })
}

/// How long the page takes, seconds.
async fn ask(visitor: &Visitor) -> Result<f64> {
    let since = Instant::now();
    let page = visitor.get(PAGE).await?.text().await?;
    if page.contains("Qué pasaría") { Ok(since.elapsed().as_secs_f64()) } else { Err("no dry run".into()) }
}
