//! The proof of what was changed: written in the change's own transaction, and verified as a whole.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

use super::error::Result;
use crate::{
    domain::{
        audit::{Action, Entry, Seal},
        ids::{DealerId, UserId},
    },
    store,
};

/// Entries read in one go.
const CHUNK: i64 = 1_000;

/// A change that is about to be made.
pub struct Change {
    pub at: DateTime<Utc>,
    /// `None`: somebody at the command line, or OKLA by itself.
    pub actor: Option<UserId>,
    pub action: Action,
    pub dealer: Option<DealerId>,
    pub subject: String,
    pub before: Value,
    pub after: Value,
    pub reason: String,
}

impl Change {
    /// Of nobody's dealer, from nothing to nothing, without a reason; to be filled in.
    pub fn new(action: Action, subject: &impl ToString, actor: Option<UserId>, at: DateTime<Utc>) -> Self {
        let (before, after) = (Value::Null, Value::Null);
        let (subject, reason) = (subject.to_string(), String::new());
        Self { at, actor, action, dealer: None, subject, before, after, reason }
    }
}

/// Adds it to the chain. To be the last of its transaction's writes: until that ends nobody else can add to it.
pub async fn record(conn: &mut PgConnection, change: Change) -> Result<()> {
    let (last, previous) = store::audit::lock_end(conn).await?;
    let entry = Entry {
        id: last + 1,
        at: change.at,
        actor: change.actor,
        action: change.action.to_string(),
        dealer: change.dealer,
        subject: change.subject,
        before: change.before.to_string(),
        after: change.after.to_string(),
        reason: change.reason,
    };
    let seal = entry.seal(&previous);
    Ok(store::audit::insert_entry(conn, &entry, &seal).await?)
}

/// What the chain says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    pub entries: i64,
    /// The newest entry's seal: whoever noted it earlier can tell that nothing before it was cut off or rewritten.
    pub end: Seal,
    /// The first entry that is not as it was written, or the number that is missing.
    pub broken_at: Option<i64>,
    /// The entry whose seal was looked for.
    pub noted_at: Option<i64>,
}

impl Verified {
    /// The newest seal, 64 hexadecimal digits.
    pub fn end_in_hex(&self) -> String {
        self.end.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// Follows the whole chain, and looks for a seal that was noted earlier.
pub async fn verify_audit(pool: &PgPool, noted: Option<Seal>) -> Result<Verified> {
    let mut conn = pool.acquire().await?;
    let mut verified = Verified { entries: 0, end: Seal::default(), broken_at: None, noted_at: None };
    loop {
        let chunk = store::audit::list_chain(&mut conn, verified.entries, CHUNK).await?;
        if chunk.is_empty() {
            return Ok(verified);
        }
        for (entry, seal) in chunk {
            if entry.id != verified.entries + 1 || seal != Some(entry.seal(&verified.end)) {
                return Ok(Verified { broken_at: Some(verified.entries + 1), ..verified });
            }
            verified.entries = entry.id;
            verified.end = seal.unwrap_or_default();
            if noted == Some(verified.end) {
                verified.noted_at = Some(entry.id);
            }
        }
    }
}
