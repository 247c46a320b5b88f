//! A dealer's million messages as a CSV file, against psql's COPY of the same columns.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{
    Result, Settings,
    panel::Visitor,
    process::Okla,
    report::{Figure, Report, Target, median},
};

/// A copy of the history in which every message is one dealer's.
const DATABASE: &str = "panel_export";
/// How much the server may grow, MB.
const GROWTH: f64 = 32.0;
const COPY: &str = "copy (select m.created_at, m.id, u.name, m.to_phone, v.make || ' ' || v.model || ' ' || v.year, m.kind, m.body,
    m.status, m.error_code, m.parts, m.cost, m.delivered_at, m.read_at
    from messages m join users u on u.id = m.sender_id left join vehicles v on v.id = m.vehicle_id
    where m.dealer_id = (select id from dealers where slug = 'auto-feria') order by m.created_at desc, m.id desc)
    to stdout with (format csv, header)";

pub async fn measure(settings: &Settings, okla: &Okla, report: &mut Report) -> Result<()> {
    let url = one_dealers(settings).await?;
    let visitor = Visitor::enter(&okla.over(&url)).await?;
    // The first of each warms PostgreSQL's memory and the server's.
    copy(settings, &url, COPY)?;
    let (rows, _, _) = download(&visitor).await?;
    let at_rest = visitor.server.memory()?;
    let (mut copies, mut downloads, mut peak) = (Vec::new(), Vec::new(), at_rest);
    for _ in 0..settings.rounds {
        copies.push(f64::from(rows) / copy(settings, &url, COPY)?);
        let (rows, seconds, memory) = download(&visitor).await?;
        downloads.push(f64::from(rows) / seconds);
        peak = peak.max(memory);
    }
    report.add(&Figure {
        name: "CSV of one dealer's messages",
        unit: "rows/s",
        measured: median(downloads),
        yardstick: median(copies),
        target: Target::AtLeast(0.5),
        bottleneck: format!("{rows} rows against psql's COPY"),
    })?;
    report.add(&Figure {
        name: "memory that a download takes",
        unit: "MB",
        measured: peak - at_rest,
        yardstick: GROWTH,
        target: Target::AtMost(1.0),
        bottleneck: format!("from {at_rest:.1} MB"),
    })
}

async fn one_dealers(settings: &Settings) -> Result<String> {
    let (server, name) = settings.database_url.rsplit_once('/').ok_or("DATABASE_URL names no database")?;
    let mut conn = PgConnection::connect(&format!("{server}/postgres")).await?;
    for statement in [
        format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}' and pid <> pg_backend_pid()"
        ),
        format!("drop database if exists {DATABASE}"),
        format!("create database {DATABASE} template {name} strategy file_copy"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut conn).await?;
    }
    let url = format!("{server}/{DATABASE}");
    let mut conn = PgConnection::connect(&url).await?;
    sqlx::raw_sql(
        "drop index messages_dealer_history_idx, messages_dealer_cost_idx;
         update messages set dealer_id = (select id from dealers where slug = 'auto-feria');
         create index messages_dealer_history_idx on messages (dealer_id, created_at desc, id desc);",
    )
    .execute(&mut conn)
    .await?;
    sqlx::raw_sql("vacuum analyze messages").execute(&mut conn).await?;
    Ok(url)
}

/// How long psql takes, seconds.
pub fn copy(settings: &Settings, url: &str, statement: &str) -> Result<f64> {
    let psql = settings.pgbench.with_file_name("psql");
    let since = Instant::now();
    let status = Command::new(psql).args([url, "-qc", statement]).stdout(Stdio::null()).status()?;
    if status.success() { Ok(since.elapsed().as_secs_f64()) } else { Err(format!("psql: {status}").into()) }
}

/// Lines, seconds, and the most memory that the server held meanwhile, MB.
async fn download(visitor: &Visitor) -> Result<(u32, f64, f64)> {
    let since = Instant::now();
    let mut answer = visitor.get("/panel/mensajes.csv").await?;
    let (mut rows, mut peak, mut looked) = (0, 0_f64, 0);
    while let Some(chunk) = answer.chunk().await? {
        rows += u32::try_from(chunk.windows(2).filter(|pair| pair == b"\r\n").count())?;
        looked += 1;
        if looked % 50 == 0 {
            peak = peak.max(visitor.server.memory()?);
        }
    }
    Ok((rows, since.elapsed().as_secs_f64(), peak))
}
