//! Words that are nobody's yet, as an admin gives them to a conversation or puts them away.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

pub use super::thread_lines::File;
use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    state::App,
    tell_buyer,
    thread_lines::read_extra,
    threads::{find, other_side},
};
use crate::{
    domain::{
        audit::Action,
        ids::{DealerId, InboundId, ThreadId},
        inbound::Extra,
        phone::{Phone, masked},
        text::fold,
    },
    store::{
        self,
        connection::took_too_long,
        thread_pages::{ThreadRow, Which},
        unassigned::UnassignedRow,
    },
};

const PER_PAGE: i64 = 30;
/// Conversations that are offered.
const OFFERED: i64 = 20;

/// Somebody's words.
pub struct Unassigned {
    pub id: InboundId,
    /// His number, masked, and what he calls himself.
    pub from: String,
    /// Whose number it is, if it is one dealer's and no other's.
    pub dealer: Option<String>,
    pub body: String,
    pub extra: Option<Extra>,
    pub files: Vec<File>,
    /// Files beyond those that were taken.
    pub files_left: i16,
    pub at: DateTime<Utc>,
}

impl Unassigned {
    fn of(row: UnassignedRow, files: Vec<File>) -> Self {
        let number = Phone::parse_api(&row.from_address)
            .map_or_else(|_| "Usuario de WhatsApp".to_owned(), |number| masked(number.as_str()));
        let from = row.profile_name.map_or_else(|| number.clone(), |name| format!("{name} · {number}"));
        Self {
            id: row.id,
            from,
            dealer: row.dealer,
            body: row.body,
            extra: read_extra(row.extra),
            files,
            files_left: row.media_left,
            at: row.received_at,
        }
    }
}

/// Each with its files.
pub(super) async fn with_files(conn: &mut PgConnection, rows: Vec<UnassignedRow>) -> Result<Vec<Unassigned>> {
    let ids: Vec<InboundId> = rows.iter().map(|row| row.id).collect();
    let mut files: HashMap<InboundId, Vec<File>> = HashMap::new();
    for file in store::inbound_media::list_of(conn, &ids).await? {
        files.entry(file.inbound).or_default().push(file);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let files = files.remove(&row.id).unwrap_or_default();
            Unassigned::of(row, files)
        })
        .collect())
}

/// The conversations that words from a dealer's own number may be for, the latest first after `after`: his with buyers, of
/// those that bear `piece`. With anybody else he speaks through OKLA.
pub(super) async fn candidates(
    app: &App,
    conn: &mut PgConnection,
    dealer: DealerId,
    piece: &str,
    after: Option<(DateTime<Utc>, ThreadId)>,
    limit: i64,
) -> Result<Vec<ThreadRow>> {
    Ok(match find(app, dealer, piece).await? {
        Some(ids) => store::thread_pages::list_these(conn, &ids, Which::Buyers, after, limit).await?,
        None => store::thread_pages::list_of_dealer(conn, dealer, Which::Buyers, after, limit).await?,
    })
}

/// Whether words may be for a conversation, which is nobody's who is erased: a dealer's, for one of his with a buyer; a stranger's, for any.
pub(super) fn fits(words: &UnassignedRow, thread: &ThreadRow) -> bool {
    !thread.is_erased()
        && words.dealer_id.is_none_or(|dealer| thread.dealer_id == dealer && thread.buyer_id.is_some())
}

/// A page of them, the newest first.
pub struct Page {
    pub words: Vec<Unassigned>,
    pub next: Option<InboundId>,
}

/// Those before `before`.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_unassigned(app: &App, actor: &Actor, before: Option<InboundId>) -> Result<Page> {
    actor.admin()?;
    let mut conn = app.searches.acquire().await?;
    let before = match before {
        Some(id) => store::unassigned::get(&mut conn, id).await?.map(|row| (row.received_at, row.id)),
        None => None,
    };
    let mut rows = store::unassigned::list(&mut conn, before, PER_PAGE + 1).await?;
    let more = rows.len() > usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let next = rows.last().map(|row| row.id).filter(|_| more);
    Ok(Page { words: with_files(&mut conn, rows).await?, next })
}

/// A conversation that words may be for, as an admin reads it.
pub struct Offered {
    pub id: ThreadId,
    pub dealer: String,
    pub other: String,
    pub vehicle: Option<String>,
    pub last_at: DateTime<Utc>,
}

