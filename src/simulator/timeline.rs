//! Lets what was planned happen: a task a message, waiting on the simulator's clock.

use std::sync::Arc;

use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    Simulator,
    books::Entry,
    callbacks,
    message::{Act, Message, Step},
};

/// Carries out `steps`, which are in the order of their moments, until done, forgotten or shut down. Calls are made one
/// after the other, and a slow one delays the message's other calls but never its status.
pub fn follow(simulator: &Arc<Simulator>, sid: String, steps: Vec<Step>) {
    let simulator = Arc::clone(simulator);
    let era = simulator.books().era();
    let tasks = simulator.tasks.clone();
    tasks.spawn(async move {
        let (due, calls) = mpsc::unbounded_channel();
        tokio::select! {
            () = era.cancelled() => {}
            ((), ()) = async { tokio::join!(walk(&simulator, &sid, steps, due), make(&simulator, &sid, calls)) } => {}
        }
    });
}

async fn walk(simulator: &Simulator, sid: &str, steps: Vec<Step>, due: mpsc::UnboundedSender<Step>) {
    for step in steps {
        simulator.clock.until(step.at).await;
        match step.act {
            // The receiver lives as long as this task.
            Act::Call { .. } => due.send(step).unwrap_or_default(),
            Act::Move { .. } | Act::Price(_) => {
                if pending(simulator, sid, step.id).is_some() {
                    done(simulator, sid, step.id);
                }
            }
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
    let message = books.state().get(sid)?;
    message.pending.iter().any(|one| one.id == step).then(|| message.clone())
}

fn done(simulator: &Simulator, sid: &str, step: Uuid) {
    if let Err(error) = simulator.books().record(Entry::Stepped { sid: sid.to_owned(), step }) {
        tracing::error!(%sid, %error, "the simulator's journal cannot be written");
    }
}
