//! Conversations: a dealer's list, one with all that was said, answering, and giving one to somebody.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use super::thread_lines::{File, Line};
use super::{
    actor::Actor,
    error::{AppError, Result},
    read_panel::dealer_of,
    send_message::{Recipient, SendMessage, send_message},
    state::App,
    tell_buyer,
    test_drives::DriveRow,
    thread_lines::{read_extra, read_lines},
};
pub use crate::store::thread_pages::ThreadRow;
use crate::{
    domain::{
        body::Body,
        contact_reason::ContactReason,
        ids::{DealerId, MessageId, ThreadId, UserId},
        kind::Kind,
        phone::Phone,
        text::fold,
        thread_filter::ThreadFilter,
        user::Role,
        window::closes_at,
    },
    store::{self, connection::took_too_long, thread_lines::LastRow, thread_pages::Which},
};

const PER_PAGE: i64 = 50;
/// More unread ones are not counted.
pub const MOST_UNREAD: i64 = 100;
/// Conversations that a search looks at, by each thing that it looks for.
const FOUND: i64 = 300;
/// A shorter piece is in too many texts to be looked for in all of them.
const LEAST_PIECE: usize = 3;

/// Why nothing is said any more in a conversation with whoever had himself erased.
pub const ERASED: &str = "Esta persona borró su cuenta: ya no recibe respuestas.";

/// A conversation in the list.
pub struct Thread {
    pub row: ThreadRow,
    /// What was said last, and whether the dealer said it.
    pub last: Option<(String, bool)>,
}

/// Whose the other side is, as a dealer reads it.
pub fn other_side(row: &ThreadRow) -> String {
    if let Some(name) = &row.buyer {
        return name.clone();
    }
    let number = row.address.as_ref().and_then(|address| Phone::parse_api(address).ok());
    match (number, &row.profile) {
        (Some(number), Some(profile)) => format!("{} · {profile}", number.national()),
        (Some(number), None) => number.national(),
        (None, Some(profile)) => profile.clone(),
        (None, None) => "Usuario de WhatsApp".to_owned(),
    }
}

/// A page of a dealer's conversations.
pub struct ThreadList {
    pub threads: Vec<Thread>,
    /// Counted up to [`MOST_UNREAD`].
    pub unread: i64,
    pub next: Option<ThreadId>,
}

/// A dealer's conversations, the latest first, after `after`, of those that are chosen and bear `piece`.
///
/// # Errors
/// `NotFound` for whoever is no dealer's; `Invalid` for a search that takes too long.
pub async fn list_threads(
    app: &App,
    actor: &Actor,
    filter: ThreadFilter,
    piece: &str,
    after: Option<ThreadId>,
) -> Result<ThreadList> {
    let dealer = dealer_of(actor)?;
    let found = find(app, dealer, piece).await?;
    let mut conn = app.pool.acquire().await?;
    let after = match after {
        Some(id) => store::thread_pages::get_thread(&mut conn, id)
            .await?
            .filter(|row| row.dealer_id == dealer)
            .map(|row| (row.last_at, row.id)),
        None => None,
    };
    let which = match filter {
        ThreadFilter::All => Which::All,
        ThreadFilter::Unread => Which::Unread,
        ThreadFilter::Mine => Which::Of(actor.user_id),
        ThreadFilter::Nobodys => Which::Nobodys,
    };
    let mut rows = match &found {
        Some(ids) => store::thread_pages::list_these(&mut conn, ids, which, after, PER_PAGE + 1).await?,
        None => store::thread_pages::list_of_dealer(&mut conn, dealer, which, after, PER_PAGE + 1).await?,
    };
    let more = rows.len() > usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let next = rows.last().map(|row| row.id).filter(|_| more);
    let ids: Vec<ThreadId> = rows.iter().map(|row| row.id).collect();
    let last = store::thread_lines::list_last_words(&mut conn, &ids).await?;
    let mut last: HashMap<ThreadId, (String, bool)> =
        last.into_iter().map(|row| (row.thread, (said(&row), row.by_dealer))).collect();
    let unread = store::thread_pages::count_unread(&mut conn, dealer, MOST_UNREAD).await?;
    let threads = rows.into_iter().map(|row| Thread { last: last.remove(&row.id), row }).collect();
    Ok(ThreadList { threads, unread, next })
}

