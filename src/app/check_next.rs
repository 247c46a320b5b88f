//! Asking Twilio about what it has not told us: a status whose callback was lost, a price that comes minutes later, a
//! send whose answer was lost.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    deliver::{Step, tell},
    error::Result,
    gateway::{GatewayError, ProviderMessage},
    record_status::{Told, report_of},
    state::App,
};
use crate::{
    domain::{
        ids::{MessageId, PartId},
        message::Status,
        outcome::OwnReason,
        report::{Report, Source},
        retry::{LOOKS_BEFORE_LOST, policy, until_next_check},
    },
    kill_point::kill_point,
    store::{self, parts::PartToCheck},
};

/// While one server asks about a part, no other does.
const HELD: TimeDelta = TimeDelta::seconds(60);
/// A look that takes longer is given up and comes again.
const LONGEST_LOOK: Duration = Duration::from_secs(50);
/// After a look that could not be had.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(60);
/// Twilio dates by the second, and its clock is not ours. Wide, for too narrow would call a created message lost, and an
/// older equal text of ours is owned already.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(10);
/// So many pages are looked at.
const PAGES: usize = 5;

type Asked = std::result::Result<Option<ProviderMessage>, GatewayError>;

/// Asks about one part that is due, one whose outcome is unknown first. `Busy`: Twilio wants fewer questions for a while.
pub async fn check_next(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let due = store::parts::claim_due_check(&mut *app.pool.acquire().await?, now, now + HELD).await?;
    let Some(part) = due else { return Ok(Step::Nothing) };
    match read(app, part).await? {
        Some(part) => check(app, &part).await,
        None => Ok(Step::Worked),
    }
}

/// Asks about a message now, because somebody looks at it. The plan of questions goes on as if nobody had looked; what
/// cannot be had stays as it was.
pub async fn refresh(app: &App, message: MessageId) -> Result<()> {
    let parts = store::parts::list_parts(&mut *app.pool.acquire().await?, message).await?;
    for part in parts {
        let is_final = part.status.is_final();
        let (part, Some(sid)) = (part.id, part.sid.filter(|_| !is_final)) else { continue };
        match app.gateway.fetch(&sid).await {
            Ok(Some(told)) => take_in(app, part, &told).await?,
            Ok(None) => {}
            Err(error) => tracing::warn!(%part, %error, "Twilio could not be asked"),
        }
    }
    Ok(())
}

/// Asks about a part beside its plan, which goes on as if nobody had: that nothing is found proves nothing here, for two
/// looks prove it only with time between them.
pub async fn ask_once(app: &App, part: PartId) -> Result<()> {
    let Some(part) = read(app, part).await? else { return Ok(()) };
    let asked = match (&part.sid, part.status) {
        (Some(sid), _) => app.gateway.fetch(sid).await,
        (None, Status::Verifying) if !has_twin(app, &part).await? => look(app, &part).await?,
        (None, _) => return Ok(()),
    };
    match asked {
        Ok(Some(told)) => take_in(app, part.id, &told).await?,
        Ok(None) => {}
        Err(error) => tracing::warn!(part = %part.id, %error, "Twilio could not be asked"),
    }
    Ok(())
}

async fn read(app: &App, part: PartId) -> Result<Option<PartToCheck>> {
    Ok(store::parts::get_part(&mut *app.pool.acquire().await?, part).await?)
}

async fn check(app: &App, part: &PartToCheck) -> Result<Step> {
    let asked = match (&part.sid, part.status) {
        (Some(sid), _) => app.gateway.fetch(sid).await,
        (None, Status::Verifying) if has_twin(app, part).await? => {
            schedule(app, part, Some(app.clock.now() + TimeDelta::seconds(5)), part.checks).await?;
            return Ok(Step::Worked);
        }
        (None, Status::Verifying) => look(app, part).await?,
        (None, _) => {
            schedule(app, part, None, part.checks).await?;
            return Ok(Step::Worked);
        }
    };
    kill_point("check.asked");
    match asked {
        Ok(Some(told)) => {
            take_in(app, part.id, &told).await?;
            advance(app, part).await?;
        }
        Ok(None) if part.sid.is_none() => not_found(app, part).await?,
        Ok(None) => schedule(app, part, next_time(app, part, part.checks + 1), part.checks + 1).await?,
        Err(error) => {
            tracing::warn!(part = %part.id, %error, "Twilio could not be asked; later");
            ask_again(app, part).await?;
            if matches!(error, GatewayError::Retry { .. }) || error.closes_the_line() {
                return Ok(Step::Busy);
            }
        }
    }
    Ok(Step::Worked)
}

