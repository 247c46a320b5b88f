//! Conversations: a dealer's list, one with all that was said, answering, and giving words that are nobody's to one.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    actor::Actor,
    error::{AppError, Result},
    read_panel::dealer_of,
    send_message::{Recipient, SendMessage, send_message},
    state::App,
};
use crate::{
    domain::{
        body::Body,
        ids::{DealerId, InboundId, MessageId, ThreadId},
        kind::Kind,
        message::Status,
        phone::Phone,
        text::fold,
    },
    store::{
        self,
        thread_pages::{LineRow, NobodysRow, ThreadRow},
    },
};

const PER_PAGE: i64 = 50;
/// The latest of a conversation.
const LINES: i64 = 200;
const NOBODYS: i64 = 20;

/// A conversation in the list.
pub struct Thread {
    pub row: ThreadRow,
    /// What was said last, and whether the dealer said it.
    pub last: Option<(String, bool)>,
}

/// Whose the other side is, as a dealer reads it.
pub fn other_side(row: &ThreadRow) -> String {
    let shown = |address: &String| {
        Phone::parse_api(address).map_or_else(|_| address.clone(), |phone| phone.national())
    };
    row.buyer.clone().or_else(|| row.address.as_ref().map(shown)).unwrap_or_default()
}

/// A page of a dealer's conversations.
pub struct ThreadList {
    pub threads: Vec<Thread>,
    pub nobodys: Vec<NobodysRow>,
    pub next: Option<ThreadId>,
}

/// A dealer's conversations, the latest first, after `after`, of those that bear `piece`.
///
/// # Errors
/// `NotFound` for whoever is no dealer's.
pub async fn list_threads(
    app: &App,
    actor: &Actor,
    piece: &str,
    after: Option<ThreadId>,
) -> Result<ThreadList> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let after = match after {
        Some(id) => store::thread_pages::get_thread(&mut conn, id)
            .await?
            .filter(|row| row.dealer_id == dealer)
            .map(|row| (row.last_at, row.id)),
        None => None,
    };
    let piece = Some(fold(piece.trim())).filter(|piece| !piece.is_empty());
    let piece = piece.map(|piece| format!("%{}%", piece.replace(['%', '_', '\\'], "")));
    let mut rows =
        store::thread_pages::list_of_dealer(&mut conn, dealer, piece.as_deref(), after, PER_PAGE + 1).await?;
    let more = rows.len() > usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let next = rows.last().map(|row| row.id).filter(|_| more);
    let ids: Vec<ThreadId> = rows.iter().map(|row| row.id).collect();
    let last = store::thread_pages::list_last_words(&mut conn, &ids).await?;
    let mut last: HashMap<ThreadId, (String, bool)> =
        last.into_iter().map(|(id, body, by_dealer)| (id, (body, by_dealer))).collect();
    let nobodys = store::thread_pages::list_nobodys(&mut conn, dealer, NOBODYS).await?;
    let threads = rows.into_iter().map(|row| Thread { last: last.remove(&row.id), row }).collect();
    Ok(ThreadList { threads, nobodys, next })
}

/// Something that was said.
pub struct Line {
    /// The message of ours that it is.
    pub message: Option<MessageId>,
    pub by_dealer: bool,
    pub body: String,
    pub status: Option<Status>,
    pub at: DateTime<Utc>,
}

/// A conversation with its latest lines, the oldest first.
pub struct ThreadDetail {
    pub row: ThreadRow,
    pub lines: Vec<Line>,
}

/// One of a dealer's conversations; from now on it is read.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn read_thread(app: &App, actor: &Actor, id: ThreadId) -> Result<ThreadDetail> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    let row = row.filter(|row| row.dealer_id == dealer).ok_or(AppError::NotFound)?;
    if row.unread {
        store::thread_pages::mark_seen(&mut conn, id, app.clock.now()).await?;
    }
    let lines = store::thread_pages::list_lines(&mut conn, id, LINES).await?;
    Ok(ThreadDetail { row, lines: parse(lines)? })
}

