//! Lets what was planned happen: a task a message, waiting on the simulator's clock.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    Simulator,
    books::Entry,
    callbacks,
    message::{Act, Message, Step},
};

/// How long what happened by itself may wait to be written down.
const FLUSH_EVERY: Duration = Duration::from_millis(100);

/// Carries out `steps`, which are in the order of their moments, until done, forgotten or shut down. Calls are made one
/// after the other, and a slow one delays the message's other calls but never its status.
pub fn follow(simulator: &Arc<Simulator>, sid: String, steps: Vec<Step>) {
    let simulator = Arc::clone(simulator);
    let era = simulator.books().era();
    let tasks = simulator.tasks.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = era.cancelled() => {}
            () = carry_out(&simulator, &sid, steps) => {}
        }
    });
}

async fn carry_out(simulator: &Simulator, sid: &str, steps: Vec<Step>) {
    let (due, calls) = mpsc::unbounded_channel();
    if steps.iter().any(|step| matches!(step.act, Act::Call { .. })) {
        // On the heap, for an HTTP exchange is many times the rest, and under load thousands of messages call nobody.
        tokio::join!(walk(simulator, sid, steps, due), Box::pin(make(simulator, sid, calls)));
    } else {
        walk(simulator, sid, steps, due).await;
    }
}

async fn walk(simulator: &Simulator, sid: &str, steps: Vec<Step>, due: mpsc::UnboundedSender<Step>) {
    for step in steps {
        simulator.clock.until(step.at).await;
        match step.act {
            // The receiver lives as long as this task.
            Act::Call { .. } => due.send(step).unwrap_or_default(),
            Act::Move { .. } | Act::Price(_) => done(simulator, sid, step.id),
        }
    }
}

async fn make(simulator: &Simulator, sid: &str, mut due: mpsc::UnboundedReceiver<Step>) {
    while let Some(step) = due.recv().await {
        let Act::Call { status, error_code, token } = step.act else {
            continue;
        };
        let Some(message) = pending(simulator, sid, step.id) else {
            continue;
        };
        callbacks::report(simulator, &message, status, error_code, token).await;
        done(simulator, sid, step.id);
    }
}

/// The message, if that step of it is still to be done.
fn pending(simulator: &Simulator, sid: &str, step: Uuid) -> Option<Message> {
    let books = simulator.books();
    let state = books.state();
    state.is_pending(sid, step).then(|| state.get(sid).cloned())?
}

/// Does the step, unless the message has been withdrawn or deleted.
fn done(simulator: &Simulator, sid: &str, step: Uuid) {
    let mut books = simulator.books();
    if books.state().is_pending(sid, step)
        && let Err(error) = books.note(Entry::Stepped { sid: sid.to_owned(), step })
    {
        tracing::error!(%sid, %error, "the simulator's journal cannot be written");
    }
}

/// Writes down, every moment until shutdown, what happened by itself.
pub async fn keep_written(simulator: Arc<Simulator>) {
    let stopped = simulator.shutdown.clone();
    while stopped.run_until_cancelled(tokio::time::sleep(FLUSH_EVERY)).await.is_some() {
        flush(&simulator);
    }
}

/// Writes down what happened by itself.
pub fn flush(simulator: &Simulator) {
    if let Err(error) = simulator.books().flush() {
        tracing::error!(%error, "the simulator's journal cannot be written");
    }
}