/// An equal text to the same number under way right now would be taken for this one.
async fn has_twin(app: &App, part: &PartToCheck) -> Result<bool> {
    let mut conn = app.pool.acquire().await?;
    Ok(store::outbox::has_twin_under_way(&mut conn, part.id, &part.to_phone, &part.body).await?)
}

async fn look(app: &App, part: &PartToCheck) -> Result<Asked> {
    match tokio::time::timeout(LONGEST_LOOK, find_created(app, part)).await {
        Ok(found) => found,
        Err(elapsed) => {
            Ok(Err(GatewayError::Unknown { reason: format!("the list took too long: {elapsed}") }))
        }
    }
}

/// The message at Twilio that this part's lost create made: the same text between the same numbers, not older than
/// the attempt, not already another part's. Of several the oldest: a later equal part's own is younger. `None` only if
/// all that is young enough was looked at: not having been able to look is no proof.
async fn find_created(app: &App, part: &PartToCheck) -> Result<Asked> {
    let mut page = None;
    let mut oldest = None;
    let mut is_unclear = false;
    for _ in 0..PAGES {
        let number = app.settings.number.as_str();
        let listed = match app.gateway.list(&part.to_phone, number, page.as_deref()).await {
            Ok(listed) => listed,
            Err(error) => return Ok(Err(error)),
        };
        let is_old = |told: &ProviderMessage| is_young(told, part) == Some(false);
        let is_past = !listed.messages.is_empty() && listed.messages.iter().all(is_old);
        for told in listed.messages {
            match is_of_attempt(&told, part) {
                Some(false) => {}
                _ if is_owned(app, &told.sid).await? => {}
                Some(true) => oldest = Some(told),
                None => is_unclear = true,
            }
        }
        page = listed.next;
        if page.is_none() || is_past {
            let reason = "a message of nobody's bears no date or no text".to_owned();
            return Ok(match oldest {
                None if is_unclear => Err(GatewayError::Unknown { reason }),
                found => Ok(found),
            });
        }
    }
    let reason = "more messages to this number than are looked at".to_owned();
    Ok(oldest.map_or(Err(GatewayError::Unknown { reason }), |found| Ok(Some(found))))
}

/// `None`: it does not say enough to be ruled out.
fn is_of_attempt(told: &ProviderMessage, part: &PartToCheck) -> Option<bool> {
    let is_ours = told.direction.as_deref().is_none_or(|direction| direction == "outbound-api");
    // Redacted, it is empty.
    let told_body = told.body.as_deref().filter(|body| !body.is_empty());
    let is_same = told_body.map(|body| is_same_text(body, &part.body));
    match (is_ours, is_young(told, part), is_same) {
        (false, ..) | (_, Some(false), _) | (.., Some(false)) => Some(false),
        (true, Some(true), Some(true)) => Some(true),
        (true, None, _) | (true, _, None) => None,
    }
}

