//! Asking Twilio, every hour, how our number stands as a WhatsApp sender, and keeping the limit `meta_tier` in step.

use chrono::TimeDelta;

use super::{
    deliver::Step,
    error::Result,
    set_limit::{follow_messaging_limit, note},
    state::App,
};
use crate::{
    domain::sender::MessagingLimit,
    store::{self, senders::SenderRow},
};

const EVERY: TimeDelta = TimeDelta::hours(1);
/// After a question that could not be had, and while it is under way.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

/// Asks if its time has come, unless another server does.
pub async fn ask_sender(app: &App) -> Result<Step> {
    let (number, now) = (app.settings.number.as_str(), app.clock.now());
    let mut conn = app.pool.acquire().await?;
    if !store::senders::claim_question(&mut conn, number, now, now + AGAIN).await? {
        return Ok(Step::Nothing);
    }
    drop(conn);
    let told = app.gateway.sender(number).await;
    let mut tx = store::connection::begin(&app.pool).await?;
    let mut lowered = None;
    match told {
        Ok(told) => {
            let told = told.map(|told| SenderRow {
                status: Some(told.status),
                quality: told.quality,
                messaging_limit: told.messaging_limit,
                ..SenderRow::default()
            });
            let told = told.unwrap_or_default();
            store::senders::set_told(&mut tx, number, &told, now, now + EVERY).await?;
            if let Some(words) = &told.messaging_limit
                && let Some(limit) = MessagingLimit::parse(words)
            {
                lowered = follow_messaging_limit(&mut tx, limit, words, now).await?;
            }
        }
        Err(error) => {
            tracing::warn!(%error, "Twilio could not be asked about our sender");
            store::senders::set_failed(&mut tx, number, now).await?;
        }
    }
    tx.commit().await?;
    note(&app.pool, lowered, now).await?;
    Ok(Step::Nothing)
}
