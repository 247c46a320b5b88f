//! Loops only: claim, call `app`, repeat; cancellable.

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::app::state::App;

/// Starts this process's delivery workers.
pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(stop.clone().cancelled_owned());
    app.heartbeat.beat(app.clock.now());
}
