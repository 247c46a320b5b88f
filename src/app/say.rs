//! What OKLA itself says on WhatsApp: a confirmation, a question, a notice of what concerns somebody.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    accept::{Draft, Key, Verdict},
    error::{AppError, Result},
    opt_out::address_hash,
    reading::reading_link,
    state::App,
};
use crate::{
    domain::{
        body::Body,
        ids::{DealerId, MessageId, OKLA, ThreadId, VehicleId},
        kind::Kind,
        parts::split,
        phone::Phone,
        template::Filled,
        user::Role,
        window::{OPEN_FOR, closes_at},
    },
    store,
};

/// What is said.
pub enum Saying {
    Text(String),
    Template(Filled),
}

/// Says it to an address, once for a key; `false`: it could not be said, and why is logged. An address without a number is
/// told nothing, nor is one that is only what some buyer typed, nor whoever has left. Nobody pays for it but OKLA.
pub async fn say(app: &App, to: &str, saying: Saying, key: String) -> Result<bool> {
    speak(app, to, saying, key, Some(address_hash(app, to)?)).await
}

/// The same to whoever has just left, to confirm that.
pub async fn say_goodbye(app: &App, to: &str, words: &str, key: String) -> Result<bool> {
    speak(app, to, Saying::Text(words.to_owned()), key, None).await
}

async fn speak(app: &App, to: &str, saying: Saying, key: String, to_hash: Option<Vec<u8>>) -> Result<bool> {
    let Ok(to) = Phone::parse_api(to) else { return Ok(false) };
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    if store::phones::is_hearsay(&mut conn, to.as_str(), now - OPEN_FOR).await? {
        tracing::info!(to = to.masked(), "nobody proved that number: nothing is said to it");
        return Ok(false);
    }
    let heard = store::inbound::get_last_heard(&mut conn, to.as_str()).await?;
    drop(conn);
    if to_hash.is_none() && heard.is_none_or(|at| closes_at(at) <= now) {
        tracing::info!(to = to.masked(), "whoever left is told so within the window or not at all");
        return Ok(false);
    }
    let (words, template) = match saying {
        Saying::Text(text) => (text, None),
        Saying::Template(filled) => (filled.text.clone(), Some(filled)),
    };
    let Ok(body) = Body::parse(&words) else { return Ok(false) };
    let id = MessageId::fresh();
    let draft = Draft {
        id,
        sender: OKLA,
        role: Role::Admin,
        dealer: None,
        payer: None,
        vehicle: None,
        kind: Kind::Contact,
        reason: None,
        to,
        parts: split(body.as_str()),
        body,
        image_url: None,
        template,
        link: reading_link(&app.settings, id)?,
        key: Some(Key { request_hash: Sha256::digest(&key).into(), word: key }),
        resend_of: None,
        continues: None,
        thread: None,
        offer: None,
        to_hash,
    };
    let verdict = app.accepts.submit(draft).await?;
    app.notices.outbox_waiting();
    match verdict {
        Verdict::Accepted(_) | Verdict::KeyTaken => Ok(true),
        refused => {
            tracing::warn!(?refused, "OKLA's own words could not be sent");
            Ok(false)
        }
    }
}

/// What concerns a dealer, or somebody who has to do with him: sent on the dealer's account, under his limits.
pub struct Notice {
    pub dealer: DealerId,
    pub vehicle: Option<VehicleId>,
    /// The conversation that an answer to it belongs to.
    pub thread: Option<ThreadId>,
    pub to: Phone,
    pub filled: Filled,
}

/// What became of a notice.
pub enum Told {
    /// Taken in at that moment, now or by an earlier try.
    At(DateTime<Utc>),
    OptedOut,
    /// The stable code of why it could not go now.
    NotNow(&'static str),
}

/// Sends a notice, once for a key.
pub async fn notify(app: &App, notice: Notice, key: String) -> Result<Told> {
    let id = MessageId::fresh();
    let now = app.clock.now();
    let body = Body::parse(&notice.filled.text)
        .map_err(|error| AppError::Fault(format!("{}: {}", notice.filled.purpose, error.sentence())))?;
    let draft = Draft {
        id,
        sender: OKLA,
        role: Role::Dealer,
        dealer: Some(notice.dealer),
        payer: Some(notice.dealer),
        vehicle: notice.vehicle,
        kind: notice.filled.purpose.kind(),
        reason: None,
        to_hash: Some(address_hash(app, notice.to.as_str())?),
        to: notice.to,
        parts: split(body.as_str()),
        body,
        image_url: None,
        template: Some(notice.filled),
        link: reading_link(&app.settings, id)?,
        key: Some(Key { request_hash: Sha256::digest(&key).into(), word: key.clone() }),
        resend_of: None,
        continues: None,
        thread: notice.thread,
        offer: None,
    };
    Ok(match app.accepts.submit(draft).await? {
        Verdict::Accepted(_) => {
            app.notices.outbox_waiting();
            Told::At(now)
        }
        Verdict::KeyTaken => {
            let bound = store::idempotency::get_key(&mut *app.pool.acquire().await?, OKLA, &key).await?;
            Told::At(bound.map_or(now, |bound| bound.created_at))
        }
        Verdict::OptedOut => Told::OptedOut,
        Verdict::Refused(refusal) => Told::NotNow(refusal.limit.code()),
        Verdict::Paused(_) => Told::NotNow("paused"),
        Verdict::NoTemplate(_) => Told::NotNow("template_unavailable"),
        Verdict::Withheld(why) => Told::NotNow(why.code()),
        Verdict::Gone => Told::NotNow("sender_gone"),
    })
}
