//! Doing many things in one transaction: whoever has a job hands it in and waits; while one group is under way the next
//! gathers. A single job alone waits for nobody.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::error::{AppError, Result};

type Work<J, A> = dyn Fn(Vec<J>) -> BoxFuture<'static, Result<Vec<A>>> + Send + Sync;

/// Where jobs are handed in; clones hand in to the same group.
pub struct Gatherer<J, A> {
    jobs: mpsc::Sender<(J, oneshot::Sender<Result<A>>)>,
}

impl<J, A> Clone for Gatherer<J, A> {
    fn clone(&self) -> Self {
        Self { jobs: self.jobs.clone() }
    }
}

impl<J: Clone + Send + 'static, A: Send + 'static> Gatherer<J, A> {
    /// Starts the tasks that do the groups, `at_most` jobs each, so many groups at once; they end with the last handle.
    /// `work` answers every job in its order, or none of them.
    pub fn start(
        at_most: usize,
        at_once: usize,
        work: impl Fn(Vec<J>) -> BoxFuture<'static, Result<Vec<A>>> + Send + Sync + 'static,
    ) -> Self {
        let (jobs, waiting) = mpsc::channel(4 * at_most);
        let waiting = Arc::new(Mutex::new(waiting));
        let work: Arc<Work<J, A>> = Arc::new(work);
        for _ in 0..at_once {
            let (waiting, work) = (waiting.clone(), work.clone());
            tokio::spawn(async move {
                let mut group = Vec::with_capacity(at_most);
                while waiting.lock().await.recv_many(&mut group, at_most).await > 0 {
                    let (jobs, askers) = group.drain(..).unzip();
                    do_group(&work, jobs, askers).await;
                }
            });
        }
        Self { jobs }
    }

    /// Hands a job in and waits for its answer.
    ///
    /// # Errors
    /// The job's own; or a fault, when its group failed and it is not known whether it was done.
    pub async fn submit(&self, job: J) -> Result<A> {
        let (asker, answer) = oneshot::channel();
        let gone = || AppError::Fault("the task that does groups of jobs has ended".to_owned());
        self.jobs.send((job, asker)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

async fn do_group<J: Clone + Send + 'static, A: Send + 'static>(
    work: &Arc<Work<J, A>>,
    jobs: Vec<J>,
    askers: Vec<oneshot::Sender<Result<A>>>,
) {
    match attempt(work, jobs.clone()).await {
        Ok(answers) => {
            for (asker, answer) in askers.into_iter().zip(answers) {
                tell(asker, Ok(answer));
            }
        }
        // The database itself said no, so nothing was done: one bad job must not spoil its group.
        Err(AppError::Database(sqlx::Error::Database(cause))) if jobs.len() > 1 => {
            tracing::warn!(%cause, jobs = jobs.len(), "a group failed; its jobs are done one by one");
            for (asker, job) in askers.into_iter().zip(jobs) {
                let answer = attempt(work, vec![job]).await;
                tell(asker, answer.and_then(|answers| answers.into_iter().next().ok_or_else(unanswered)));
            }
        }
        Err(error) => {
            let mut askers = askers.into_iter();
            let words = error.to_string();
            if let Some(first) = askers.next() {
                tell(first, Err(error));
            }
            for asker in askers {
                tell(asker, Err(AppError::Fault(words.clone())));
            }
        }
    }
}

/// In a task of its own: a panic is this group's error, not the end of all.
async fn attempt<J: Send + 'static, A: Send + 'static>(
    work: &Arc<Work<J, A>>,
    jobs: Vec<J>,
) -> Result<Vec<A>> {
    let done = tokio::spawn(work(jobs)).await;
    done.unwrap_or_else(|panic| Err(AppError::Fault(format!("a group of jobs panicked: {panic}"))))
}

fn tell<A>(asker: oneshot::Sender<Result<A>>, answer: Result<A>) {
    if asker.send(answer).is_err() {
        tracing::debug!("nobody waits for this answer any more");
    }
}

fn unanswered() -> AppError {
    AppError::Fault("a job was left without an answer".to_owned())
}
