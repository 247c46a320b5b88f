//! Files that people send: fetching each once its message is stored, and handing them to whoever is in the conversation.

use chrono::TimeDelta;

use super::{
    actor::Actor,
    deliver::Step,
    error::{AppError, Result},
    media_source::MediaError,
    state::App,
};
use crate::{
    domain::{
        ids::MediaId,
        media::{MediaKind, Unshown},
        user::Role,
    },
    store::{self, inbound_media::Due},
};

/// Longer than a fetch and its redirects may take; whoever holds one that long has died.
const HELD: TimeDelta = TimeDelta::minutes(3);
/// Then it is given up.
const TRIED_FOR: TimeDelta = TimeDelta::hours(24);

/// How long after which try the next comes: right after the webhook a file is often not there yet (fact sheet §5.2).
fn wait_after(attempt: i16) -> TimeDelta {
    match attempt {
        ..=1 => TimeDelta::seconds(1),
        2 => TimeDelta::seconds(3),
        3..=5 => TimeDelta::minutes(1),
        6..=10 => TimeDelta::minutes(10),
        _ => TimeDelta::hours(1),
    }
}

/// Fetches the file that is due longest.
pub async fn fetch_next_media(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let claimed = store::inbound_media::claim(&mut *app.pool.acquire().await?, now, now + HELD).await?;
    let Some(due) = claimed else { return Ok(Step::Nothing) };
    let fetched = app.media.fetch(&due.url).await;
    settle(app, &due, fetched).await?;
    Ok(Step::Worked)
}

async fn settle(app: &App, due: &Due, fetched: std::result::Result<Vec<u8>, MediaError>) -> Result<()> {
    let mut conn = app.pool.acquire().await?;
    let outcome = fetched.and_then(|bytes| {
        let kind = MediaKind::agreed(&bytes, &due.declared_type);
        kind.map(|kind| (kind, bytes)).ok_or(MediaError::Refused(Unshown::Type))
    });
    match outcome {
        Ok((kind, bytes)) => {
            store::inbound_media::mark_stored(&mut conn, due.id, kind, &bytes).await?;
        }
        Err(MediaError::Refused(why)) => {
            tracing::info!(file = %due.id, %why, "a file is not taken");
            store::inbound_media::mark_refused(&mut conn, due.id, why).await?;
        }
        Err(MediaError::Later(reason)) => {
            let now = app.clock.now();
            let next = now + wait_after(due.attempts);
            if next > due.created_at + TRIED_FOR {
                tracing::warn!(file = %due.id, reason, "a file did not come within a day");
                store::inbound_media::mark_refused(&mut conn, due.id, Unshown::Gone).await?;
            } else {
                tracing::info!(file = %due.id, reason, attempt = due.attempts, "a file is not there yet");
                store::inbound_media::put_off(&mut conn, due.id, next).await?;
            }
        }
    }
    if let Some((thread, dealer)) = store::inbound::get_thread(&mut conn, due.inbound).await? {
        app.notices.thread_changed(thread, dealer);
    }
    Ok(())
}

/// A stored file for whoever is in its conversation; while it is in none, for the dealer from whose number it came.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn read_media(app: &App, actor: &Actor, id: MediaId) -> Result<(MediaKind, Vec<u8>)> {
    let mut conn = app.pool.acquire().await?;
    let (dealer, buyer) =
        store::inbound_media::get_readers(&mut conn, id).await?.ok_or(AppError::NotFound)?;
    let is_his = match actor.role {
        Role::Dealer => actor.dealer_id == Some(dealer),
        Role::Buyer => buyer == Some(actor.user_id),
        Role::Admin => false,
    };
    if !is_his {
        return Err(AppError::NotFound);
    }
    store::inbound_media::get_bytes(&mut conn, id).await?.ok_or(AppError::NotFound)
}
