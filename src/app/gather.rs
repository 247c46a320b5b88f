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
    let mut done = attempt(work, jobs.clone()).await;
    if done.as_ref().err().and_then(database_code).is_some_and(|code| code.starts_with("40")) {
        // Chosen to end a deadlock: nothing was done, and the other has gone on.
        done = attempt(work, jobs.clone()).await;
    }
    match done {
        Ok(answers) => {
            for (asker, answer) in askers.into_iter().zip(answers) {
                tell(asker, Ok(answer));
            }
        }
        // A value that the database does not take, and nothing was done: one bad job must not spoil its group.
        Err(error) if jobs.len() > 1 && is_of_one_job(&error) => {
            tracing::warn!(%error, jobs = jobs.len(), "a group failed; its jobs are done one by one");
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

fn is_of_one_job(error: &AppError) -> bool {
    database_code(error).is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}

/// SQLSTATE: 22 data exception, 23 integrity, 54 too large, 40 rolled back for another's sake.
fn database_code(error: &AppError) -> Option<String> {
    let AppError::Database(error) = error else { return None };
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Cell;

    use futures::future::join_all;

    use super::*;

    /// Doubles numbers, and keeps how many came together.
    fn doubling(groups: &Arc<Cell<Vec<usize>>>) -> Gatherer<u32, u32> {
        let groups = groups.clone();
        Gatherer::start(8, 1, move |jobs: Vec<u32>| {
            groups.lock().unwrap().push(jobs.len());
            Box::pin(async move {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                assert!(!jobs.contains(&13), "an unlucky job");
                Ok(jobs.into_iter().map(|number| number * 2).collect())
            })
        })
    }

    #[tokio::test]
    async fn jobs_that_come_while_a_group_is_under_way_go_together_and_each_gets_its_own_answer() {
        let groups = Arc::default();
        let gatherer = doubling(&groups);
        let answers = join_all((0..10).map(|number| gatherer.submit(number))).await;
        let answers: Vec<u32> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, (0..10).map(|number| number * 2).collect::<Vec<_>>());
        let groups = groups.lock().unwrap();
        assert!(groups.len() < 10 && groups.iter().all(|jobs| *jobs <= 8), "{groups:?}");
    }

    #[tokio::test]
    async fn panic_is_its_groups_error_and_the_next_group_goes_on() {
        let gatherer = doubling(&Arc::default());
        let error = gatherer.submit(13).await.unwrap_err();
        assert!(error.is_fault());
        assert_eq!(gatherer.submit(2).await.unwrap(), 4);
    }
}
