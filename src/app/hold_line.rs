//! The circuit: while Twilio refuses our credentials or our account, nothing is sent and nothing fails for it; a probe
//! now and then finds out when it works again.

use std::time::Duration;

use chrono::TimeDelta;

use super::{deliver::Step, error::Result, state::App};
use crate::store::{self, lines::Line};

const FIRST_PROBE: Duration = Duration::from_secs(5);
const LONGEST_PROBE: Duration = Duration::from_mins(1);

/// Holds the line of all servers, because Twilio said with this code that it is not the message's fault.
pub async fn hold_line(app: &App, code: Option<i32>) -> Result<()> {
    let number = app.settings.number.as_str();
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let line = store::lines::lock_line(&mut tx, number).await?;
    if line.held_at.is_some() {
        // One of the calls that were under way when it was held.
        return Ok(());
    }
    store::lines::hold(&mut tx, number, code, now, now + until_probe(line.probes)).await?;
    tx.commit().await?;
    tracing::error!(code, "Twilio refuses our account or its credentials: the queue is held");
    Ok(())
}

/// Tries a held line when its time has come, unless another server does.
pub async fn probe_held_line(app: &App) -> Result<Step> {
    let number = app.settings.number.as_str();
    let now = app.clock.now();
    let seen = store::lines::get_line(&mut *app.pool.acquire().await?, number).await?;
    let is_due = |line: &Line| line.held_at.is_some() && line.probe_at.is_none_or(|at| at <= now);
    if !seen.is_some_and(|line| is_due(&line)) {
        return Ok(Step::Nothing);
    }
    let mut tx = store::connection::begin(&app.pool).await?;
    let line = store::lines::lock_line(&mut tx, number).await?;
    if !is_due(&line) {
        return Ok(Step::Nothing);
    }
    store::lines::hold(&mut tx, number, None, now, now + until_probe(line.probes)).await?;
    tx.commit().await?;
    match app.gateway.probe().await {
        Ok(()) => {
            store::lines::release(&mut *app.pool.acquire().await?, number).await?;
            tracing::warn!("Twilio takes our account again: the queue goes on");
            app.notices.outbox_waiting();
        }
        Err(error) => tracing::warn!(%error, "the line is still held"),
    }
    Ok(Step::Nothing)
}

/// 5, 10, 20 … 60 s.
fn until_probe(probes: i32) -> TimeDelta {
    let doubled = FIRST_PROBE * 2_u32.pow(u32::try_from(probes).unwrap_or(0).min(4));
    TimeDelta::from_std(doubled.min(LONGEST_PROBE)).unwrap_or(TimeDelta::MAX)
}

/// Why the line is held, if it is.
pub async fn get_hold(app: &App) -> Result<Option<Hold>> {
    let line = store::lines::get_line(&mut *app.pool.acquire().await?, app.settings.number.as_str()).await?;
    Ok(line.and_then(|line| Some(Hold { since: line.held_at?, code: line.held_code })))
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub since: chrono::DateTime<chrono::Utc>,
    /// Twilio's code, if it gave one.
    pub code: Option<i32>,
}
