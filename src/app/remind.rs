//! Doing the errands whose time has come: any number of servers, each errand once. Whoever dies between sending and noting it
//! is followed by one who finds the message by its key.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;

use super::{
    deliver::Step,
    error::Result,
    interests, listings,
    say::{Notice, Told, notify},
    state::App,
    tell_buyer, test_drives,
};
use crate::{
    domain::reminder::{Errand, Outcome},
    kill_point::{ERRAND, kill_point},
    store::{self, reminders::DueReminder},
};

/// Whoever holds one that long has died.
const HELD: TimeDelta = TimeDelta::seconds(60);
/// What a limit, a pause or a template held up is tried again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);
const AT_ONCE: i64 = 64;

/// Does those that are due.
pub async fn remind_next(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let due = store::reminders::claim_due(&mut *app.pool.acquire().await?, now, now + HELD, AT_ONCE).await?;
    for (done, reminder) in
        join_all(due.iter().map(|reminder| remind(app, reminder, now))).await.into_iter().zip(&due)
    {
        if let Err(error) = done {
            tracing::error!(%error, errand = reminder.errand.as_str(), subject = %reminder.subject, "an errand could not be done; later");
        }
    }
    Ok(if due.is_empty() { Step::Nothing } else { Step::Worked })
}

async fn remind(app: &App, reminder: &DueReminder, now: DateTime<Utc>) -> Result<()> {
    let goes_at =
        if reminder.errand.waits_for_morning() { app.settings.notice_hours.opening(now) } else { now };
    if goes_at >= reminder.useful_until {
        return finish(app, reminder, Outcome::Late, now).await;
    }
    if goes_at > now {
        return Ok(
            store::reminders::look_again(&mut *app.pool.acquire().await?, reminder, goes_at, None).await?
        );
    }
    let Some(notice) = write(app, reminder, now).await? else {
        return finish(app, reminder, Outcome::Needless, now).await;
    };
    match notify(app, notice, format!("reminder:{}:{}", reminder.id, reminder.due_at.timestamp_micros()))
        .await?
    {
        Told::At(at) => {
            kill_point(ERRAND);
            // What came after the notice was written is not in it.
            finish(app, reminder, Outcome::Sent, at.min(now)).await
        }
        Told::OptedOut => finish(app, reminder, Outcome::OptedOut, now).await,
        Told::NotNow(why) => {
            tracing::info!(errand = reminder.errand.as_str(), subject = %reminder.subject, why, "an errand has to wait");
            let mut conn = app.pool.acquire().await?;
            Ok(store::reminders::look_again(&mut conn, reminder, now + AGAIN, Some(why)).await?)
        }
    }
}

/// What is to be said, as things stand now; `None`: nothing any more.
async fn write(app: &App, reminder: &DueReminder, now: DateTime<Utc>) -> Result<Option<Notice>> {
    let subject = reminder.subject;
    match reminder.errand {
        Errand::NewInterest => interests::write_notice(app, subject, now).await,
        Errand::NewAnswer => tell_buyer::write_notice(app, subject).await,
        Errand::ListingWeek | Errand::ListingDay | Errand::ListingEnd => {
            listings::write_notice(app, reminder.errand, subject).await
        }
        Errand::DriveSetBuyer
        | Errand::DriveSetDealer
        | Errand::DriveNearBuyer
        | Errand::DriveNearDealer
        | Errand::DriveOffBuyer
        | Errand::DriveOffDealer => test_drives::write_notice(app, reminder.errand, subject).await,
    }
}

async fn finish(app: &App, reminder: &DueReminder, outcome: Outcome, at: DateTime<Utc>) -> Result<()> {
    if outcome == Outcome::Late {
        tracing::warn!(errand = reminder.errand.as_str(), subject = %reminder.subject, due_at = %reminder.due_at, "an errand came too late and was dropped");
    }
    let mut tx = store::connection::begin(&app.pool).await?;
    let is_done = store::reminders::mark_done(&mut tx, reminder, outcome, at).await?;
    if is_done && reminder.errand == Errand::NewInterest {
        interests::mark_told(&mut tx, reminder.subject, outcome, at).await?;
    }
    tx.commit().await?;
    Ok(())
}
