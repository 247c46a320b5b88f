//! What a form's next page must know: what was typed and what is wrong with it. Kept in the session for one page, so
//! that forms work without scripts and nothing typed is lost.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::session::fault;
use crate::app::error::{FieldError, Result};

/// One form's values and problems.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flash {
    values: Vec<(String, String)>,
    pub problems: Vec<Problem>,
}

/// A sentence about a field; an empty field name means the form as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub field: String,
    pub message: String,
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self { field: error.field.to_owned(), message: error.message }
    }
}

impl Flash {
    pub fn new(values: &[(&str, &str)], problems: Vec<Problem>) -> Self {
        let values = values
            .iter()
            // PostgreSQL's JSON cannot hold NUL; no keyboard types it.
            .map(|(name, value)| ((*name).to_owned(), value.replace('\0', "\u{fffd}")))
            .collect();
        Self { values, problems }
    }

    /// What was typed into a field; nothing is an empty text.
    pub fn value(&self, field: &str) -> String {
        self.values.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Another value of a field.
    pub fn keep(&mut self, field: &str, value: String) {
        self.values.retain(|(name, _)| name != field);
        self.values.push((field.to_owned(), value));
    }

    /// What is wrong with a field.
    pub fn problem(&self, field: &str) -> Option<String> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.clone())
    }
}

/// Keeps it for the next showing of `form`.
pub async fn keep(session: &Session, form: &str, flash: &Flash) -> Result<()> {
    session.insert(&key(form), flash).await.map_err(fault)
}

/// Takes what was kept for `form`; once.
pub async fn take(session: &Session, form: &str) -> Result<Flash> {
    Ok(session.remove(&key(form)).await.map_err(fault)?.unwrap_or_default())
}

fn key(form: &str) -> String {
    format!("form {form}")
}