/// The conversation that a message of the actor's own belongs to; `None`: it belongs to none.
pub async fn read_thread_of(app: &App, actor: &Actor, message: MessageId) -> Result<Option<ThreadDetail>> {
    let mut conn = app.pool.acquire().await?;
    let Some(id) = store::thread_pages::get_thread_of(&mut conn, message).await? else { return Ok(None) };
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    let Some(row) = row.filter(|row| row.buyer_id == Some(actor.user_id)) else { return Ok(None) };
    let lines = store::thread_pages::list_lines(&mut conn, id, LINES).await?;
    Ok(Some(ThreadDetail { row, lines: parse(lines)? }))
}

fn parse(lines: Vec<LineRow>) -> Result<Vec<Line>> {
    let line = |row: LineRow| {
        let status = row.status.map(|word| word.parse()).transpose();
        let status = status.map_err(|error: crate::domain::message::UnknownStatus| {
            AppError::Fault(format!("messages.status: {error}"))
        })?;
        Ok(Line { message: row.message, by_dealer: row.by_dealer, body: row.body, status, at: row.at })
    };
    lines.into_iter().rev().map(line).collect()
}

/// A dealer's person answers: a buyer reads it here, whoever has no account gets it on WhatsApp, with its limits and its cost.
/// `form` makes a second press the same answer.
///
/// # Errors
/// `NotFound`; `Invalid` for words that are none; as for sending a message.
pub async fn answer(app: &App, actor: &Actor, id: ThreadId, words: &str, form: Uuid) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    let row = row.filter(|row| row.dealer_id == dealer).ok_or(AppError::NotFound)?;
    let body =
        Body::parse(words).map_err(|error| AppError::invalid("message", "invalid", error.sentence()))?;
    let Some(address) = row.address else {
        let now = app.clock.now();
        let mut tx = store::connection::begin(&app.pool).await?;
        store::thread_pages::insert_answer(&mut tx, form, id, actor.user_id, body.as_str(), now).await?;
        store::threads::mark_dealer_spoke(&mut tx, id, now).await?;
        tx.commit().await?;
        return Ok(());
    };
    drop(conn);
    let phone = Phone::parse_api(&address).map_err(|_| {
        AppError::invalid(
            "message",
            "no_number",
            "Esta persona oculta su número: responda desde su teléfono.",
        )
    })?;
    let command = SendMessage {
        to: Recipient::Number { phone, about: row.vehicle_id },
        body,
        image_url: None,
        kind: Kind::Contact,
        reason: None,
        template: None,
        key: Some(format!("answer:{form}")),
        resend_of: None,
        continues: None,
    };
    send_message(app, actor, command).await.map(|_| ())
}

/// Gives words from the dealer's number, which are nobody's, to one of his conversations.
///
/// # Errors
/// `NotFound` for words or a conversation that are not his, or words that are somebody's already.
pub async fn assign(app: &App, actor: &Actor, words: InboundId, thread: ThreadId) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let mut tx = store::connection::begin(&app.pool).await?;
    if !store::thread_pages::assign_nobodys(&mut tx, dealer, words, thread).await? {
        return Err(AppError::NotFound);
    }
    store::threads::mark_dealer_spoke(&mut tx, thread, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Fewer answers tell nothing of a habit.
const LEAST_ANSWERS: i64 = 5;
/// So far back, and so many conversations, tell how a dealer answers now.
const HABIT: TimeDelta = TimeDelta::days(90);
const LATEST: i64 = 200;

/// How soon a dealer usually answers first; `None`: too few have been answered to say.
pub async fn usual_answer_time(app: &App, dealer: DealerId) -> Result<Option<TimeDelta>> {
    let since = app.clock.now() - HABIT;
    let mut conn = app.pool.acquire().await?;
    let (answered, seconds) = store::thread_pages::get_answer_time(&mut conn, dealer, since, LATEST).await?;
    let usual = seconds.filter(|_| answered >= LEAST_ANSWERS);
    #[expect(clippy::cast_possible_truncation, reason = "seconds within ninety days")]
    Ok(usual.map(|seconds| TimeDelta::seconds(seconds.round() as i64)))
}
