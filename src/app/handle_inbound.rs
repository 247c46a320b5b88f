//! Dealing once with what was received: whoever wants to leave leaves; an answer finds its conversation, or its writer is
//! asked whose it is, never guessed; what waited for an answer follows.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{
    consents::withdraw_all,
    deliver::Step,
    error::Result,
    known_by::learn_number,
    listings,
    opt_out::address_hash,
    proofs::take_code,
    say::{Saying, say, say_goodbye},
    state::App,
    tell_buyer, test_drives,
    whose::{self, Fit, Words, take_choice},
};
use crate::{
    domain::{
        ids::{OKLA, ThreadId},
        inbound::is_bsuid,
        opt_out::{Word, read},
    },
    store::{
        self,
        inbound::{Owner, Unhandled},
        threads::{Answered, OtherSide, ThreadKey},
    },
};

/// Whoever holds one that long has died.
const HELD: TimeDelta = TimeDelta::seconds(60);
/// An answer may overtake what Twilio tells us of its message: it waits for that, looked at again so soon, for so long.
const AGAIN: TimeDelta = TimeDelta::seconds(1);
const PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// The button under the notice of a listing's end, as `templates.json` names it.
const RENEW: &str = "publicacion-renovar";

const LEFT: &str = "Listo: OKLA no le escribirá más a este número, por ningún concesionario. Si cambia de opinión, \
                    responda ALTA.";
const BACK: &str =
    "Listo: OKLA puede escribirle de nuevo a este número. Para no recibir más mensajes, responda BAJA.";

/// Deals with the oldest that nobody has dealt with.
pub async fn handle_next_inbound(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let Some(mut inbound) = store::inbound::claim_unhandled(&mut conn, now, now + HELD).await? else {
        return Ok(Step::Nothing);
    };
    learn_number(app, &mut conn, &mut inbound, now).await?;
    if is_early(&mut conn, &inbound, now).await? {
        store::inbound::put_off(&mut conn, inbound.id, now + AGAIN).await?;
        return Ok(Step::Worked);
    }
    drop(conn);
    // Each step may be done again by whoever comes after a death.
    let owner = find_owner(app, &inbound).await?;
    let mut conn = app.pool.acquire().await?;
    store::rests::make_due(&mut conn, &inbound.from_address, inbound.received_at, now).await?;
    drop(conn);
    let mut tx = store::connection::begin(&app.pool).await?;
    store::inbound::mark_handled(&mut tx, inbound.id, owner, now).await?;
    if let Owner::Thread(thread) = owner {
        store::threads::mark_heard(&mut tx, thread, &inbound.from_address, inbound.received_at, now).await?;
        store::line_words::note_inbound(&mut tx, &[inbound.id]).await?;
        tell_buyer::expect(&mut tx, thread, now).await?;
    }
    tx.commit().await?;
    let mut conn = app.pool.acquire().await?;
    if let Some((thread, dealer)) = store::inbound::get_thread(&mut conn, inbound.id).await? {
        app.notices.thread_changed(thread, dealer);
    }
    Ok(Step::Worked)
}

/// Whether what it answers may yet turn out, and matters: whoever leaves or comes back does so at once.
async fn is_early(conn: &mut PgConnection, inbound: &Unhandled, now: DateTime<Utc>) -> Result<bool> {
    let Some(sid) = &inbound.replied_to else { return Ok(false) };
    let is_for_okla = matches!(read(&inbound.body), Some(Word::Leave | Word::Return));
    if is_for_okla || inbound.received_at + PATIENCE <= now {
        return Ok(false);
    }
    let (address, is_hidden) = (&inbound.from_address, is_bsuid(&inbound.from_address));
    Ok(store::inbound::quotes_what_is_under_way(conn, sid, address, is_hidden).await?)
}

async fn find_owner(app: &App, inbound: &Unhandled) -> Result<Owner> {
    if press(app, inbound).await? {
        return Ok(Owner::Okla);
    }
    match read(&inbound.body) {
        // What is called off is an appointment, before it is us.
        Some(Word::Cancel) if test_drives::cancel_by_word(app, inbound).await? => Ok(Owner::Okla),
        Some(Word::Leave | Word::Cancel) => leave(app, inbound).await,
        Some(Word::Return) => come_back(app, inbound).await,
        None => match take_code(app, inbound).await? {
            Some(owner) => Ok(owner),
            None => match_thread(app, inbound).await,
        },
    }
}