/// Words, or what stands in their place.
fn said(row: &LastRow) -> String {
    if !row.body.is_empty() {
        row.body.clone()
    } else if row.with_files {
        "Archivo adjunto".to_owned()
    } else {
        read_extra(row.extra.clone()).map(|extra| extra.words()).unwrap_or_default()
    }
}

/// A dealer's conversations that bear a piece of text or of a number; `None`: nothing is looked for.
pub(super) async fn find(app: &App, dealer: DealerId, piece: &str) -> Result<Option<Vec<ThreadId>>> {
    let text = fold(piece.trim()).replace(['%', '_', '\\'], "");
    if text.is_empty() {
        return Ok(None);
    }
    let digits: String = piece.chars().filter(char::is_ascii_digit).collect();
    let digits = (digits.len() >= LEAST_PIECE).then(|| format!("%{digits}%"));
    let words = (text.chars().count() >= LEAST_PIECE).then(|| format!("%{text}%"));
    let mut conn = app.searches.acquire().await?;
    let found = store::line_words::find_threads(
        &mut conn,
        dealer,
        &format!("%{text}%"),
        digits.as_deref(),
        words.as_deref(),
        FOUND,
    )
    .await;
    found.map(Some).map_err(|error| {
        if took_too_long(&error) {
            AppError::invalid(
                "q",
                "search_too_slow",
                "La búsqueda tardó demasiado. Use una palabra más larga o un número.",
            )
        } else {
            error.into()
        }
    })
}

/// A conversation with its latest lines, the oldest first.
pub struct ThreadDetail {
    pub row: ThreadRow,
    pub lines: Vec<Line>,
}

/// One of a dealer's, with what he needs to answer in it.
pub struct DealerThread {
    pub detail: ThreadDetail,
    /// Whom it may be given to.
    pub people: Vec<(UserId, String)>,
    /// Until when free text reaches whoever has no account; past: by template. `None`: he never wrote, or has an account.
    pub closes_at: Option<DateTime<Utc>>,
    /// Why the buyer last wrote.
    pub reason: Option<ContactReason>,
    /// The test drive that is open between them.
    pub drive: Option<DriveRow>,
}

/// One of a dealer's conversations; from now on it is read.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn read_thread(app: &App, actor: &Actor, id: ThreadId) -> Result<DealerThread> {
    let dealer = dealer_of(actor)?;
    // What comes in while the lines are read has not been seen.
    let now = app.clock.now();
    let mut detail = read_thread_lines(app, actor, id).await?;
    let mut conn = app.pool.acquire().await?;
    if detail.row.unread {
        store::thread_pages::mark_seen(&mut conn, id, now).await?;
        detail.row.unread = false;
        app.notices.thread_changed(id, dealer);
    }
    let people = store::thread_pages::list_people(&mut conn, dealer).await?;
    let last_heard = match &detail.row.address {
        Some(address) => store::inbound::get_last_heard(&mut conn, address).await?,
        None => None,
    };
    let reason = store::thread_pages::get_reason(&mut conn, id).await?.and_then(|word| word.parse().ok());
    let drive = store::test_drives::get_open_of(&mut conn, id).await?;
    Ok(DealerThread { detail, people, closes_at: last_heard.map(closes_at), reason, drive })
}

/// What was said in one of a dealer's conversations, whether or not anybody looks.
///
/// # Errors
/// As [`read_thread`].
pub async fn read_thread_lines(app: &App, actor: &Actor, id: ThreadId) -> Result<ThreadDetail> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    let row = row.filter(|row| row.dealer_id == dealer).ok_or(AppError::NotFound)?;
    let lines = read_lines(&mut conn, id).await?;
    Ok(ThreadDetail { row, lines })
}

