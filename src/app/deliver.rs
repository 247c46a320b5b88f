//! Delivering a claimed part: call the provider outside any transaction, then record what it said.

use std::time::Duration;

use chrono::TimeDelta;

use super::{
    claim::claim,
    error::Result,
    gateway::{Content, GatewayError, Outbound},
    hold_line::hold_line,
    notices::Change,
    record_status::{Recorded, Told, report_of},
    state::App,
};
use crate::{
    domain::{
        ids::PartId,
        outcome::OwnReason,
        report::{Report, Source},
        retry::{longest_wait, passes},
    },
    kill_point::{kill_during, kill_point},
    store::{
        self,
        outbox::{Fate, Waiting},
    },
};

/// A callback usually tells sooner than this what became of a send whose answer was lost.
const FIRST_LOOK: Duration = Duration::from_secs(20);

/// What one step did, so that a loop knows whether to go on and a test can run until nothing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Nothing,
    Worked,
    /// Twilio wants fewer requests for a while.
    Busy,
}

/// Claims one part and deals with it.
pub async fn deliver_next(app: &App) -> Result<Step> {
    let claimed = claim(app, 1).await?;
    let worked = claimed.more;
    for waiting in &claimed.parts {
        deliver(app, waiting).await?;
    }
    Ok(if worked { Step::Worked } else { Step::Nothing })
}

/// Deals with a claimed part: mostly, hands it to Twilio and stores what became of it.
pub async fn deliver(app: &App, waiting: &Waiting) -> Result<()> {
    match waiting.fate {
        Fate::Call => call(app, waiting).await,
        Fate::Verify => {
            give_up_knowing(app, waiting, waiting.attempt_count, "its worker's lease ran out").await
        }
        Fate::Withdraw => withdraw(app, waiting.part, OwnReason::PartFailed).await,
        Fate::Expire => expire(app, waiting.part).await,
        Fate::OptedOut => withdraw(app, waiting.part, OwnReason::OptedOut).await,
        Fate::Refused => withdraw(app, waiting.part, OwnReason::Consent).await,
        Fate::Stopped => withdraw(app, waiting.part, OwnReason::Stopped).await,
        Fate::Closed => {
            let told = Told::new(waiting.part, Report::closed(), format!("closed:{}", waiting.part));
            tell(app, told).await?;
            app.notices.outbox_waiting();
            Ok(())
        }
    }
}

async fn call(app: &App, waiting: &Waiting) -> Result<()> {
    if waiting.leased_until.is_some_and(|until| app.clock.now() + app.settings.longest_call > until) {
        // This process slept since it claimed: others may be dealing with the part by the time Twilio answers.
        tracing::warn!(part = %waiting.part, "too little is left of the lease for a call");
        return give_back(app, waiting, Duration::ZERO, None).await;
    }
    let attempt = waiting.attempt_count + 1;
    let sent = {
        let _doom = kill_during("deliver.calling");
        app.gateway.send(&outbound(app, waiting)).await
    };
    kill_point("deliver.answered");
    match sent {
        Ok(told) => {
            let key = format!("create:{}:{attempt}", waiting.part);
            tell_surely(app, Told::new(waiting.part, report_of(Source::Create, &told), key)).await
        }
        Err(error) if error.closes_the_line() => {
            let code = if let GatewayError::Refused { code, .. } = error { code } else { None };
            hold_line(app, code).await?;
            // Its turn comes again when the line is open; it is not its fault.
            give_back(app, waiting, Duration::ZERO, None).await
        }
        Err(GatewayError::Refused { code: Some(code), message, .. }) if passes(code).is_some() => {
            retry_later(app, waiting, attempt, &message, Some(code), passes(code)).await
        }
        Err(GatewayError::Refused { code, message, .. }) => {
            let key = format!("refused:{}:{attempt}", waiting.part);
            tell_surely(app, Told::new(waiting.part, Report::refused(code, &message), key)).await
        }
        Err(GatewayError::Retry { reason, code, after }) => {
            retry_later(app, waiting, attempt, &reason, code, after).await
        }
        Err(GatewayError::Unknown { reason }) => give_up_knowing(app, waiting, attempt, &reason).await,
    }
}

