//! Loops only: claim, call `app`, repeat; cancellable between two steps, never within one.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::app::{
    check_next::check_next,
    deliver_next::{Step, deliver_next},
    error::Result,
    state::App,
    tidy_up::tidy_up,
};

/// How many messages this process hands to Twilio at once.
const DELIVERERS: usize = 8;
/// How long a loop sleeps when nothing waits; a notice wakes deliverers earlier.
const IDLE: Duration = Duration::from_millis(500);
const TIDY_EVERY: Duration = Duration::from_mins(10);

/// What a loop is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duty {
    /// Woken by notices, and proves by its heartbeat that messages leave.
    Deliver,
    /// By the clock alone: a notice wakes one listener, and this one would do nothing with it.
    Other,
}

/// Starts this process's workers; they end after their current step once `stop` is cancelled.
pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken) {
    for _ in 0..DELIVERERS {
        tasks.spawn(run(app.clone(), stop.clone(), Duty::Deliver, IDLE, |app| async move {
            deliver_next(&app).await
        }));
    }
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        Duty::Other,
        IDLE,
        |app| async move { check_next(&app).await },
    ));
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        Duty::Other,
        TIDY_EVERY,
        |app| async move { tidy_up(&app).await },
    ));
}

async fn run<F: Future<Output = Result<Step>>>(
    app: App,
    stop: CancellationToken,
    duty: Duty,
    idle: Duration,
    work: impl Fn(App) -> F,
) {
    while !stop.is_cancelled() {
        if duty == Duty::Deliver {
            app.heartbeat.beat(app.clock.now());
        }
        let wait = match work(app.clone()).await {
            Ok(Step::Worked) => continue,
            Ok(Step::Nothing) => idle,
            Err(error) => {
                tracing::error!(%error, "a worker's step failed; trying again");
                idle.max(Duration::from_secs(2))
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.notices.wait_for_outbox(wait), if duty == Duty::Deliver => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
