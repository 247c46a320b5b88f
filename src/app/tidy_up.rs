//! Forgetting what has no use any more.

use chrono::TimeDelta;

use super::{deliver::Step, error::Result, state::App};
use crate::store;

/// No rolling window is longer than a day.
const ROLLING_KEPT: TimeDelta = TimeDelta::days(2);
const KEYS_KEPT: TimeDelta = TimeDelta::hours(24);

/// Deletes expired sessions, old throttle windows, keys whose day is over, allowances that are whole again, and counters
/// of those who have not sent for long.
pub async fn tidy_up(app: &App) -> Result<Step> {
    let mut conn = app.pool.acquire().await?;
    store::throttles::delete_before(&mut conn, app.clock.now() - TimeDelta::hours(2)).await?;
    let now = app.clock.now();
    store::limits::delete_rolling_counters_before(&mut conn, now - ROLLING_KEPT).await?;
    store::idempotency::delete_keys_before(&mut conn, now - KEYS_KEPT).await?;
    store::lines::delete_recipient_paces_before(&mut conn, now).await?;
    drop(conn);
    store::sessions::delete_expired(&app.pool).await?;
    Ok(Step::Nothing)
}
