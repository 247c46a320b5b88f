//! «Preguntar a Twilio»: an admin wants an answer before its time. The workers ask; no page waits for Twilio.

use uuid::Uuid;

use super::{
    actor::Actor, check_next::ask_once, deliver::Step, error::Result, read_system::doubts, state::App,
};
use crate::{domain::ids::PartId, store};

/// Has Twilio asked about one of the parts in doubt, or about all that the page shows; returns about how many.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn ask_now(app: &App, actor: &Actor, part: Option<Uuid>) -> Result<usize> {
    actor.admin()?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let shown = doubts(&mut conn, now).await?.into_iter().map(|doubt| doubt.part);
    let wanted: Vec<PartId> = shown.filter(|id| part.is_none_or(|part| part == id.0)).collect();
    store::doubts::insert_asked(&mut conn, &wanted, now).await?;
    Ok(wanted.len())
}

/// Asks about one of those.
pub async fn ask_wanted(app: &App) -> Result<Step> {
    let wanted = store::doubts::take_asked(&mut *app.pool.acquire().await?).await?;
    let Some(part) = wanted else { return Ok(Step::Nothing) };
    ask_once(app, part).await?;
    Ok(Step::Worked)
}
