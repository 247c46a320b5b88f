//! How dealers answer now, as buyers read it beside a vehicle and admins in the list of dealers.

use std::collections::HashMap;

use chrono::TimeDelta;
use sqlx::PgConnection;

use super::{error::Result, state::App};
use crate::{
    domain::{
        answers::{Answers, HABIT_DAYS, HABIT_LATEST},
        ids::DealerId,
    },
    store,
};

/// Fewer answers tell a buyer nothing of a habit.
const LEAST_ANSWERS: i64 = 5;

/// How soon a dealer usually answers first; `None`: too few have been answered to say.
pub async fn usual_answer_time(app: &App, dealer: DealerId) -> Result<Option<TimeDelta>> {
    let mut conn = app.pool.acquire().await?;
    let habit = habits_of(app, &mut conn, &[dealer]).await?.remove(&dealer).unwrap_or_default();
    Ok(habit.median.filter(|_| habit.answered >= LEAST_ANSWERS))
}

/// How each of these dealers answers.
pub(super) async fn habits_of(
    app: &App,
    conn: &mut PgConnection,
    dealers: &[DealerId],
) -> Result<HashMap<DealerId, Answers>> {
    let since = app.clock.now() - TimeDelta::days(HABIT_DAYS);
    Ok(store::answers::list_habits(conn, dealers, since, HABIT_LATEST).await?)
}
