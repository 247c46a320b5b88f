//! Keeping the answer that a key's first request got.

use super::{actor::Actor, error::Result, state::App};
use crate::store;

/// Keeps it until the key's day is over; the first kept stays.
pub async fn keep_answer(app: &App, actor: &Actor, key: &str, status: u16, body: &str) -> Result<()> {
    let mut conn = app.pool.acquire().await?;
    let status = i16::try_from(status).unwrap_or(i16::MAX);
    Ok(store::idempotency::set_answer(&mut conn, actor.user_id, key, status, body).await?)
}
