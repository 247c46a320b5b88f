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
const DELIVERERS: usize = 4;
/// How long a loop sleeps when nothing waits; a notice wakes deliverers earlier.
const IDLE: Duration = Duration::from_millis(500);
/// A database that went away is not hammered.
const AFTER_FAULT: Duration = Duration::from_secs(2);
const TIDY_EVERY: Duration = Duration::from_secs(600);

/// Starts this process's workers; they end after their current step once `stop` is cancelled.
pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken) {
    for _ in 0..DELIVERERS {
        let idle = |app: App| async move { app.notices.wait_for_outbox(IDLE).await };
        tasks.spawn(run(
            app.clone(),
            stop.clone(),
            |app| async move {
                // Another loop's beat would hide that all of these are stuck.
                app.heartbeat.beat(app.clock.now());
                deliver_next(&app).await
            },
            idle,
        ));
    }
    let idle = |_| tokio::time::sleep(IDLE);
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        |app| async move { check_next(&app).await },
        idle,
    ));
    let idle = |_| tokio::time::sleep(TIDY_EVERY);
    tasks.spawn(run(
        app.clone(),
        stop.clone(),
        |app| async move { tidy_up(&app).await },
        idle,
    ));
}

async fn run<S, I>(app: App, stop: CancellationToken, step: impl Fn(App) -> S, idle: impl Fn(App) -> I)
where
    S: Future<Output = Result<Step>>,
    I: Future<Output = ()>,
{
    while !stop.is_cancelled() {
        match step(app.clone()).await {
            Ok(Step::Worked) => continue,
            Ok(Step::Nothing) => {}
            Err(error) => {
                tracing::error!(%error, "a worker's step failed; trying again");
                tokio::time::sleep(AFTER_FAULT).await;
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = idle(app.clone()) => {}
        }
    }
}
