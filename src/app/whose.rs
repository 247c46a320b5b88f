//! «¿Para quién es?»: asked of words that fit several conversations, one burst of them at a time, and what its answer does.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    error::Result,
    say::{Saying, say},
    state::App,
    tell_buyer,
    threads::ERASED,
};
use crate::{
    domain::{
        ids::ThreadId,
        question::{BURST, Choice, read},
        template::{Definition, Purpose, WORDS},
        window::OPEN_FOR,
    },
    store::{
        self,
        inbound::{Burst, Unhandled},
        questions::{OpenThread, Question},
    },
};

/// Somebody may be answering what was sent to him so long ago.
const ANSWERABLE: TimeDelta = TimeDelta::days(7);
/// Conversations that a question offers; the last button stands for all beyond the second.
const MOST_OFFERED: i64 = 9;
/// Characters for all their names: a template's place holds two hundred, and the last may hold most of them.
const MOST_NAMES: usize = 180;

const NO_OPTION: &str =
    "Esa opción no está en la pregunta: pulse uno de sus botones, o responda citando el mensaje.";

/// What is asked about.
pub(super) struct Words<'a> {
    pub address: &'a str,
    pub body: &'a str,
    pub at: DateTime<Utc>,
}

/// Where words that quote nothing belong.
pub(super) enum Fit {
    Nowhere,
    /// The only one that they can be for.
    Only(ThreadId),
    Several(Vec<OpenThread>),
}

/// The conversations in which somebody may be answering with words of that moment. One whose buyer is erased is offered to
/// nobody, yet words may be meant for it: with another they are several.
pub(super) async fn fit(app: &App, words: &Words<'_>) -> Result<Fit> {
    let mut conn = app.pool.acquire().await?;
    let open =
        store::questions::list_open(&mut conn, words.address, words.at - ANSWERABLE, MOST_OFFERED).await?;
    let is_alone = open.len() == 1;
    let offered: Vec<OpenThread> = open.into_iter().filter(|thread| !thread.erased).collect();
    Ok(match offered.as_slice() {
        [] => Fit::Nowhere,
        [only] if is_alone => Fit::Only(only.id),
        _ => Fit::Several(offered),
    })
}

/// Asks, once for all that its writer says until he has told.
pub(super) async fn ask(app: &App, words: &Words<'_>, open: &[OpenThread]) -> Result<()> {
    let now = app.clock.now();
    let threads: Vec<ThreadId> = open.iter().map(|thread| thread.id).collect();
    let fresh = Question { id: Uuid::now_v7(), threads, words_from: words.at };
    let mut conn = app.pool.acquire().await?;
    store::questions::close_old(&mut conn, words.address, now - OPEN_FOR, now).await?;
    let is_first = store::questions::insert_question(&mut conn, words.address, &fresh, now).await?;
    // Whoever asked before may have died before it was said: the same question is said once.
    let id = match store::questions::get_open(&mut conn, words.address).await? {
        Some(question) if is_first || question.threads == fresh.threads => question.id,
        _ => return Ok(()),
    };
    drop(conn);
    let most = MOST_NAMES / open.len().max(1);
    let mut names: Vec<String> = open.iter().map(|thread| beginning(&name(thread), most)).collect();
    let nobody = if names.len() == 1 { "nadie más" } else { "ninguna de las dos" };
    if names.len() > 3 {
        let further = names.split_off(2);
        let further: Vec<String> =
            further.iter().zip(3..).map(|(name, place)| format!("{place}: {name}")).collect();
        names.push(further.join(". ").replacen("3: ", "", 1));
    }
    let mut names = names.into_iter();
    let mut next = || names.next().unwrap_or_else(|| nobody.to_owned());
    // A file or a place may come without a word.
    let body = if words.body.trim().is_empty() { "lo que mandó sin texto" } else { words.body };
    let values = BTreeMap::from([
        (WORDS, body.chars().take(200).collect()),
        ("one", next()),
        ("two", next()),
        ("three", next()),
    ]);
    let filled = Definition::of(Purpose::WhoFor).fill(&values, "");
    say(app, words.address, Saying::Template(filled), key(id)).await?;
    Ok(())
}

/// Under which the question is said, by which the message that asks it is known again.
fn key(question: Uuid) -> String {
    format!("whose:{question}")
}

/// At most so many characters of it.
fn beginning(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let begins: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", begins.trim_end())
}

/// As its answerer knows it: a dealer knows the buyer, a person the dealer.
fn name(thread: &OpenThread) -> String {
    let who = thread.buyer.as_ref().unwrap_or(&thread.dealer);
    match &thread.vehicle {
        Some(vehicle) => format!("{who}, por {vehicle}"),
        None => who.clone(),
    }
}

