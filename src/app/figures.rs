//! Keeping the figures: changes are noted with every message, here they are added up and proved.

use chrono::NaiveDate;
use sqlx::PgPool;

use super::{deliver::Step, error::Result, state::App};
use crate::store;

/// Adds up what was noted since. Readers see both, so nothing depends on when it is done.
pub async fn add_up_figures(app: &App) -> Result<Step> {
    let mut tx = store::connection::begin(&app.pool).await?;
    store::figures::add_up(&mut tx).await?;
    tx.commit().await?;
    Ok(Step::Nothing)
}

/// A day of one dealer (by his short name; `None`: charged to nobody) on which figures and history differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    pub dealer: Option<String>,
    pub day: NaiveDate,
}

/// Counts the whole history and compares: empty when every figure is exact. Reads all messages.
pub async fn check_figures(pool: &PgPool) -> Result<Vec<Drift>> {
    let mut conn = pool.acquire().await?;
    let drifts = store::figures::list_drifts(&mut conn).await?;
    Ok(drifts.into_iter().map(|drift| Drift { dealer: drift.dealer, day: drift.day }).collect())
}
