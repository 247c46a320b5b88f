//! Saying that this process lives, for the page that shows them all.

use chrono::TimeDelta;

use super::{deliver::Step, error::Result, state::App};
use crate::{
    metrics,
    store::{self, servers::Beat},
};

/// Who has been silent for longer is not alive: he says it every ten seconds.
pub const SILENT_AFTER: TimeDelta = TimeDelta::seconds(45);

/// Says so once.
pub async fn beat(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let beat = Beat {
        id: app.heartbeat.id(),
        pid: std::process::id().cast_signed(),
        version: env!("CARGO_PKG_VERSION"),
        has_workers: app.heartbeat.has_workers(),
        workers_alive: app.heartbeat.is_alive(now),
        refused_signatures: metrics::refused_signatures(),
    };
    store::servers::upsert_beat(&mut *app.pool.acquire().await?, &beat, now).await?;
    Ok(Step::Nothing)
}

/// Its last word: it ended well.
pub async fn say_goodbye(app: &App) -> Result<()> {
    Ok(store::servers::delete_server(&mut *app.pool.acquire().await?, app.heartbeat.id()).await?)
}