/// A button under a message of ours that does something.
async fn press(app: &App, inbound: &Unhandled) -> Result<bool> {
    match inbound.button.as_deref() {
        Some(RENEW) => listings::renew_by_button(app, inbound).await,
        Some(_) => test_drives::press(app, inbound).await,
        None => Ok(false),
    }
}

async fn leave(app: &App, inbound: &Unhandled) -> Result<Owner> {
    let hash = address_hash(app, &inbound.from_address)?;
    let mut tx = store::connection::begin(&app.pool).await?;
    let before = store::opt_outs::upsert_opt_out(&mut tx, &hash, inbound.received_at).await?;
    // Its own, if this is done again.
    let is_news = before.is_none_or(|before| before == inbound.received_at);
    if is_news {
        store::offers::mark_left(&mut tx, &inbound.from_address, inbound.received_at).await?;
    }
    withdraw_all(&mut tx, &inbound.from_address, inbound.received_at).await?;
    tx.commit().await?;
    if is_news {
        tracing::info!("somebody has left");
        say_goodbye(app, &inbound.from_address, LEFT, format!("left:{}", inbound.id)).await?;
    }
    Ok(Owner::Okla)
}

async fn come_back(app: &App, inbound: &Unhandled) -> Result<Owner> {
    let hash = address_hash(app, &inbound.from_address)?;
    let mut conn = app.pool.acquire().await?;
    let had_left = store::opt_outs::delete_opt_out(&mut conn, &hash, inbound.received_at).await?;
    drop(conn);
    if had_left {
        tracing::info!("somebody has come back");
        say(app, &inbound.from_address, Saying::Text(BACK.to_owned()), format!("back:{}", inbound.id))
            .await?;
    }
    Ok(Owner::Okla)
}

/// By what it answers, else by the one conversation that is open with its writer; of several its writer is asked.
async fn match_thread(app: &App, inbound: &Unhandled) -> Result<Owner> {
    if take_choice(app, inbound).await? {
        return Ok(Owner::Okla);
    }
    if let Some(sid) = &inbound.replied_to {
        let thread = quoted_thread(app, inbound, sid).await?;
        return Ok(thread.map_or(Owner::Nobody, Owner::Thread));
    }
    let words = Words { address: &inbound.from_address, body: &inbound.body, at: inbound.received_at };
    match whose::fit(app, &words).await? {
        Fit::Nowhere => Ok(Owner::Nobody),
        Fit::Only(thread) => Ok(Owner::Thread(thread)),
        Fit::Several(open) => {
            whose::ask(app, &words, &open).await?;
            Ok(Owner::Nobody)
        }
    }
}

/// Whoever says what he answers is not guessed to answer something else. A conversation whose buyer is erased takes nothing
/// more: its dealer finds the words among those that are nobody's.
async fn quoted_thread(app: &App, inbound: &Unhandled, sid: &str) -> Result<Option<ThreadId>> {
    let mut conn = app.pool.acquire().await?;
    let thread = match store::threads::get_answered(&mut conn, sid).await? {
        Some(answered) if answered.to_phone == inbound.from_address => {
            thread_of(&mut conn, &answered, inbound).await?
        }
        Some(_) => None,
        None => store::inbound::get_thread_of_own(&mut conn, sid, &inbound.from_address).await?,
    };
    let Some(id) = thread else { return Ok(None) };
    let row = store::thread_pages::get_thread(&mut conn, id).await?;
    Ok(row.filter(|row| !row.is_erased()).map(|row| row.id))
}

/// The conversation of the message that is answered; one from before there were conversations gets its own.
async fn thread_of(
    conn: &mut PgConnection,
    answered: &Answered,
    inbound: &Unhandled,
) -> Result<Option<ThreadId>> {
    let (Some(dealer), None) = (answered.dealer, answered.thread) else { return Ok(answered.thread) };
    if answered.sender == OKLA {
        return Ok(None);
    }
    let other = if answered.by_buyer {
        OtherSide::Buyer(answered.sender)
    } else {
        OtherSide::Address(answered.to_phone.clone())
    };
    let key = ThreadKey { dealer, vehicle: answered.vehicle, other };
    let thread = store::threads::touch(conn, &[key], inbound.received_at).await?.into_iter().next();
    if let Some(thread) = thread {
        store::threads::set_thread(conn, answered.message, thread).await?;
    }
    Ok(thread)
}
