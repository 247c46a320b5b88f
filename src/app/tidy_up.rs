//! Forgetting what has no use any more.

use chrono::TimeDelta;

use super::{deliver::Step, error::Result, state::App};
use crate::store;

/// No rolling window is longer than a day.
const ROLLING_KEPT: TimeDelta = TimeDelta::days(2);
const KEYS_KEPT: TimeDelta = TimeDelta::hours(24);
/// Longer than any errand is of use.
const OKLAS_KEYS_KEPT: TimeDelta = TimeDelta::days(60);
/// To look at a file and load it.
const FILES_KEPT: TimeDelta = TimeDelta::days(1);
/// Who was tried in vain.
const FAILURES_KEPT: TimeDelta = TimeDelta::days(30);
/// Codes that ended.
const PROOFS_KEPT: TimeDelta = TimeDelta::days(1);

/// Whoever has not confirmed his offer by then writes another.
const DRAFTS_KEPT: TimeDelta = TimeDelta::days(30);

/// Longer than any month.
const MARKS_KEPT: TimeDelta = TimeDelta::days(62);
/// Whoever was killed is looked for so long.
const SERVERS_KEPT: TimeDelta = TimeDelta::days(1);

/// What was begun and never sent.
const GIVEN_UP: TimeDelta = TimeDelta::hours(1);

/// Messages whose words are erased in one go.
const ERASED_AT_ONCE: i64 = 500;

/// Erases the words of messages older than is kept. Closes test drives whose time has passed. Deletes expired sessions, old
/// throttle windows, failed sign-ins, codes and keys whose day is over, uploaded files, offers that were never confirmed,
/// servers that fell silent, allowances that are whole again, and counters of those who have not sent for long.
pub async fn tidy_up(app: &App) -> Result<Step> {
    let mut conn = app.pool.acquire().await?;
    store::throttles::delete_before(&mut conn, app.clock.now() - TimeDelta::hours(25)).await?;
    let now = app.clock.now();
    store::limits::delete_rolling_counters_before(&mut conn, now - ROLLING_KEPT).await?;
    store::idempotency::delete_keys_before(&mut conn, now - KEYS_KEPT, now - OKLAS_KEYS_KEPT).await?;
    store::vehicles::imports::delete_files_before(&mut conn, now - FILES_KEPT).await?;
    store::test_drives::settle_unlinked(&mut conn, now - GIVEN_UP).await?;
    store::test_drives::close_passed(&mut conn, now).await?;
    store::limits::marks::delete_before(&mut conn, now - MARKS_KEPT).await?;
    store::campaigns::delete_drafts_before(&mut conn, now - DRAFTS_KEPT).await?;
    store::servers::delete_silent(&mut conn, now - SERVERS_KEPT).await?;
    store::proofs::delete_before(&mut conn, now - PROOFS_KEPT).await?;
    store::sign_in_failures::delete_before(&mut conn, now - FAILURES_KEPT).await?;
    store::lines::delete_recipient_paces_before(&mut conn, now).await?;
    let kept = TimeDelta::days(app.settings.retention_days.into());
    let erased = store::retention::erase_before(&mut conn, now - kept, ERASED_AT_ONCE).await?;
    drop(conn);
    store::sessions::delete_expired(&app.pool).await?;
    Ok(if erased > 0 { Step::Worked } else { Step::Nothing })
}
