//! All that the simulator knows. Every change is an [`Entry`], written down first and applied second; reading the entries
//! again makes the same books.

use std::{io, path::Path};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    SimulatorError,
    journal::Journal,
    message::{Message, Step},
    settings::Settings,
    state::State,
    templates::Template,
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
    /// Made, submitted, decided.
    Template(Box<Template>),
    TemplateDeleted {
        sid: String,
    },
    Advanced {
        seconds: u32,
    },
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
        let mut state = State::opened();
        let journal = Journal::open(path, |entry| state.apply(entry))?;
        let unfinished = state
            .messages(None)
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

    /// Lets `entry` be true and writes it down soon: only for what would happen again, with the same end, if it were lost.
    pub fn note(&mut self, entry: Entry) -> io::Result<()> {
        self.journal.note(&entry)?;
        self.state.apply(entry);
        Ok(())
    }

    /// Writes down what was only noted.
    pub fn flush(&mut self) -> io::Result<()> {
        self.journal.flush()
    }

    /// Forgets everything; what was pending never happens. `era` is the time that begins.
    pub fn forget(&mut self, era: CancellationToken) -> io::Result<()> {
        self.journal.clear()?;
        self.era.cancel();
        self.era = era;
        self.state = State::opened();
        Ok(())
    }
}
