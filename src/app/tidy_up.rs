//! Forgetting what has no use any more.

use chrono::TimeDelta;

use super::{deliver_next::Step, error::Result, state::App};
use crate::store;

/// Deletes expired sessions and old throttle windows.
pub async fn tidy_up(app: &App) -> Result<Step> {
    let mut conn = app.pool.acquire().await?;
    store::throttles::delete_before(&mut conn, app.clock.now() - TimeDelta::hours(2)).await?;
    drop(conn);
    store::sessions::delete_expired(&app.pool).await?;
    Ok(Step::Nothing)
}
