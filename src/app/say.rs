//! What OKLA itself says on WhatsApp: a confirmation, a question. Nobody pays for it but OKLA.

use sha2::{Digest, Sha256};

use super::{
    accept::{Draft, Key, Verdict},
    error::Result,
    reading::reading_link,
    state::App,
};
use crate::domain::{
    body::Body,
    ids::{MessageId, OKLA},
    kind::Kind,
    parts::split,
    phone::Phone,
    template::Filled,
    user::Role,
};

/// What is said.
pub enum Saying {
    Text(&'static str),
    Template(Filled),
}

/// Says it to an address, once for a key; `false`: it could not be said, and why is logged. An address without a number is
/// told nothing.
pub async fn say(app: &App, to: &str, saying: Saying, key: String) -> Result<bool> {
    let Ok(to) = Phone::parse_api(to) else { return Ok(false) };
    let (words, template) = match saying {
        Saying::Text(text) => (text.to_owned(), None),
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
        to_hash: None,
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
