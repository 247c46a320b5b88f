//! What was said in a conversation, as its two sides read it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::error::{AppError, Result};
/// What came with words.
pub use crate::store::inbound_media::MediaRow as File;
use crate::{
    domain::{
        ids::{InboundId, MessageId, ThreadId},
        inbound::Extra,
        message::Status,
    },
    store::{self, thread_lines::LineRow},
};

/// The latest of a conversation.
const LINES: i64 = 200;

/// Something that was said.
pub struct Line {
    /// The message of ours that it is.
    pub message: Option<MessageId>,
    pub by_dealer: bool,
    pub body: String,
    pub status: Option<Status>,
    pub extra: Option<Extra>,
    pub files: Vec<File>,
    /// Files beyond those that were taken.
    pub files_left: i16,
    pub at: DateTime<Utc>,
}

/// The latest lines, the oldest first, with their files.
pub(super) async fn read_lines(conn: &mut PgConnection, thread: ThreadId) -> Result<Vec<Line>> {
    let rows = store::thread_lines::list_lines(conn, thread, LINES).await?;
    let inbound: Vec<InboundId> = rows.iter().filter_map(|row| row.inbound).collect();
    let mut files: HashMap<InboundId, Vec<File>> = HashMap::new();
    for file in store::inbound_media::list_of(conn, &inbound).await? {
        files.entry(file.inbound).or_default().push(file);
    }
    rows.into_iter()
        .rev()
        .map(|row| {
            let files = row.inbound.and_then(|id| files.remove(&id)).unwrap_or_default();
            line(row, files)
        })
        .collect()
}

fn line(row: LineRow, files: Vec<File>) -> Result<Line> {
    let status = row.status.map(|word| word.parse()).transpose();
    let status = status.map_err(|error: crate::domain::message::UnknownStatus| {
        AppError::Fault(format!("messages.status: {error}"))
    })?;
    Ok(Line {
        message: row.message,
        by_dealer: row.by_dealer,
        body: row.body,
        status,
        extra: read_extra(row.extra),
        files,
        files_left: row.media_left,
        at: row.at,
    })
}

/// As [`receive_message`](super::receive_message) wrote it; what cannot be read says nothing.
pub(super) fn read_extra(value: Option<serde_json::Value>) -> Option<Extra> {
    serde_json::from_value(value?).ok()
}