/// The conversation that a message of the actor's own belongs to; `None`: it belongs to none. `looks`: he has it before him.
pub async fn read_thread_of(
    app: &App,
    actor: &Actor,
    message: MessageId,
    looks: bool,
) -> Result<Option<ThreadDetail>> {
    let mut conn = app.pool.acquire().await?;
    let Some(id) = store::thread_pages::get_thread_of(&mut conn, message).await? else { return Ok(None) };
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    let Some(row) = row.filter(|row| row.buyer_id == Some(actor.user_id)) else { return Ok(None) };
    if looks {
        store::thread_pages::mark_seen_by_buyer(&mut conn, id, app.clock.now()).await?;
    }
    let lines = read_lines(&mut conn, id).await?;
    Ok(Some(ThreadDetail { row, lines }))
}

/// The conversation that a message of a buyer's own belongs to.
///
/// # Errors
/// `NotFound`, also for another's and where there is none.
pub async fn thread_of_own(app: &App, actor: &Actor, message: MessageId) -> Result<ThreadId> {
    let mut conn = app.pool.acquire().await?;
    let id = store::thread_pages::get_thread_of(&mut conn, message).await?.ok_or(AppError::NotFound)?;
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    let is_his = row.is_some_and(|row| row.buyer_id == Some(actor.user_id));
    if is_his && actor.role == Role::Buyer { Ok(id) } else { Err(AppError::NotFound) }
}

/// A dealer's person answers: a buyer reads it here, whoever has no account gets it on WhatsApp, with its limits and its cost.
/// `form` makes a second press the same answer.
///
/// # Errors
/// `NotFound`; `Invalid` for words that are none, and if the person is erased; as for sending a message.
pub async fn answer(app: &App, actor: &Actor, id: ThreadId, words: &str, form: Uuid) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    let row = row.filter(|row| row.dealer_id == dealer).ok_or(AppError::NotFound)?;
    if row.is_erased() {
        return Err(AppError::invalid("", "person_erased", ERASED));
    }
    let body =
        Body::parse(words).map_err(|error| AppError::invalid("message", "invalid", error.sentence()))?;
    drop(conn);
    if row.address.is_some() {
        return say_in(app, actor, id, body, form).await;
    }
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    if store::thread_pages::insert_answer(&mut tx, form, id, actor.user_id, body.as_str(), now).await? {
        store::threads::mark_dealer_spoke(&mut tx, id, now, now).await?;
        store::line_words::note_answer(&mut tx, form).await?;
        tell_buyer::expect(&mut tx, id, now).await?;
    }
    tx.commit().await?;
    app.notices.thread_changed(id, dealer);
    Ok(())
}

/// A buyer goes on in the conversation of a message of his: it reaches the dealer on WhatsApp as his first words did, with
/// the same limits.
///
/// # Errors
/// `NotFound`, also for another's; `Invalid` for words that are none; as for sending a message.
pub async fn write_on(app: &App, actor: &Actor, message: MessageId, words: &str, form: Uuid) -> Result<()> {
    let id = thread_of_own(app, actor, message).await?;
    let body =
        Body::parse(words).map_err(|error| AppError::invalid("message", "invalid", error.sentence()))?;
    say_in(app, actor, id, body, form).await?;
    let mut conn = app.pool.acquire().await?;
    Ok(store::thread_pages::mark_seen_by_buyer(&mut conn, id, app.clock.now()).await?)
}

async fn say_in(app: &App, actor: &Actor, id: ThreadId, body: Body, form: Uuid) -> Result<()> {
    let command = SendMessage {
        to: Recipient::Thread(id),
        body,
        image_url: None,
        kind: Kind::Contact,
        reason: None,
        template: None,
        key: Some(format!("answer:{form}")),
        resend_of: None,
    };
    send_message(app, actor, command).await.map(|_| ())
}

/// Gives a conversation to one of the dealer's people, or to nobody.
///
/// # Errors
/// `NotFound` for a conversation or a person that is not the dealer's.
pub async fn give_to(app: &App, actor: &Actor, id: ThreadId, person: Option<UserId>) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    if !store::thread_pages::set_assigned(&mut conn, dealer, id, person).await? {
        return Err(AppError::NotFound);
    }
    app.notices.thread_changed(id, dealer);
    Ok(())
}
