//! Delivering one waiting part: claim and commit, call the provider outside any transaction, record.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    error::Result,
    gateway::{Content, GatewayError, Outbound},
    record_status::{Report, Source, record},
    state::App,
};
use crate::{
    domain::{
        ids::PartId,
        message::Status,
        outcome::OwnReason,
        retry::{MAX_ATTEMPTS, VALIDITY, until_next_attempt},
    },
    store::{self, parts::Claimed},
};

/// A callback usually tells sooner than this what became of a send whose answer was lost.
const FIRST_LOOK: Duration = Duration::from_secs(20);

/// What one step did, so that a loop knows whether to go on and a test can run until nothing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Nothing,
    Worked,
}

/// Delivers the oldest waiting part.
pub async fn deliver_next(app: &App) -> Result<Step> {
    let Some(claimed) = claim(app).await? else {
        return Ok(Step::Nothing);
    };
    if claimed.abandoned {
        // Its worker died during the call: Twilio may have it. Look before anything else.
        give_up_knowing(app, &claimed, "its worker's lease ran out").await?;
        return Ok(Step::Worked);
    }
    let sent = app.gateway.send(&outbound(app, &claimed)).await;
    match sent {
        Ok(told) => {
            let key = format!("create:{}:{}", claimed.part_id, claimed.attempt_count + 1);
            let report = Report::from_provider(Source::Create, &told, key);
            finish(app, &claimed, &report).await?;
        }
        Err(GatewayError::Refused { code, message, .. }) => {
            finish(app, &claimed, &Report::refused(claimed.part_id, code, &message)).await?;
        }
        Err(GatewayError::Retry { reason, code, after }) => {
            retry_later(app, &claimed, &reason, code, after).await?;
        }
        Err(GatewayError::Unknown { reason }) => give_up_knowing(app, &claimed, &reason).await?,
    }
    Ok(Step::Worked)
}

async fn claim(app: &App) -> Result<Option<Claimed>> {
    let now = app.clock.now();
    let mut tx = app.pool.begin().await?;
    let claimed = store::parts::claim_waiting(&mut tx, now, now + app.settings.lease).await?;
    if let Some(claimed) = claimed.as_ref().filter(|claimed| !claimed.abandoned) {
        store::parts::mark_attempt(&mut tx, claimed.part_id, now).await?;
    }
    tx.commit().await?;
    Ok(claimed)
}

fn outbound(app: &App, claimed: &Claimed) -> Outbound {
    let mut callback = app.settings.public_url.clone();
    callback.set_path("/webhooks/twilio/status");
    callback.set_query(Some(&format!("m={}", claimed.part_id)));
    Outbound {
        to: claimed.to_phone.clone(),
        from: app.settings.number.as_str().to_owned(),
        content: Content::Text { body: claimed.body.clone(), media_url: claimed.image_url.clone() },
        status_callback: callback.into(),
    }
}

/// Stores a known outcome and takes the part out of the outbox.
async fn finish(app: &App, claimed: &Claimed, report: &Report) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.pool.begin().await?;
    record(&mut tx, claimed.part_id, report, now).await?;
    store::parts::delete_from_outbox(&mut tx, claimed.part_id).await?;
    tx.commit().await?;
    app.notices.message_changed(claimed.message_id);
    Ok(())
}

/// It was certainly not taken: waits its turn again, unless it has been tried too often or has become too old.
async fn retry_later(
    app: &App,
    claimed: &Claimed,
    reason: &str,
    code: Option<i32>,
    after: Option<Duration>,
) -> Result<()> {
    let now = app.clock.now();
    let attempts = claimed.attempt_count + 1;
    let wait = after.unwrap_or_else(|| until_next_attempt(attempts));
    tracing::warn!(part = %claimed.part_id, attempts, reason, "not taken; waiting to try again");
    if attempts >= MAX_ATTEMPTS || now + wait > claimed.created_at + VALIDITY {
        return finish(app, claimed, &Report::not_sent(claimed.part_id, OwnReason::Unreachable)).await;
    }
    let mut tx = app.pool.begin().await?;
    store::parts::postpone(&mut tx, claimed.part_id, now + wait).await?;
    if let Some(code) = code {
        store::parts::mark_waiting(&mut tx, claimed.message_id, code).await?;
    }
    tx.commit().await?;
    app.notices.message_changed(claimed.message_id);
    Ok(())
}

/// Its outcome is unknown: never sent again blindly, but looked for at Twilio.
async fn give_up_knowing(app: &App, claimed: &Claimed, reason: &str) -> Result<()> {
    tracing::warn!(part = %claimed.part_id, reason, "outcome unknown; verifying");
    let first_look = FIRST_LOOK.min(app.settings.verify_interval);
    finish(app, claimed, &Report::unknown(claimed.part_id, claimed.attempt_count, first_look)).await
}

/// An unknown send that was looked for at Twilio often enough and is not there.
pub(super) async fn declare_not_created(app: &App, part: PartId, now: DateTime<Utc>) -> Result<()> {
    let mut tx = app.pool.begin().await?;
    let message = record(&mut tx, part, &Report::not_sent(part, OwnReason::NotCreated), now).await?;
    tx.commit().await?;
    tracing::warn!(%part, status = %Status::Failed, "twice not found at Twilio: it was never created");
    if let Some(message) = message {
        app.notices.message_changed(message);
    }
    Ok(())
}
