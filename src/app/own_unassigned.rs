//! Words from a dealer's own number that are nobody's yet: he says to which of his conversations they belong.

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    read_panel::dealer_of,
    state::App,
    tell_buyer,
    unassigned::{Unassigned, candidates, fits, with_files},
};
use crate::{
    domain::{
        audit::Action,
        ids::{InboundId, ThreadId},
    },
    store::{self, thread_pages::ThreadRow},
};

/// Words that are shown at once, the newest; the others follow as these are given away.
const SHOWN: usize = 20;
/// Conversations that are offered beside each; the others are on a page of their own.
const OFFERED: usize = 20;
const PER_PAGE: usize = 50;

/// A dealer's words that wait.
pub struct OwnUnassigned {
    pub words: Vec<Unassigned>,
    /// There are older ones.
    pub more: bool,
    /// Where they may belong.
    pub candidates: Candidates,
}

/// His conversations with buyers, the latest first.
pub struct Candidates {
    pub threads: Vec<ThreadRow>,
    /// After which there are more.
    pub next: Option<ThreadId>,
}

impl Candidates {
    fn of(mut threads: Vec<ThreadRow>, most: usize) -> Self {
        let more = threads.len() > most;
        threads.truncate(most);
        let next = threads.last().map(|row| row.id).filter(|_| more);
        Self { threads, next }
    }
}

/// One more, which tells that there are others.
fn and_one(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}

/// The newest of them.
///
/// # Errors
/// `NotFound` for whoever is no dealer's.
pub async fn list_own_unassigned(app: &App, actor: &Actor) -> Result<OwnUnassigned> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let mut rows = store::unassigned::list_of_dealer(&mut conn, dealer, and_one(SHOWN)).await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let threads = if rows.is_empty() {
        Vec::new()
    } else {
        candidates(app, &mut conn, dealer, "", None, and_one(OFFERED)).await?
    };
    let words = with_files(&mut conn, rows).await?;
    Ok(OwnUnassigned { words, more, candidates: Candidates::of(threads, OFFERED) })
}

/// One of them with a page of his conversations that bear `piece`, after `after`.
///
/// # Errors
/// `NotFound`, also for another's and for words that are somebody's; `Invalid` for a search that takes too long.
pub async fn read_own_unassigned(
    app: &App,
    actor: &Actor,
    id: InboundId,
    piece: &str,
    after: Option<ThreadId>,
) -> Result<(Unassigned, Candidates)> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let row = store::unassigned::get(&mut conn, id).await?;
    let row = row.filter(|row| row.dealer_id == Some(dealer)).ok_or(AppError::NotFound)?;
    let after = match after {
        Some(id) => store::thread_pages::get_thread(&mut conn, id)
            .await?
            .filter(|row| row.dealer_id == dealer)
            .map(|row| (row.last_at, row.id)),
        None => None,
    };
    let threads = candidates(app, &mut conn, dealer, piece, after, and_one(PER_PAGE)).await?;
    let words = with_files(&mut conn, vec![row]).await?.pop().ok_or(AppError::NotFound)?;
    Ok((words, Candidates::of(threads, PER_PAGE)))
}

/// Gives one of them to one of his conversations with a buyer.
///
/// # Errors
/// `NotFound` for words or a conversation that are not his, or words that are somebody's already.
pub async fn assign_own(app: &App, actor: &Actor, id: InboundId, thread: ThreadId) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let words = store::unassigned::get(&mut tx, id).await?;
    let words = words.filter(|row| row.dealer_id == Some(dealer)).ok_or(AppError::NotFound)?;
    let row = store::thread_pages::get_thread(&mut tx, thread).await?.ok_or(AppError::NotFound)?;
    if !fits(&words, &row) || !store::unassigned::assign(&mut tx, id, thread).await? {
        return Err(AppError::NotFound);
    }
    store::threads::mark_dealer_spoke(&mut tx, thread, now, now).await?;
    store::line_words::note_inbound(&mut tx, &[id]).await?;
    tell_buyer::expect(&mut tx, thread, now).await?;
    tx.commit().await?;
    app.notices.thread_changed(thread, dealer);
    Ok(())
}

/// One of them is for nobody; said twice, it is said once.
///
/// # Errors
/// `NotFound` for words that are not his, or are somebody's meanwhile.
pub async fn close_own(app: &App, actor: &Actor, id: InboundId) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let words = store::unassigned::get(&mut tx, id).await?;
    if words.is_none() && store::unassigned::was_closed(&mut tx, dealer, id).await? {
        return Ok(());
    }
    words.filter(|row| row.dealer_id == Some(dealer)).ok_or(AppError::NotFound)?;
    if !store::unassigned::close(&mut tx, id, now).await? {
        return Err(AppError::NotFound);
    }
    let mut change = Change::new(Action::WordsClosed, &id, Some(actor.user_id), now);
    change.dealer = Some(dealer);
    record(&mut tx, change).await?;
    tx.commit().await?;
    Ok(())
}
