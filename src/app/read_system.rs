//! The system as an admin sees it, and as Prometheus scrapes it: one snapshot over all servers.

mod problems;

use std::{iter, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::prelude::ToPrimitive;
use sqlx::PgConnection;

pub use self::problems::{Problem, problems};
use super::{
    actor::Actor,
    beat::SILENT_AFTER,
    compare_usage::Comparison,
    error::Result,
    hold_line::Hold,
    state::App,
    take_limits::{Counters, Rules},
};
pub use crate::store::{
    doubts::{Doubt, MOST_COUNTED},
    gauges::{CallbacksRow, QueueRow, StageRow},
    senders::SenderRow,
    servers::ServerRow,
    templates::TemplateRow,
};
use crate::{
    domain::limits::{Limit, Subject},
    store::{self, connection::begin_snapshot},
};

/// What Twilio took and said nothing final about for so long is in doubt; a phone that is off is, too.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
const MOST_DOUBTS: i64 = 20;
/// What is called recent.
const RECENT: TimeDelta = TimeDelta::hours(1);
/// How long dropped notices are counted.
const DROPPED_FOR: TimeDelta = TimeDelta::days(1);
/// Stages are timed over so many of the newest messages at most.
pub const MOST_TIMED: i64 = 500;
/// Callbacks are counted among so many of the newest events.
const MOST_EVENTS: i64 = 5_000;
const MONTHS: i64 = 3;

/// What one of our own stages is called on the page and by Prometheus.
pub const STAGES: [(&str, &str); 4] = [
    ("Desde que se acepta hasta que se llama a Twilio", "queue"),
    ("Hasta que Twilio lo toma", "call"),
    ("De ahí hasta su primer aviso", "callback"),
    ("De ahí hasta que se entrega", "delivery"),
];

/// Everything at one instant.
#[derive(Clone, Debug)]
pub struct System {
    pub now: DateTime<Utc>,
    pub queue: QueueRow,
    /// How long the first part has been due.
    pub overdue: Duration,
    /// Pauses of any sending that are in force.
    pub pauses: usize,
    /// Requests for another limit that nobody has decided.
    pub requests: i64,
    /// Of each limit for all of OKLA that is in force, what is taken and how much it lets through.
    pub limits: Vec<(Limit, i64, i64)>,
    /// Parts whose outcome is unknown, and those that Twilio took and fell silent about; at most [`MOST_COUNTED`] each.
    pub verifying: i64,
    pub silent: i64,
    /// Notices of OKLA's own that could not go while they were of use, in the last day.
    pub dropped: i64,
    pub line: LineNow,
    pub servers: Vec<ServerRow>,
    /// In the last hour, or since a later time when there are many.
    pub callbacks: CallbacksRow,
    /// In the order of [`STAGES`].
    pub stages: [Option<StageRow>; 4],
    /// `None`: nobody has asked yet.
    pub sender: Option<SenderRow>,
    /// Those of ours that Twilio has.
    pub templates: Vec<TemplateRow>,
    /// What the limit for all is set to.
    pub meta_tier: Option<i64>,
    /// The newest first.
    pub months: Vec<Comparison>,
    /// The newest migration, and when it was applied.
    pub migration: Option<(String, DateTime<Utc>)>,
    pub database_version: String,
    /// By how much the database's clock is ahead.
    pub clock_apart: TimeDelta,
}

/// The line to Twilio.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineNow {
    /// The circuit: why nothing leaves.
    pub hold: Option<Hold>,
    pub probe_at: Option<DateTime<Utc>>,
    pub probes: i32,
    /// The pace: so many may leave a second, at once, and at this instant.
    pub per_second: f64,
    pub burst: u32,
    pub allowed: usize,
}

impl System {
    /// Parts in the outbox.
    pub fn waiting(&self) -> i64 {
        self.queue.due + self.queue.later + self.queue.leased + self.queue.abandoned
    }

    pub fn is_alive(&self, server: &ServerRow) -> bool {
        self.now - server.beat_at < SILENT_AFTER
    }

    pub fn alive(&self) -> impl Iterator<Item = &ServerRow> {
        self.servers.iter().filter(|server| self.is_alive(server))
    }

    /// Those that deliver.
    pub fn delivering(&self) -> usize {
        self.alive().filter(|server| server.has_workers && server.workers_alive).count()
    }

    /// Webhooks with a wrong signature since the servers started.
    pub fn refused_signatures(&self) -> i64 {
        self.alive().map(|server| server.refused_signatures).sum()
    }

