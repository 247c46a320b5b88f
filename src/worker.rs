//! Loops only: claim, call `app`, repeat; cancellable between two steps, never within one.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::app::{
    ask_now::ask_wanted,
    ask_sender::ask_sender,
    beat::{beat, say_goodbye},
    check_next::check_next,
    claim::claim,
    compare_usage::ask_usage_of_late,
    deliver::{Step, deliver},
    error::Result,
    figures::add_up_figures,
    handle_inbound::handle_next_inbound,
    hold_line::probe_held_line,
    index_words::index_words,
    listings::plan_listings,
    media::fetch_next_media,
    offers::offer_next,
    peaks::keep_peaks,
    remind::remind_next,
    resend::resend_next,
    rests::follow_next_rest,
    state::App,
    templates::sync_templates,
    tidy_up::tidy_up,
};

/// How long a loop sleeps when nothing waits; a notice wakes the dispatcher earlier.
const IDLE: Duration = Duration::from_millis(500);
/// After a fault.
const SHAKEN: Duration = Duration::from_secs(2);
/// When Twilio wants fewer questions, none is asked for so long.
const BUSY: Duration = Duration::from_secs(30);
/// Wanted by a person who looks at the page.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// Its own time is in the database.
const SENDER_EVERY: Duration = Duration::from_mins(1);
/// Meta's decisions take an hour; what it pauses should not wait long for us to know.
const TEMPLATES_EVERY: Duration = Duration::from_mins(10);
const BEAT_EVERY: Duration = Duration::from_secs(10);
/// The calendar moves by days; what it brings is said by the minute.
const PLAN_EVERY: Duration = Duration::from_mins(1);
const TIDY_EVERY: Duration = Duration::from_mins(10);
const PEAKS_EVERY: Duration = Duration::from_mins(10);
/// Twilio counts by the day.
const USAGE_EVERY: Duration = Duration::from_hours(6);
/// How many questions are under way at once.
const CHECKERS: usize = 8;
/// Of files that people sent, so that a slow one holds none up.
const FETCHERS: usize = 2;
/// What is noted and not yet added up, every page adds up for itself.
const ADD_UP_EVERY: Duration = Duration::from_secs(1);
/// How often a held line is looked at; its own times are in the database.
const PROBE_EVERY: Duration = Duration::from_secs(2);

/// Starts this process's workers; they end after their current step once `stop` is cancelled.
pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(dispatch(app.clone(), tasks.clone(), stop.clone()));
    for _ in 0..CHECKERS {
        tasks.spawn(run(app.clone(), stop.clone(), IDLE, |app| async move { check_next(&app).await }));
    }
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        USAGE_EVERY,
        |app| async move { ask_usage_of_late(&app).await },
    ));
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        PROBE_EVERY,
        |app| async move { probe_held_line(&app).await },
    ));
    tasks.spawn(run(app.clone(), stop.clone(), IDLE, |app| async move { resend_next(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), IDLE, |app| async move { offer_next(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), IDLE, |app| async move { handle_next_inbound(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), IDLE, |app| async move { follow_next_rest(&app).await }));
    for _ in 0..FETCHERS {
        tasks.spawn(run(app.clone(), stop.clone(), IDLE, |app| async move { fetch_next_media(&app).await }));
    }
    tasks.spawn(run(app.clone(), stop.clone(), IDLE, |app| async move { remind_next(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), PLAN_EVERY, |app| async move { plan_listings(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), ASK_EVERY, |app| async move { ask_wanted(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), SENDER_EVERY, |app| async move { ask_sender(&app).await }));
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        TEMPLATES_EVERY,
        |app| async move { sync_templates(&app).await },
    ));
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        ADD_UP_EVERY,
        |app| async move { add_up_figures(&app).await },
    ));
    tasks.spawn(run(app.clone(), stop.clone(), ADD_UP_EVERY, |app| async move { index_words(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), TIDY_EVERY, |app| async move { tidy_up(&app).await }));
    tasks.spawn(run(app.clone(), stop.clone(), PEAKS_EVERY, |app| async move { keep_peaks(&app).await }));
}

/// Has this process say that it lives, with or without workers, and goodbye in the end.
pub async fn be_known(app: App, stop: CancellationToken) {
    run(app.clone(), stop, BEAT_EVERY, |app| async move { beat(&app).await }).await;
    if let Err(error) = say_goodbye(&app).await {
        tracing::warn!(%error, "this process could not say goodbye");
    }
}

/// Claims what is due, as many at once as may be under way, and has each delivered by a task of its own.
async fn dispatch(app: App, tasks: TaskTracker, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(app.settings.concurrency));
    while !stop.is_cancelled() {
        app.heartbeat.beat(app.clock.now());
        let Some(Ok(first)) = stop.run_until_cancelled(places.clone().acquire_owned()).await else { break };
        let wait = match claim(&app, 1 + places.available_permits()).await {
            Ok(claimed) => {
                let mut first = Some(first);
                for waiting in claimed.parts {
                    let place = first.take().or_else(|| places.clone().try_acquire_owned().ok());
                    let app = app.clone();
                    tasks.spawn(async move {
                        if let Err(error) = deliver(&app, &waiting).await {
                            // Its lease runs out, and it is looked for at Twilio.
                            tracing::error!(%error, part = %waiting.part, "what became of a send was not stored");
                        }
                        drop(place);
                    });
                }
                if claimed.more { Duration::ZERO } else { claimed.wait.unwrap_or(IDLE) }
            }
            Err(error) => {
                tracing::error!(%error, "nothing could be claimed; trying again");
                SHAKEN
            }
        };
        if wait > Duration::ZERO {
            tokio::select! {
                () = stop.cancelled() => {}
                () = app.notices.wait_for_outbox(wait), if wait >= IDLE => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

async fn run<F: Future<Output = Result<Step>>>(
    app: App,
    stop: CancellationToken,
    idle: Duration,
    work: impl Fn(App) -> F,
) {
    while !stop.is_cancelled() {
        let wait = match work(app.clone()).await {
            Ok(Step::Worked) => continue,
            Ok(Step::Nothing) => idle,
            Ok(Step::Busy) => BUSY,
            Err(error) => {
                tracing::error!(%error, "a worker's step failed; trying again");
                idle.max(SHAKEN)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
