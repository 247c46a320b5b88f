//! Taking in whatever is said about a part, from whomever: stored as an event, applied only forward, rolled up into
//! the message, its cost and its places settled. One way for callbacks, answers and our own verdicts.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    error::{AppError, Result},
    gateway::ProviderMessage,
};
use crate::{
    domain::{
        ids::{MessageId, PartId},
        message::{Status, overall},
        outcome::{OwnReason, outcome},
        rates::PRICE_PER_PART,
        retry::until_next_check,
    },
    store::{
        self,
        events::NewEvent,
        parts::{LockedPart, MessageState, PartChange, PartState},
    },
};

/// Who says so. Names are the database's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Callback,
    Create,
    Fetch,
    Okla,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Create => "create",
            Self::Fetch => "fetch",
            Self::Okla => "okla",
        }
    }
}

/// One thing said about a part.
#[derive(Clone, Debug)]
pub struct Report {
    pub source: Source,
    /// Twilio's own word, known to us or not; or ours.
    pub status: String,
    pub sid: Option<String>,
    pub error_code: Option<i32>,
    pub error_message: Option<String>,
    pub segments: Option<i16>,
    pub price: Option<(Decimal, String)>,
    /// It never left the house: refused at create, or our own verdict.
    pub not_sent: bool,
    pub own_reason: Option<OwnReason>,
    /// When to ask Twilio next, if not by the usual plan.
    pub look_after: Option<Duration>,
    pub fields: serde_json::Value,
    /// The same thing said twice has the same key.
    pub dedupe_key: String,
}

impl Report {
    pub fn from_provider(source: Source, told: &ProviderMessage, dedupe_key: String) -> Self {
        Self {
            source,
            status: told.status.clone(),
            sid: Some(told.sid.clone()),
            error_code: told.error_code,
            error_message: told.error_message.clone(),
            segments: told.num_segments,
            price: told.price.zip(told.price_unit.clone()),
            not_sent: false,
            own_reason: None,
            look_after: None,
            fields: json!({}),
            dedupe_key,
        }
    }

    /// Twilio said no to the create: nothing exists there.
    pub fn refused(part: PartId, code: Option<i32>, message: &str) -> Self {
        Self {
            source: Source::Create,
            error_code: code,
            error_message: Some(message.to_owned()),
            not_sent: true,
            ..Self::ours(Status::Failed, format!("refused:{part}"))
        }
    }

    /// Our own verdict that nothing was sent.
    pub fn not_sent(part: PartId, reason: OwnReason) -> Self {
        Self {
            not_sent: true,
            own_reason: Some(reason),
            ..Self::ours(Status::Failed, format!("{reason}:{part}"))
        }
    }

    /// The create's answer was lost; Twilio's list is looked at after a while.
    pub fn unknown(part: PartId, attempt: i16, look_after: Duration) -> Self {
        Self {
            look_after: Some(look_after),
            ..Self::ours(Status::Verifying, format!("unknown:{part}:{attempt}"))
        }
    }

    fn ours(status: Status, dedupe_key: String) -> Self {
        Self {
            source: Source::Okla,
            status: status.as_str().to_owned(),
            sid: None,
            error_code: None,
            error_message: None,
            segments: None,
            price: None,
            not_sent: false,
            own_reason: None,
            look_after: None,
            fields: json!({}),
            dedupe_key,
        }
    }

    /// What it means to us; `None`: a word of Twilio's that we do not know.
    fn meaning(&self) -> Option<Status> {
        match self.source {
            Source::Okla => self.status.parse().ok(),
            Source::Callback | Source::Create | Source::Fetch => Status::from_twilio(&self.status),
        }
    }
}

/// Takes a report in, within the caller's transaction. Returns the message it changed; `None` when the part is gone or
/// all this was said before.
pub async fn record(
    conn: &mut PgConnection,
    part: PartId,
    report: &Report,
    now: DateTime<Utc>,
) -> Result<Option<MessageId>> {
    let Some(locked) = store::parts::lock_part(conn, part).await? else {
        return Ok(None);
    };
    if report.sid.is_some() && locked.sid.is_some() && locked.sid != report.sid {
        // One part never has two Twilio messages; what is said of the other is kept and shown to nobody.
        tracing::error!(%part, "a second sid was reported for one part");
        store_event(conn, None, report, now).await?;
        return Ok(None);
    }
    let is_new = store_event(conn, Some(part), report, now).await?;
    if !is_new && report.source == Source::Callback {
        return Ok(None);
    }
    apply(conn, &locked, report, now).await?;
    if let (None, Some(sid)) = (&locked.sid, &report.sid) {
        apply_orphans(conn, part, sid, now).await?;
    }
    roll_up(conn, locked.message_id, report.source, now).await?;
    Ok(Some(locked.message_id))
}

/// Keeps a report about a sid that is nobody's yet.
pub async fn record_orphan(conn: &mut PgConnection, report: &Report, now: DateTime<Utc>) -> Result<()> {
    store_event(conn, None, report, now).await.map(|_| ())
}

async fn store_event(
    conn: &mut PgConnection,
    part: Option<PartId>,
    report: &Report,
    now: DateTime<Utc>,
) -> Result<bool> {
    let event = NewEvent {
        part_id: part,
        sid: report.sid.as_deref(),
        source: report.source.as_str(),
        status: &report.status,
        error_code: report.error_code,
        error_message: report.error_message.as_deref(),
        fields: report.fields.clone(),
        dedupe_key: &report.dedupe_key,
        received_at: now,
    };
    Ok(store::events::insert_event(conn, &event).await?)
}

