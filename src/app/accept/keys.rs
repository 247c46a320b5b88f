//! Idempotency keys: one message a key.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Answer, Draft};
use crate::{
    app::error::Result,
    domain::ids::MessageId,
    store::{self, idempotency::NewKey},
};

/// The messages whose key was free.
pub(super) async fn bind_keys(
    conn: &mut PgConnection,
    drafts: &[Draft],
    now: DateTime<Utc>,
) -> Result<HashSet<MessageId>> {
    let keys: Vec<NewKey> = drafts
        .iter()
        .filter_map(|draft| {
            let key = draft.key.as_ref()?;
            Some(NewKey {
                user: draft.sender,
                key: key.word.clone(),
                request_hash: key.request_hash.to_vec(),
                message: draft.id,
            })
        })
        .collect();
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(store::idempotency::insert_keys(conn, &keys, now).await?.into_iter().collect())
}

/// A key is bound when a message is accepted, not by a refusal.
pub(super) async fn free_refused_keys(
    conn: &mut PgConnection,
    drafts: &[&Draft],
    answers: &[Answer],
) -> Result<()> {
    let refused: Vec<MessageId> = drafts
        .iter()
        .zip(answers)
        .filter(|(draft, answer)| draft.key.is_some() && !matches!(answer, Answer::Accepted(_)))
        .map(|(draft, _)| draft.id)
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    Ok(store::idempotency::delete_keys(conn, &refused).await?)
}
