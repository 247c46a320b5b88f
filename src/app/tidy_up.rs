//! Forgetting what has no use any more.

use chrono::TimeDelta;

use super::{deliver_next::Step, error::Result, state::App};
use crate::store;

/// The longest window of a limit is a day.
const PLACES_KEPT: TimeDelta = TimeDelta::days(2);

/// Deletes expired sessions, old throttle windows and places that no limit counts any more.
pub async fn tidy_up(app: &App) -> Result<Step> {
    let mut conn = app.pool.acquire().await?;
    store::throttles::delete_before(&mut conn, app.clock.now() - TimeDelta::hours(2)).await?;
    store::limits::delete_places_before(&mut conn, app.clock.now() - PLACES_KEPT).await?;
    drop(conn);
    store::sessions::delete_expired(&app.pool).await?;
    Ok(Step::Nothing)
}