fn outbound(app: &App, waiting: &Waiting) -> Outbound {
    let mut callback = app.settings.public_url.clone();
    callback.set_path("/webhooks/twilio/status");
    callback.set_query(Some(&format!("m={}", waiting.part)));
    Outbound {
        to: waiting.to_phone.clone(),
        from: app.settings.number.as_str().to_owned(),
        content: match &waiting.template {
            Some((content_sid, variables)) => {
                Content::Template { content_sid: content_sid.clone(), variables: variables.clone() }
            }
            None => Content::Text { body: waiting.body.clone(), media_url: waiting.image_url.clone() },
        },
        status_callback: callback.into(),
    }
}

/// Stores what was said and lets whoever watches know.
pub(super) async fn tell(app: &App, told: Told) -> Result<Recorded> {
    let recorded = app.records.submit(told).await?;
    if let Recorded::Of(change) = recorded {
        app.notices.message_changed(change);
    }
    Ok(recorded)
}

/// What Twilio answered is known only here: a database that is away for a moment must not lose it.
async fn tell_surely(app: &App, told: Told) -> Result<()> {
    let mut wait = Duration::from_millis(500);
    for _ in 0..5 {
        match tell(app, told.clone()).await {
            Ok(_) => return Ok(()),
            Err(error) => tracing::warn!(%error, ?wait, "an answer of Twilio's was not stored; trying again"),
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    tell(app, told).await.map(|_| ())
}

/// It was certainly not taken: waits its turn again, unless it would then be of no use any more.
async fn retry_later(
    app: &App,
    waiting: &Waiting,
    attempt: i16,
    reason: &str,
    code: Option<i32>,
    after: Option<Duration>,
) -> Result<()> {
    let wait = after.unwrap_or_default() + longest_wait(attempt).mul_f64(rand::random());
    tracing::warn!(part = %waiting.part, attempt, reason, ?wait, "not taken; waiting to try again");
    let then = app.clock.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
    if then > waiting.expires_at {
        // What Twilio said last is why; without a word of its own it was not reached.
        let report = match code {
            Some(code) => Report::refused(Some(code), reason),
            None => Report::not_sent(OwnReason::Unreachable),
        };
        tell(app, Told::new(waiting.part, report, format!("given_up:{}", waiting.part))).await?;
        return Ok(());
    }
    give_back(app, waiting, wait, code).await
}

/// Gives the lease up for a while. It has its place in its recipient's pace already.
async fn give_back(app: &App, waiting: &Waiting, wait: Duration, code: Option<i32>) -> Result<()> {
    let then = app.clock.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
    let mut tx = store::connection::begin(&app.pool).await?;
    if let Some(code) = code {
        store::parts::mark_waiting(&mut tx, waiting.message, code).await?;
    }
    if !store::outbox::give_back(&mut tx, waiting.part, waiting.leased_until, then).await? {
        tracing::warn!(part = %waiting.part, "its lease had run out; another worker has it");
    }
    tx.commit().await?;
    // Only its own page says why it waits.
    app.notices.message_changed(Change { message: waiting.message, dealer: None });
    Ok(())
}

/// Its outcome is unknown: never sent again blindly, but looked for at Twilio.
pub(super) async fn give_up_knowing(app: &App, waiting: &Waiting, attempt: i16, reason: &str) -> Result<()> {
    tracing::warn!(part = %waiting.part, reason, "outcome unknown; verifying");
    let first_look = FIRST_LOOK.min(app.settings.verify_interval);
    let key = format!("unknown:{}:{attempt}", waiting.part);
    tell_surely(app, Told::new(waiting.part, Report::unknown(first_look), key)).await
}

/// It waited until it was of no use any more.
pub(super) async fn expire(app: &App, part: PartId) -> Result<()> {
    withdraw(app, part, OwnReason::Expired).await
}

pub(super) async fn withdraw(app: &App, part: PartId, reason: OwnReason) -> Result<()> {
    tracing::warn!(%part, %reason, "withdrawn before it was sent");
    let key = format!("{reason}:{part}");
    tell(app, Told::new(part, Report::not_sent(reason), key)).await?;
    Ok(())
}