/// Twilio may keep a text without the white space at its ends.
fn is_same_text(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// `None`: it bears no date, which proves nothing either way.
fn is_young(told: &ProviderMessage, part: &PartToCheck) -> Option<bool> {
    Some(told.date_created? >= part.first_attempted_at? - CLOCK_SKEW)
}

async fn is_owned(app: &App, sid: &str) -> Result<bool> {
    let mut conn = app.pool.acquire().await?;
    Ok(store::parts::get_part_id_by_sid(&mut conn, sid).await?.is_some())
}

async fn take_in(app: &App, part: PartId, told: &ProviderMessage) -> Result<()> {
    let code = told.error_code.map(|code| code.to_string()).unwrap_or_default();
    let key = format!("fetch:{}:{}:{code}", told.sid, told.status);
    tell(app, Told::new(part, report_of(Source::Fetch, told), key)).await?;
    Ok(())
}

/// Asked and answered: the next question waits longer, unless the answer began a new state with a plan of its own.
async fn advance(app: &App, before: &PartToCheck) -> Result<()> {
    let Some(after) = read(app, before.id).await? else {
        return Ok(());
    };
    if after.status != before.status || after.sid != before.sid {
        return Ok(());
    }
    let next = next_time(app, &after, after.checks + 1);
    schedule(app, &after, next, after.checks + 1).await
}

/// Not at Twilio: looked for once more after a while; then it was never created, and is sent again if its kind allows.
async fn not_found(app: &App, part: &PartToCheck) -> Result<()> {
    let now = app.clock.now();
    if part.checks + 1 < LOOKS_BEFORE_LOST {
        let wait = TimeDelta::from_std(app.settings.verify_interval).unwrap_or(LOOK_AGAIN);
        return schedule(app, part, Some(now + wait), part.checks + 1).await;
    }
    let policy = policy(part.kind);
    let again = part.resends < policy.resends && now < part.created_at + policy.validity;
    tracing::warn!(part = %part.id, again, "twice not found at Twilio: it was never created");
    kill_point("check.sent_again");
    let told = if again {
        let key = format!("again:{}:{}", part.id, part.resends + 1);
        Told::new(part.id, Report::sent_again(), key)
    } else {
        let reason = OwnReason::NotCreated;
        Told::new(part.id, Report::not_sent(reason), format!("{reason}:{}", part.id))
    };
    tell(app, told).await?;
    app.notices.outbox_waiting();
    Ok(())
}

/// Nothing was learned: the same question comes again, and counts once it is answered.
async fn ask_again(app: &App, part: &PartToCheck) -> Result<()> {
    let soon = app.clock.now() + LOOK_AGAIN;
    let next = if part.sid.is_some() { next_time(app, part, part.checks) } else { None };
    schedule(app, part, Some(next.map_or(soon, |next| next.max(soon))), part.checks).await
}

/// When it is asked in this state for the time after so many.
fn next_time(app: &App, part: &PartToCheck, checks: i16) -> Option<DateTime<Utc>> {
    let wait = until_next_check(part.status, part.has_price, checks, &app.settings.price_plan)?;
    TimeDelta::from_std(wait).ok().map(|wait| app.clock.now() + wait)
}

/// Unless somebody has moved it on meanwhile, and with it its plan.
async fn schedule(app: &App, part: &PartToCheck, at: Option<DateTime<Utc>>, checks: i16) -> Result<()> {
    let mut conn = app.pool.acquire().await?;
    Ok(store::parts::schedule_check(&mut conn, part, at, checks).await?)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::kind::Kind;

    #[test]
    fn message_that_does_not_say_enough_is_neither_of_the_attempt_nor_ruled_out() {
        let attempted: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let part = PartToCheck {
            id: PartId(Uuid::nil()),
            status: Status::Verifying,
            sid: None,
            body: "hola".to_owned(),
            to_phone: "+18095551234".to_owned(),
            kind: Kind::Contact,
            created_at: attempted,
            first_attempted_at: Some(attempted),
            resends: 0,
            checks: 0,
            has_price: false,
        };
        let told = |date_created| ProviderMessage {
            body: Some(" hola\n".to_owned()),
            date_created,
            ..ProviderMessage::default()
        };
        assert_eq!(is_young(&told(None), &part), None);
        assert_eq!(is_of_attempt(&told(None), &part), None);
        assert_eq!(is_young(&told(Some(attempted - TimeDelta::minutes(11))), &part), Some(false));
        assert_eq!(is_of_attempt(&told(Some(attempted)), &part), Some(true));
        let erased = ProviderMessage { body: Some(String::new()), ..told(Some(attempted)) };
        assert_eq!(is_of_attempt(&erased, &part), None);
        let other = ProviderMessage { body: Some("adiós".to_owned()), ..told(None) };
        assert_eq!(is_of_attempt(&other, &part), Some(false));
    }
}
