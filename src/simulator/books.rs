//! All that the simulator knows. Every change is an [`Entry`], written down first and applied second; reading the entries
//! again makes the same books.

use std::{collections::HashMap, io, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    SimulatorError,
    journal::Journal,
    message::{Act, Message, Status, Step},
    settings::Settings,
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    Created(Box<Message>),
    /// A pending step was done.
    Stepped {
        sid: String,
        step: Uuid,
    },
    Redacted {
        sid: String,
        at: DateTime<Utc>,
    },
    /// A scheduled message was withdrawn; `calls` tell of it.
    Canceled {
        sid: String,
        at: DateTime<Utc>,
        calls: Vec<Step>,
    },
    Deleted {
        sid: String,
    },
    /// A create was answered 429.
    Throttled {
        to: String,
    },
    Settings(Settings),
    Advanced {
        seconds: u32,
    },
}

#[derive(Default)]
pub struct State {
    /// In the order of their creation; `None` once deleted, so that places never shift.
    messages: Vec<Option<Message>>,
    places: HashMap<String, usize>,
    last_inbound: HashMap<String, DateTime<Utc>>,
    throttled: HashMap<String, u32>,
    settings: Settings,
    advanced: TimeDelta,
}

impl State {
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How far the clock was put forward.
    pub fn advanced_seconds(&self) -> TimeDelta {
        self.advanced
    }

    pub fn get(&self, sid: &str) -> Option<&Message> {
        self.messages.get(self.place(sid)?)?.as_ref()
    }

    /// Where a message stands in the order of creation; known of deleted ones too.
    pub fn place(&self, sid: &str) -> Option<usize> {
        self.places.get(sid).copied()
    }

    /// Oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = (usize, &Message)> {
        self.messages.iter().enumerate().filter_map(|(place, message)| Some((place, message.as_ref()?)))
    }

    /// When `address` last wrote to us.
    pub fn last_inbound(&self, address: &str) -> Option<DateTime<Utc>> {
        self.last_inbound.get(address).copied()
    }

    /// How many creates to `address` were answered 429.
    pub fn throttled(&self, address: &str) -> u32 {
        self.throttled.get(address).copied().unwrap_or_default()
    }

    fn get_mut(&mut self, sid: &str) -> Option<&mut Message> {
        let place = self.place(sid)?;
        self.messages.get_mut(place)?.as_mut()
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Created(message) => {
                if message.inbound {
                    self.last_inbound.insert(message.from.clone(), message.created);
                }
                self.places.insert(message.sid.clone(), self.messages.len());
                self.messages.push(Some(*message));
            }
            Entry::Stepped { sid, step } => {
                if let Some(message) = self.get_mut(&sid) {
                    message.step(step);
                }
            }
            Entry::Redacted { sid, at } => {
                if let Some(message) = self.get_mut(&sid) {
                    message.body.clear();
                    message.updated = at;
                }
            }
            Entry::Canceled { sid, at, calls } => {
                if let Some(message) = self.get_mut(&sid) {
                    message.status = Status::Canceled;
                    message.updated = at;
                    message.pending = calls;
                }
            }
            Entry::Deleted { sid } => {
                if let Some(place) = self.place(&sid) {
                    self.messages[place] = None;
                }
            }
            Entry::Throttled { to } => *self.throttled.entry(to).or_default() += 1,
            Entry::Settings(settings) => self.settings = settings,
            Entry::Advanced { seconds } => self.advanced += TimeDelta::seconds(seconds.into()),
        }
    }
}

impl Message {
    fn step(&mut self, id: Uuid) {
        let Some(position) = self.pending.iter().position(|step| step.id == id) else {
            return;
        };
        let Step { at, act, .. } = self.pending.remove(position);
        match act {
            Act::Move { status, error_code } => {
                self.status = status;
                self.error_code = error_code;
                self.updated = at;
                if status == Status::Sent {
                    self.sent = Some(at);
                }
            }
            Act::Price(price) => self.price = Some(price),
            Act::Call { .. } => {}
        }
    }
}

/// Sids, and what is still to happen to each.
type Unfinished = Vec<(String, Vec<Step>)>;

/// The state and its journal, changed only together.
pub struct Books {
    state: State,
    journal: Journal,
    /// Ends what `DELETE /sim` forgets.
    era: CancellationToken,
}

impl Books {
    /// Reads the journal at `path`; returns also what was pending, message by message.
    pub fn open(path: &Path, era: CancellationToken) -> Result<(Self, Unfinished), SimulatorError> {
        let (journal, entries) = Journal::open(path)?;
        let mut state = State::default();
        for entry in entries {
            state.apply(entry);
        }
        let unfinished = state
            .messages()
            .filter(|(_, message)| !message.pending.is_empty())
            .map(|(_, message)| (message.sid.clone(), message.pending.clone()))
            .collect();
        Ok((Self { state, journal, era }, unfinished))
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn era(&self) -> CancellationToken {
        self.era.clone()
    }

    /// Writes `entry` down, then lets it be true.
    pub fn record(&mut self, entry: Entry) -> io::Result<()> {
        self.journal.append(&entry)?;
        self.state.apply(entry);
        Ok(())
    }

    /// Forgets everything; what was pending never happens. `era` is the time that begins.
    pub fn forget(&mut self, era: CancellationToken) -> io::Result<()> {
        self.journal.clear()?;
        self.era.cancel();
        self.era = era;
        self.state = State::default();
        Ok(())
    }
}
