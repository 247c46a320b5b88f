//! Keeping the index of a search's words.

use super::{deliver::Step, error::Result, state::App};
use crate::store;

/// Messages whose words are indexed in one go.
const AT_ONCE: i64 = 1_000;

/// Puts the words of new messages into the index that searches use. Searches read what waits too.
pub async fn index_words(app: &App) -> Result<Step> {
    let mut tx = store::connection::begin(&app.pool).await?;
    let indexed = store::words::index_waiting(&mut tx, AT_ONCE).await?;
    tx.commit().await?;
    Ok(if indexed > 0 { Step::Worked } else { Step::Nothing })
}
