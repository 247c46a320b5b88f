//! Waiting until Twilio has said something about a message that was just taken in.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::{
    actor::Actor,
    error::Result,
    read_messages::{MessageDetail, View, get_message},
    state::App,
};
use crate::domain::{ids::MessageId, message::Status};

/// A notice may be lost; so often we look without one.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The message as soon as its first part was taken, refused or became unknown; after `patience`, as it stands.
pub async fn wait_for_outcome(
    app: &App,
    actor: &Actor,
    id: MessageId,
    patience: Duration,
) -> Result<MessageDetail> {
    let mut changes = app.notices.subscribe();
    let deadline = Instant::now() + patience;
    loop {
        let detail = get_message(app, actor, View::Any, id).await?;
        let told = detail.first_sid().is_some();
        if told || detail.message.status != Status::Queued || Instant::now() >= deadline {
            return Ok(detail);
        }
        let look = deadline.min(Instant::now() + LOOK_EVERY);
        while let Ok(Ok(changed)) = timeout_at(look, changes.recv()).await {
            if changed.message == id {
                break;
            }
        }
        // A closed or lagging channel must not make this a busy loop.
        sleep_until(look.min(Instant::now() + Duration::from_millis(20))).await;
    }
}
