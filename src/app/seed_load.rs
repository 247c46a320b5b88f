//! A history to measure and to look at: many dealers' messages over many days, the same for the same seed. Its last day
//! is yesterday, so that today's limits are free. Each row is what the rules of `domain` made of what was said.

mod fate;
mod history;
mod people;

use chrono::TimeDelta;
use tokio::sync::mpsc;

use self::history::History;
use super::{
    demo_data::seed_lots,
    error::{AppError, Result},
    passwords,
    state::Tools,
};
use crate::{
    domain::time::midnight,
    store::{self, copy::Rows},
};

/// Messages in one COPY: some ten megabytes of text.
const BATCH: usize = 5_000;

/// What to load.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The demo's own included.
    pub dealers: u16,
    pub messages: u32,
    /// Until yesterday.
    pub days: u16,
    pub seed: u64,
}

/// Loads all of it, or nothing; `loaded` is told how many messages were. Every account has this password.
///
/// # Errors
/// `Invalid` where such a history was loaded before.
pub async fn seed_load(tools: &Tools, load: Load, password: &str, mut loaded: impl FnMut(u64)) -> Result<()> {
    let now = tools.clock.now();
    let begins = midnight(now) - TimeDelta::days(load.days.into());
    let password_hash = passwords::hash(password).await?;
    let mut tx = store::connection::begin(&tools.pool).await?;
    let lots = seed_lots(&mut tx, load.dealers.into(), now).await?;
    let people = people::add(&mut tx, &lots, load.messages, &password_hash, begins).await?;
    let unit_price = store::rates::list_rates(&mut tx).await?.first().map(|rate| rate.price);
    let unit_price = unit_price.ok_or_else(super::accept::no_rate)?;

    let (batches, mut made) = mpsc::channel(1);
    let mut history = History::new(load, begins, lots, people, unit_price);
    let making = tokio::task::spawn_blocking(move || {
        loop {
            let mut rows = Rows::default();
            let count = history.by_ref().take(BATCH).map(|past| rows.push(&past)).count();
            // Nobody takes it: the loading failed, and says why itself.
            if count == 0 || batches.blocking_send((rows, count)).is_err() {
                return;
            }
        }
    });
    while let Some((rows, count)) = made.recv().await {
        store::copy::copy(&mut tx, rows).await?;
        loaded(u64::try_from(count).unwrap_or_default());
    }
    making.await.map_err(|panic| AppError::Fault(format!("making the history: {panic}")))?;
    store::copy::finish(&mut tx).await?;
    Ok(tx.commit().await?)
}
