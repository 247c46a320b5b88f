//! Asking Twilio about what it has not told us: a status whose callback was lost, a price that comes minutes later, a
//! send whose answer was lost.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    deliver_next::{Step, declare_not_created},
    error::Result,
    gateway::{GatewayError, ProviderMessage},
    record_status::{Report, Source, record, stored_status},
    state::App,
};
use crate::{
    domain::{
        ids::{MessageId, PartId},
        message::Status,
        retry::{LOOKS_BEFORE_LOST, until_next_check},
    },
    store::{self, parts::LockedPart},
};

/// While one server asks about a part, no other does.
const HELD: TimeDelta = TimeDelta::seconds(60);
/// Twilio dates by the second, and its clock is not ours. Wide, for too narrow would call a created message lost, and an
/// older equal text of ours is owned already.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(90);
/// A match older than this many pages is not of this attempt.
const PAGES: usize = 5;

/// Asks about one part that is due.
pub async fn check_next(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let due = store::parts::claim_due_check(&mut *app.pool.acquire().await?, now, now + HELD).await?;
    let Some(part) = due else { return Ok(Step::Nothing) };
    let Some(state) = read(app, part).await? else {
        return Ok(Step::Worked);
    };
    check(app, &state).await?;
    Ok(Step::Worked)
}

/// Asks about a message now, because somebody looks at it. The plan of questions goes on as if nobody had looked; what
/// cannot be had stays as it was.
pub async fn refresh(app: &App, message: MessageId) -> Result<()> {
    let parts = store::parts::list_parts(&mut *app.pool.acquire().await?, message).await?;
    for (part, sid) in parts.into_iter().filter_map(|part| Some((part.id, part.sid?))) {
        match app.gateway.fetch(&sid).await {
            Ok(Some(told)) => take_in(app, part, &told).await?,
            Ok(None) => {}
            Err(error) => tracing::warn!(%part, %error, "Twilio could not be asked"),
        }
    }
    Ok(())
}

async fn read(app: &App, part: PartId) -> Result<Option<LockedPart>> {
    let mut tx = app.pool.begin().await?;
    let state = store::parts::lock_part(&mut tx, part).await?;
    tx.rollback().await?;
    Ok(state)
}

async fn check(app: &App, part: &LockedPart) -> Result<()> {
    let status = stored_status(&part.status, part.id)?;
    let asked = match (&part.sid, status) {
        (Some(sid), _) => app.gateway.fetch(sid).await,
        (None, Status::Verifying) => find_created(app, part).await,
        (None, _) => return schedule(app, part, None).await,
    };
    match asked {
        Ok(Some(told)) => {
            take_in(app, part.id, &told).await?;
            advance(app, part).await
        }
        Ok(None) if part.sid.is_none() => not_found(app, part).await,
        Ok(None) => postpone(app, part, status).await,
        Err(error) => {
            tracing::warn!(part = %part.id, %error, "Twilio could not be asked; later");
            postpone(app, part, status).await
        }
    }
}

/// The message at Twilio that this part's lost create made: the same text between the same numbers, not older than
/// the attempt, not already another part's. Of several the oldest: a later equal part's own is younger.
async fn find_created(
    app: &App,
    part: &LockedPart,
) -> std::result::Result<Option<ProviderMessage>, GatewayError> {
    let mut page = None;
    let mut oldest = None;
    for _ in 0..PAGES {
        let listed = app.gateway.list(&part.to_phone, app.settings.number.as_str(), page.as_deref()).await?;
        for told in listed.messages {
            if is_of_attempt(&told, part) && !is_owned(app, &told.sid).await {
                oldest = Some(told);
            }
        }
        page = listed.next;
        if page.is_none() {
            break;
        }
    }
    Ok(oldest)
}

fn is_of_attempt(told: &ProviderMessage, part: &LockedPart) -> bool {
    let ours = told.direction.as_deref().is_none_or(|direction| direction == "outbound-api");
    let same_text = told.body.as_deref() == Some(part.body.as_str());
    let young = match (told.date_created, part.attempted_at) {
        (Some(created), Some(attempted)) => created >= attempted - CLOCK_SKEW,
        _ => false,
    };
    ours && same_text && young
}

/// When in doubt it is owned: a part without an answer is better than two parts with one.
async fn is_owned(app: &App, sid: &str) -> bool {
    let Ok(mut conn) = app.pool.acquire().await else {
        return true;
    };
    !matches!(store::parts::get_part_id_by_sid(&mut conn, sid).await, Ok(None))
}

async fn take_in(app: &App, part: PartId, told: &ProviderMessage) -> Result<()> {
    let now = app.clock.now();
    let code = told.error_code.map(|code| code.to_string()).unwrap_or_default();
    let key = format!("fetch:{}:{}:{code}", told.sid, told.status);
    let report = Report::from_provider(Source::Fetch, told, key);
    let mut tx = app.pool.begin().await?;
    let changed = record(&mut tx, part, &report, now).await?;
    tx.commit().await?;
    if let Some(message) = changed {
        app.notices.message_changed(message);
    }
    Ok(())
}

/// Asked and answered: the next question waits longer, unless the answer began a new state with a plan of its own.
async fn advance(app: &App, before: &LockedPart) -> Result<()> {
    let Some(after) = read(app, before.id).await? else {
        return Ok(());
    };
    if after.status != before.status || after.sid != before.sid {
        return Ok(());
    }
    let status = stored_status(&after.status, after.id)?;
    schedule(app, &after, next_time(&after, status, app.clock.now())).await
}

/// Not at Twilio: once more after a while, then it was never created.
async fn not_found(app: &App, part: &LockedPart) -> Result<()> {
    let now = app.clock.now();
    if part.checks + 1 >= LOOKS_BEFORE_LOST {
        return declare_not_created(app, part.id, now).await;
    }
    let wait = TimeDelta::from_std(app.settings.verify_interval).unwrap_or(HELD);
    schedule(app, part, Some(now + wait)).await
}

async fn postpone(app: &App, part: &LockedPart, status: Status) -> Result<()> {
    let now = app.clock.now();
    if part.sid.is_none() {
        // Not having been able to look is not a look.
        let mut conn = app.pool.acquire().await?;
        return Ok(store::parts::schedule_check(&mut conn, part.id, Some(now + HELD), part.checks).await?);
    }
    schedule(app, part, next_time(part, status, now)).await
}

fn next_time(part: &LockedPart, status: Status, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let wait = until_next_check(status, part.provider_price.is_some(), part.checks + 1)?;
    TimeDelta::from_std(wait).ok().map(|wait| now + wait)
}

async fn schedule(app: &App, part: &LockedPart, at: Option<DateTime<Utc>>) -> Result<()> {
    let mut conn = app.pool.acquire().await?;
    Ok(store::parts::schedule_check(&mut conn, part.id, at, part.checks + 1).await?)
}
