//! The simulated telephone as its holder sees it: the numbers with messages, and one number's conversation with OKLA.
//! Demo mode only.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{
    error::{AppError, Result},
    handset::{Sent, Written},
    state::App,
};
use crate::{
    domain::{
        message::Status,
        phone::Phone,
        template::{Button, Definition, Purpose},
    },
    store,
};

/// What the simulator knows, by number; the number with the newest message first.
#[derive(Clone, Debug, Default)]
pub struct Handsets(pub Vec<Telephone>);

/// One number.
#[derive(Clone, Debug)]
pub struct Telephone {
    pub number: Phone,
    /// The dealer's, when it is a dealer's number.
    pub name: Option<String>,
    /// What arrived and what was answered, oldest first.
    pub lines: Vec<Line>,
    /// Arrived and not opened yet.
    pub unread: usize,
    /// Sent, and not there yet.
    pub on_its_way: usize,
    /// What never arrived: Twilio's code of each, when it gave one.
    pub lost: Vec<Option<i32>>,
}

/// A message on the telephone.
#[derive(Clone, Debug)]
pub struct Line {
    /// Twilio's id of what OKLA wrote.
    pub sid: Option<String>,
    pub by: Writer,
    pub body: String,
    /// Somebody's https picture.
    pub image_url: Option<String>,
    /// What can be pressed under it.
    pub buttons: &'static [Button],
    pub at: DateTime<Utc>,
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    Okla,
    /// Whoever holds the telephone, and whether OKLA has it.
    Holder {
        taken: bool,
    },
}

impl Telephone {
    fn empty(number: Phone) -> Self {
        Self { number, name: None, lines: Vec::new(), unread: 0, on_its_way: 0, lost: Vec::new() }
    }

    fn put(&mut self, sent: Sent, buttons: &'static [Button]) {
        match sent.status {
            Status::Delivered | Status::Read => {
                self.unread += usize::from(sent.status == Status::Delivered);
                self.lines.push(Line {
                    sid: Some(sent.sid),
                    by: Writer::Okla,
                    buttons,
                    body: sent.body,
                    image_url: sent.image_url,
                    at: sent.at,
                });
            }
            Status::Undelivered | Status::Failed => self.lost.push(sent.error_code),
            Status::Canceled => {}
            Status::Queued | Status::Sending | Status::Verifying | Status::Sent => self.on_its_way += 1,
        }
    }
}

impl Handsets {
    /// The telephone of a number; one without messages is empty.
    pub fn find(&self, number: &Phone) -> Telephone {
        let known = self.0.iter().find(|telephone| telephone.number == *number);
        known.cloned().unwrap_or_else(|| Telephone::empty(number.clone()))
    }
}

/// All telephones; `None` while the simulator does not answer.
///
/// # Errors
/// `NotFound` outside demo mode.
pub async fn read_handsets(app: &App) -> Result<Option<Handsets>> {
    let handset = app.handset.as_ref().ok_or(AppError::NotFound)?;
    match tokio::try_join!(handset.sent(), handset.written()) {
        Ok((sent, written)) => Ok(Some(gather(app, sent, written).await?)),
        Err(error) => {
            tracing::warn!(%error, "the simulated telephones cannot be read");
            Ok(None)
        }
    }
}

async fn gather(app: &App, sent: Vec<Sent>, written: Vec<Written>) -> Result<Handsets> {
    let mut conn = app.pool.acquire().await?;
    let sids: Vec<String> = written.iter().map(|written| written.sid.clone()).collect();
    let stored: HashSet<String> =
        store::inbound::list_stored_inbound(&mut conn, &sids).await?.into_iter().collect();

    let templates = store::templates::list_templates(&mut conn).await?;
    let purposes: HashMap<String, Purpose> =
        templates.into_iter().filter_map(|row| Some((row.sid, row.purpose.parse().ok()?))).collect();
    let buttons_of = |sid: &String| Some(&*Definition::of(*purposes.get(sid)?).buttons);

    let mut by_number = BTreeMap::new();
    for message in sent {
        let buttons = message.content_sid.as_ref().and_then(buttons_of).unwrap_or_default();
        of(&mut by_number, &message.to).put(message, buttons);
    }
    for message in written {
        let taken = stored.contains(&message.sid);
        of(&mut by_number, &message.from).lines.push(Line {
            sid: None,
            buttons: &[],
            by: Writer::Holder { taken },
            body: message.body,
            image_url: message.image_url,
            at: message.at,
        });
    }

    let numbers: Vec<String> = by_number.keys().cloned().map(String::from).collect();
    let mut names: HashMap<String, String> =
        store::dealers::list_names_by_phone(&mut conn, &numbers).await?.into_iter().collect();
    let mut telephones: Vec<Telephone> = by_number.into_values().collect();
    for telephone in &mut telephones {
        telephone.name = names.remove(telephone.number.as_str());
        telephone.lines.sort_by_key(|line| line.at);
    }
    telephones.sort_by_key(|telephone| std::cmp::Reverse(telephone.lines.last().map(|line| line.at)));
    Ok(Handsets(telephones))
}

fn of<'a>(telephones: &'a mut BTreeMap<Phone, Telephone>, number: &Phone) -> &'a mut Telephone {
    telephones.entry(number.clone()).or_insert_with(|| Telephone::empty(number.clone()))
}
