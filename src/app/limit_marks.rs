//! Who is told that a limit is nearly or wholly used: the dealer on his pages, the admin on his.

use uuid::Uuid;

use super::{actor::Actor, error::Result, read_panel::dealer_of, state::App};
use crate::{
    domain::{limits::Limit, time::first_of_month},
    store,
};

pub use crate::store::limits::marks::MarkRow;

/// How many an admin sees.
const SHOWN: i64 = 20;

fn subjects(actor: &Actor) -> Result<[Uuid; 2]> {
    Ok([dealer_of(actor)?.0, actor.user_id.0])
}

/// What a dealer's user has not been told yet of the period that is under way, one line a limit.
///
/// # Errors
/// `NotFound`: not a dealer's user.
pub async fn list_own_marks(app: &App, actor: &Actor) -> Result<Vec<MarkRow>> {
    let now = app.clock.now();
    let subjects = subjects(actor)?;
    let mut conn = app.pool.acquire().await?;
    let mut marks = store::limits::marks::list_unread(&mut conn, &subjects, first_of_month(now)).await?;
    marks.retain(|mark| mark.name.parse::<Limit>().is_ok_and(|limit| limit.period(now) == mark.period));
    marks.sort_by(|one, other| (&one.name, other.percent).cmp(&(&other.name, one.percent)));
    marks.dedup_by(|later, first| later.name == first.name);
    Ok(marks)
}

/// He has read it; a greater one of the same period is told again.
///
/// # Errors
/// `NotFound`: not a dealer's user.
pub async fn read_mark(app: &App, actor: &Actor, limit: Limit, percent: i16) -> Result<()> {
    let subjects = subjects(actor)?;
    let mut conn = app.pool.acquire().await?;
    Ok(store::limits::marks::mark_read(&mut conn, limit, &subjects, percent, app.clock.now()).await?)
}

/// All of the periods that are under way, the newest first.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_marks(app: &App, actor: &Actor) -> Result<Vec<MarkRow>> {
    actor.admin()?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let mut marks = store::limits::marks::list_since(&mut conn, first_of_month(now), SHOWN).await?;
    marks.retain(|mark| mark.name.parse::<Limit>().is_ok_and(|limit| limit.period(now) == mark.period));
    Ok(marks)
}