    /// Whether one of them had a wrong signature within the hour.
    pub fn refused_lately(&self) -> bool {
        let hour = TimeDelta::hours(1);
        self.alive().any(|server| server.refused_at.is_some_and(|at| self.now - at < hour))
    }
}

/// The page's.
pub struct SystemPage {
    pub system: System,
    pub doubts: Vec<Doubt>,
}

/// All of it.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn read_system(app: &App, actor: &Actor) -> Result<SystemPage> {
    actor.admin()?;
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let system = measure_in(&mut snapshot, app).await?;
    let doubts = doubts(&mut snapshot, system.now).await?;
    snapshot.commit().await?;
    Ok(SystemPage { system, doubts })
}

/// The same for a scrape, which its own token lets in.
pub async fn measure_system(app: &App) -> Result<System> {
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let system = measure_in(&mut snapshot, app).await?;
    snapshot.commit().await?;
    Ok(system)
}

/// The parts in doubt that a page shows.
pub(super) async fn doubts(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Doubt>> {
    Ok(store::doubts::list_doubts(conn, now - PATIENCE, MOST_DOUBTS).await?)
}

async fn measure_in(conn: &mut PgConnection, app: &App) -> Result<System> {
    let (now, number) = (app.clock.now(), app.settings.number.as_str());
    let clock_apart = store::connection::get_time(conn).await? - now;
    let queue = store::gauges::get_queue(conn, now).await?;
    let (verifying, silent) = store::doubts::count_doubts(conn, now - PATIENCE).await?;
    let months = store::usage::list_comparisons(conn, MONTHS).await?;
    let tier = store::limits::get_limit(conn, Limit::MetaTier, None, now).await?;
    Ok(System {
        now,
        overdue: queue.first_due.and_then(|due| (now - due).to_std().ok()).unwrap_or_default(),
        queue,
        pauses: store::pauses::list_in_force(conn, now).await?.len(),
        requests: store::limits::requests::count_open(conn).await?,
        limits: limits(conn, now).await?,
        verifying,
        silent,
        dropped: store::reminders::count_dropped(conn, now - DROPPED_FOR).await?,
        line: line(conn, app, now).await?,
        servers: store::servers::list_servers(conn).await?,
        callbacks: store::gauges::get_callbacks(conn, now - RECENT, MOST_EVENTS).await?,
        stages: store::gauges::get_stages(conn, now - RECENT, MOST_TIMED).await?,
        sender: store::senders::get_sender(conn, number).await?,
        templates: store::templates::list_templates(conn).await?,
        meta_tier: tier.and_then(|row| row.value?.to_i64()),
        months: months.iter().map(|(month, row)| Comparison::of(*month, row)).collect(),
        migration: store::migrations::get_last(conn).await?,
        database_version: store::gauges::get_database_version(conn).await?,
        clock_apart,
    })
}

/// By the counters that the sends themselves take from.
async fn limits(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<(Limit, i64, i64)>> {
    let rules = Rules::load(conn, iter::empty(), now).await?;
    let all = [(Limit::PlatformDay, Subject::Everyone), (Limit::MetaTier, Subject::Recipients)];
    let in_force: Vec<_> = all
        .into_iter()
        .filter_map(|(limit, subject)| Some((limit, subject, rules.most(limit, None)?)))
        .collect();
    let wanted = in_force.iter().map(|(limit, subject, _)| (*limit, subject.clone())).collect();
    let counters = Counters::read(conn, wanted, now).await?;
    Ok(in_force
        .iter()
        .map(|(limit, subject, most)| (*limit, counters.used(*limit, subject), *most))
        .collect())
}

async fn line(conn: &mut PgConnection, app: &App, now: DateTime<Utc>) -> Result<LineNow> {
    let line = store::lines::get_line(conn, app.settings.number.as_str()).await?;
    let pace = app.settings.pace;
    let full_at = line.as_ref().map(|line| line.full_at.min(pace.fullest(now)));
    let most = usize::try_from(pace.burst).unwrap_or(usize::MAX);
    Ok(LineNow {
        hold: line.as_ref().and_then(|line| Some(Hold { since: line.held_at?, code: line.held_code })),
        probe_at: line.as_ref().and_then(|line| line.probe_at),
        probes: line.as_ref().map_or(0, |line| line.probes),
        per_second: pace.every.as_secs_f64().recip(),
        burst: pace.burst,
        allowed: pace.allowed(full_at, now, most),
    })
}