/// Changes the part; the status only if the new one is further on.
async fn apply(
    conn: &mut PgConnection,
    part: &LockedPart,
    report: &Report,
    now: DateTime<Utc>,
) -> Result<()> {
    let current = stored_status(&part.status, part.id)?;
    // We said it never left, and here it is: Twilio is right.
    let refuted = part.own_reason.is_some() && report.sid.is_some();
    let next = report
        .meaning()
        .filter(|next| refuted || may_follow(current, *next, part.sid.is_some(), report.source));
    let change = PartChange {
        status: next.map(Status::as_str),
        sid: report.sid.as_deref(),
        error_code: report.error_code,
        error_message: report.error_message.as_deref(),
        refuted,
        not_sent: report.not_sent && next.is_some(),
        own_reason: report.own_reason.filter(|_| next.is_some()).map(OwnReason::as_str),
        segments: report.segments,
        price: report.price.as_ref().map(|(amount, currency)| (*amount, currency.as_str())),
    };
    store::parts::update_part(conn, part.id, &change).await?;
    let reached = next.unwrap_or(current);
    let entered = reached != current || (part.sid.is_none() && report.sid.is_some());
    let checks = if entered { 0 } else { part.checks };
    let newly_priced = part.provider_price.is_none() && report.price.is_some();
    let priced = part.provider_price.is_some() || newly_priced || change.not_sent;
    if entered || newly_priced {
        let wait = report.look_after.or_else(|| until_next_check(reached, priced, checks));
        let at = wait.and_then(|wait| TimeDelta::from_std(wait).ok());
        store::parts::schedule_check(conn, part.id, at.map(|wait| now + wait), checks).await?;
    }
    Ok(())
}

/// Forward only. Becoming unknown is our own word and possible only while Twilio has told us nothing.
fn may_follow(current: Status, next: Status, has_sid: bool, source: Source) -> bool {
    match (source, next) {
        (Source::Okla, Status::Verifying) => current == Status::Queued && !has_sid,
        (Source::Okla, _) => !has_sid && !current.is_final() && next.rank() > current.rank(),
        _ => next.rank() > current.rank(),
    }
}

async fn apply_orphans(conn: &mut PgConnection, part: PartId, sid: &str, now: DateTime<Utc>) -> Result<()> {
    for event in store::events::adopt_orphans(conn, part, sid).await? {
        let Some(locked) = store::parts::lock_part(conn, part).await? else {
            return Ok(());
        };
        let said_before = Report {
            source: Source::Callback,
            sid: Some(sid.to_owned()),
            error_code: event.error_code,
            error_message: event.error_message,
            ..Report::ours(Status::Queued, String::new())
        };
        apply(conn, &locked, &Report { status: event.status, ..said_before }, now).await?;
    }
    Ok(())
}

/// Derives the message from its parts, then brings its cost and its places to what that state owes.
async fn roll_up(
    conn: &mut PgConnection,
    message: MessageId,
    source: Source,
    now: DateTime<Utc>,
) -> Result<()> {
    let parts = store::parts::list_parts(conn, message).await?;
    let mut statuses = Vec::with_capacity(parts.len());
    for part in &parts {
        statuses.push(stored_status(&part.status, part.id)?);
    }
    let Some(status) = overall(&statuses) else {
        return Err(AppError::Fault(format!("messages {message}: has no parts")));
    };
    let failed = parts.iter().zip(&statuses).find(|(_, status)| status.is_failure()).map(|(part, _)| part);
    let not_sent = !parts.is_empty() && parts.iter().all(|part| part.not_sent) && status.is_failure();
    let reached = |least: Status| (!status.is_failure() && status.rank() >= least.rank()).then_some(now);
    let state = MessageState {
        status: status.as_str(),
        error_code: failed.and_then(|part| part.error_code),
        not_sent,
        own_reason: failed.and_then(|part| part.own_reason.as_deref()),
        sent_at: reached(Status::Sent),
        delivered_at: reached(Status::Delivered),
        read_at: reached(Status::Read),
        checked_at: (source != Source::Okla).then_some(now),
    };
    store::parts::update_message_state(conn, message, &state).await?;

    let owed = parts.iter().zip(&statuses).map(|(part, status)| part_cost(part, *status)).sum();
    let payer = store::ledger::get_payer(conn, message).await?;
    let reason = if not_sent { "release" } else { "adjustment" };
    store::ledger::settle(conn, message, payer, reason, owed, now).await?;
    if not_sent {
        store::limits::delete_places(conn, message).await?;
    }
    Ok(())
}

/// What a part costs in its state: the price, or after a failure what the failure itself costs.
fn part_cost(part: &PartState, status: Status) -> Decimal {
    if part.own_reason.is_some() {
        return Decimal::ZERO;
    }
    match outcome(status, part.error_code, part.not_sent) {
        Some(said) if status.is_failure() => said.charged.fee(),
        _ => PRICE_PER_PART,
    }
}

pub(super) fn stored_status(word: &str, part: PartId) -> Result<Status> {
    word.parse().map_err(|error| AppError::Fault(format!("message_parts {part}: {error}")))
}