impl Offered {
    fn of(row: ThreadRow) -> Self {
        let number = row.address.as_deref().filter(|_| row.buyer.is_none());
        let other = number.map_or_else(|| other_side(&row), masked);
        Self { id: row.id, dealer: row.dealer, other, vehicle: row.vehicle, last_at: row.last_at }
    }
}

/// Somebody's words with the conversations that bear `piece`; without one, with those of his number.
///
/// # Errors
/// `NotFound`, also for words that are somebody's; `Invalid` for a search that takes too long.
pub async fn read_unassigned(
    app: &App,
    actor: &Actor,
    id: InboundId,
    piece: &str,
) -> Result<(Unassigned, Vec<Offered>)> {
    actor.admin()?;
    let mut conn = app.pool.acquire().await?;
    let row = store::unassigned::get(&mut conn, id).await?.ok_or(AppError::NotFound)?;
    let mut rows = match row.dealer_id {
        Some(dealer) => candidates(app, &mut conn, dealer, piece, None, OFFERED).await?,
        None => strangers_threads(app, &mut conn, &row.from_address, piece).await?,
    };
    rows.retain(|thread| fits(&row, thread));
    let words = with_files(&mut conn, vec![row]).await?.pop().ok_or(AppError::NotFound)?;
    Ok((words, rows.into_iter().map(Offered::of).collect()))
}

/// Conversations of anybody's that bear `piece`; without one, those of the number.
async fn strangers_threads(
    app: &App,
    conn: &mut PgConnection,
    address: &str,
    piece: &str,
) -> Result<Vec<ThreadRow>> {
    let text = fold(piece.trim()).replace(['%', '_', '\\'], "");
    let number = Phone::parse_api(piece).ok();
    let (by_name, by_number) = if text.is_empty() {
        (None, Some(address.to_owned()))
    } else {
        (Some(format!("%{text}%")), number.map(String::from))
    };
    let mut searches = app.searches.acquire().await?;
    let found =
        store::unassigned::find_threads(&mut searches, by_name.as_deref(), by_number.as_deref(), OFFERED)
            .await;
    let ids = found.map_err(|error| {
        if took_too_long(&error) {
            AppError::invalid(
                "q",
                "search_too_slow",
                "La búsqueda tardó demasiado. Escriba el nombre entero.",
            )
        } else {
            error.into()
        }
    })?;
    Ok(store::thread_pages::list_these(conn, &ids, Which::All, None, OFFERED).await?)
}

/// Gives somebody's words to a conversation.
///
/// # Errors
/// `NotFound`, also for words that are somebody's meanwhile, and for a conversation that they cannot be for.
pub async fn assign_words(app: &App, actor: &Actor, id: InboundId, thread: ThreadId) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let words = store::unassigned::get(&mut tx, id).await?.ok_or(AppError::NotFound)?;
    let row = store::thread_pages::get_thread(&mut tx, thread).await?;
    let row = row.filter(|row| fits(&words, row)).ok_or(AppError::NotFound)?;
    if !store::unassigned::assign(&mut tx, id, thread).await? {
        return Err(AppError::NotFound);
    }
    store::threads::mark_heard(&mut tx, thread, &words.from_address, now, now).await?;
    store::line_words::note_inbound(&mut tx, &[id]).await?;
    tell_buyer::expect(&mut tx, thread, now).await?;
    let mut change = Change::new(Action::WordsAssigned, &id, Some(actor.user_id), now);
    change.dealer = Some(row.dealer_id);
    change.after = json!({ "thread": thread });
    record(&mut tx, change).await?;
    tx.commit().await?;
    app.notices.thread_changed(thread, row.dealer_id);
    Ok(())
}

/// Somebody's words are for no conversation.
///
/// # Errors
/// `NotFound`, also for words that are somebody's meanwhile.
pub async fn close_words(app: &App, actor: &Actor, id: InboundId) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    store::unassigned::get(&mut tx, id).await?.ok_or(AppError::NotFound)?;
    if !store::unassigned::close(&mut tx, id, now).await? {
        return Err(AppError::NotFound);
    }
    record(&mut tx, Change::new(Action::WordsClosed, &id, Some(actor.user_id), now)).await?;
    tx.commit().await?;
    Ok(())
}
