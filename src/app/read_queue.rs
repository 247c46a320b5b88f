//! How much waits to be sent, for whoever watches.

use std::time::Duration;

use super::{error::Result, hold_line::get_hold, state::App};
use crate::store;

#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Parts in the outbox.
    pub waiting: i64,
    /// How long the first of them has been due; zero when none is.
    pub overdue: Duration,
    /// Parts whose outcome at Twilio is unknown.
    pub verifying: i64,
    /// Twilio refuses our account, and everything waits.
    pub held: bool,
}

pub async fn read_queue(app: &App) -> Result<Queue> {
    let mut conn = app.pool.acquire().await?;
    let row = store::gauges::get_queue(&mut conn).await?;
    drop(conn);
    let held = get_hold(app).await?.is_some();
    let overdue = row.first_due.and_then(|due| (app.clock.now() - due).to_std().ok()).unwrap_or_default();
    Ok(Queue { waiting: row.waiting, overdue, verifying: row.verifying, held })
}