/// Takes what came in if it is an answer to a question of ours, or a button of one; `false`: it is words.
pub(super) async fn take_choice(app: &App, inbound: &Unhandled) -> Result<bool> {
    let Some(choice) = read(&inbound.body, inbound.button.as_deref()) else { return Ok(false) };
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    if let Some(question) = store::questions::get_answered_by(&mut conn, inbound.id).await? {
        drop(conn);
        finish(app, inbound, &question, choice).await?;
        return Ok(true);
    }
    store::questions::close_old(&mut conn, &inbound.from_address, now - OPEN_FOR, now).await?;
    let question = store::questions::get_open(&mut conn, &inbound.from_address).await?;
    let answered = match &inbound.replied_to {
        Some(sid) => store::questions::get_key_of(&mut conn, sid).await?,
        None => question.as_ref().map(|question| key(question.id)),
    };
    // In answer to something else, or to nothing, a number is what somebody says.
    if answered.is_none() && !choice.pressed {
        return Ok(false);
    }
    let question = question.filter(|question| answered == Some(key(question.id)));
    let chosen = question.as_ref().and_then(|question| option(question, choice));
    let (Some(question), Some(thread)) = (&question, chosen) else {
        drop(conn);
        answer(app, inbound, NO_OPTION.to_owned()).await?;
        return Ok(true);
    };
    let offered = store::questions::get_offered(&mut conn, thread, &inbound.from_address).await?;
    drop(conn);
    match offered {
        Some(thread) if !thread.erased => {
            give(app, inbound, question, &thread).await?;
            finish(app, inbound, question, choice).await?;
        }
        Some(_) => answer(app, inbound, ERASED.to_owned()).await?,
        None => answer(app, inbound, NO_OPTION.to_owned()).await?,
    }
    Ok(true)
}

fn option(question: &Question, choice: Choice) -> Option<ThreadId> {
    question.threads.get(choice.place.checked_sub(1)?).copied()
}

/// The words that a question is about.
fn burst<'a>(inbound: &'a Unhandled, question: &Question) -> Burst<'a> {
    Burst { address: &inbound.from_address, from: question.words_from, until: question.words_from + BURST }
}

async fn give(app: &App, inbound: &Unhandled, question: &Question, thread: &OpenThread) -> Result<()> {
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    store::questions::mark_answered(&mut tx, question.id, inbound.id, now).await?;
    let given = store::inbound::assign(&mut tx, &burst(inbound, question), thread.id).await?;
    if !given.is_empty() {
        store::threads::mark_heard(&mut tx, thread.id, &inbound.from_address, now, now).await?;
        store::line_words::note_inbound(&mut tx, &given).await?;
        tell_buyer::expect(&mut tx, thread.id, now).await?;
    }
    tx.commit().await?;
    app.notices.thread_changed(thread.id, thread.dealer_id);
    Ok(())
}

/// Says where the words went, and asks about those that were written after them. Done again, nothing is said twice.
async fn finish(app: &App, inbound: &Unhandled, question: &Question, choice: Choice) -> Result<()> {
    let mut conn = app.pool.acquire().await?;
    let thread = match option(question, choice) {
        Some(thread) => store::questions::get_offered(&mut conn, thread, &inbound.from_address).await?,
        None => None,
    };
    let Some(thread) = thread else { return Ok(()) };
    let burst = burst(inbound, question);
    let given = store::inbound::count_given(&mut conn, &burst, thread.id).await?;
    let later =
        store::inbound::get_first_after(&mut conn, burst.address, burst.until, inbound.received_at).await?;
    drop(conn);
    let name = name(&thread);
    let told = match given {
        0 => "Esos mensajes ya tenían quien los atendiera: no quedó ninguno por entregar.".to_owned(),
        1 => format!("Listo: 1 mensaje quedó en la conversación con {name}."),
        _ => format!("Listo: {given} mensajes quedaron en la conversación con {name}."),
    };
    answer(app, inbound, told).await?;
    let Some((body, at)) = later else { return Ok(()) };
    let words = Words { address: burst.address, body: &body, at };
    // Even if only one is left: when they were written there were several.
    match fit(app, &words).await? {
        Fit::Several(open) => ask(app, &words, &open).await,
        Fit::Only(_) | Fit::Nowhere => Ok(()),
    }
}

/// Once for what it answers.
async fn answer(app: &App, inbound: &Unhandled, words: String) -> Result<()> {
    say(app, &inbound.from_address, Saying::Text(words), format!("chosen:{}", inbound.id)).await?;
    Ok(())
}
