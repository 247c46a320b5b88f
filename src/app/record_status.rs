//! Taking in whatever is said about parts, from whomever, a group in one transaction: stored as events, folded forward,
//! costs and places settled, the next part put in line. One way for callbacks, answers and our own verdicts.

mod fall_back;
mod settle;

pub use self::fall_back::BY_TEMPLATE;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use super::{error::Result, gateway::ProviderMessage, notices::Change, state::Settings};
use crate::{
    domain::{
        delivery::{Delivery, Part, Taken, Waits},
        figures::Changes,
        ids::{MessageId, PartId},
        kind::Kind,
        outcome::says_no_whatsapp,
        report::{Report, Source},
        retry::policy,
    },
    kill_point::kill_point,
    store::{
        self,
        deliveries::{LockedMessage, PartKey},
        events::NewEvent,
        outbox::NewWaiting,
    },
};

/// The field that keeps Twilio's own time (RFC 3339).
pub const TOLD_AT: &str = "date_updated";

/// A report and whom it is about.
#[derive(Clone, Debug)]
pub struct Told {
    /// Our own id of the part, if it was given.
    pub part: Option<PartId>,
    pub report: Report,
    /// Twilio's form fields without the person's number.
    pub fields: Value,
    /// The same thing said twice has the same key.
    pub dedupe_key: String,
}

impl Told {
    pub fn new(part: PartId, report: Report, dedupe_key: String) -> Self {
        let fields = report.told_at.map_or_else(|| json!({}), |at| json!({ TOLD_AT: at.to_rfc3339() }));
        Self { part: Some(part), report, fields, dedupe_key }
    }
}

/// Twilio's own word on a message.
pub fn report_of(source: Source, told: &ProviderMessage) -> Report {
    Report {
        sid: Some(told.sid.clone()),
        error_code: told.error_code,
        error_message: told.error_message.clone(),
        segments: told.num_segments,
        price: told.price.zip(told.price_unit.clone()),
        told_at: told.date_updated,
        ..Report::of(source, &told.status)
    }
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is about this message.
    Of(Change),
    /// It was said before.
    Repeated,
    /// It is nobody's, or not yet, and kept.
    Nobodys,
}

/// Takes all of it in, or nothing; answers each.
pub async fn record(
    pool: &PgPool,
    told: &[Told],
    now: DateTime<Utc>,
    settings: &Settings,
) -> Result<Vec<Recorded>> {
    let mut tx = store::connection::begin_planned(pool).await?;
    let changed = record_in(&mut tx, told, now, settings).await?;
    kill_point("record.before_commit");
    tx.commit().await?;
    kill_point("record.after_commit");
    Ok(changed)
}

async fn record_in(
    conn: &mut PgConnection,
    told: &[Told],
    now: DateTime<Utc>,
    settings: &Settings,
) -> Result<Vec<Recorded>> {
    let keys: Vec<PartKey> =
        told.iter().map(|told| PartKey { sid: told.report.sid.clone(), ours: told.part }).collect();
    let mut found = store::deliveries::find_parts(conn, &keys).await?;
    if !found.fresh_sids.is_empty() {
        store::deliveries::lock_sids(conn, &found.fresh_sids).await?;
        found = store::deliveries::find_parts(conn, &keys).await?;
    }
    let prices = settings.price_plan.as_slice();
    let mut owners = found.owners;
    let ids: BTreeSet<MessageId> = owners.iter().flatten().map(|(_, message)| *message).collect();
    let ids: Vec<MessageId> = ids.into_iter().collect();
    let mut messages = store::deliveries::lock_messages(conn, &ids).await?;
    let before: HashMap<MessageId, LockedMessage> = messages.clone();

    for (owner, told) in owners.iter_mut().zip(told) {
        let is_foreign = owner.is_some_and(|(part, message)| {
            messages.get(&message).is_some_and(|message| message.delivery.has_another_sid(part, &told.report))
        });
        if is_foreign {
            // One part never has two Twilio messages; what is said of the other is kept and shown to nobody.
            tracing::error!(part = ?told.part, "a second sid was reported for one part");
            *owner = None;
        }
    }
    let events: Vec<NewEvent<'_>> =
        owners.iter().zip(told).map(|(owner, told)| event(*owner, told)).collect();
    let fresh: HashSet<String> =
        store::events::insert_events(conn, &events, now).await?.into_iter().collect();

    let mut recorded = Vec::with_capacity(told.len());
    for (owner, told) in owners.iter().zip(told) {
        let repeated = !fresh.contains(&told.dedupe_key) && told.report.source == Source::Callback;
        let message = owner.and_then(|(part, id)| Some((part, messages.get_mut(&id)?)));
        recorded.push(match message {
            _ if repeated => Recorded::Repeated,
            Some((part, message)) => match message.delivery.take_in(part, &told.report, now, prices) {
                Taken::In => {
                    Recorded::Of(Change { message: message.delivery.message, dealer: message.dealer_id })
                }
                // The first of the two sids came in this very group.
                Taken::AnotherSid => Recorded::Nobodys,
            },
            None => Recorded::Nobodys,
        });
    }
    adopt_orphans(conn, &before, &mut messages, now, prices).await?;
    fall_back::fall_back(conn, &mut messages, now, settings).await?;
    save(conn, &before, &messages, now).await?;
    note_whatsapp(conn, &before, &messages, now).await?;
    Ok(recorded)
}

fn event(owner: Option<(PartId, MessageId)>, told: &Told) -> NewEvent<'_> {
    NewEvent {
        part_id: owner.map(|(part, _)| part),
        sid: told.report.sid.as_deref(),
        source: told.report.source.as_str(),
        status: &told.report.status,
        error_code: told.report.error_code,
        error_message: told.report.error_message.as_deref(),
        fields: &told.fields,
        dedupe_key: &told.dedupe_key,
    }
}

/// What was said of a sid before we knew whose it is, once a part has it.
async fn adopt_orphans(
    conn: &mut PgConnection,
    before: &HashMap<MessageId, LockedMessage>,
    messages: &mut HashMap<MessageId, LockedMessage>,
    now: DateTime<Utc>,
    prices: &[Duration],
) -> Result<()> {
    let named: Vec<(PartId, String, MessageId)> = changed_parts(before, messages)
        .filter(|(was, is, _)| was.sid.is_none() && is.sid.is_some())
        .filter_map(|(_, is, message)| Some((is.id, is.sid.clone()?, message)))
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let sids: Vec<(PartId, String)> = named.iter().map(|(part, sid, _)| (*part, sid.clone())).collect();
    for (part, said) in store::events::adopt_orphans(conn, &sids).await? {
        let owner = named.iter().find(|(named, ..)| *named == part);
        let Some((_, sid, message)) = owner else { continue };
        let report = Report {
            sid: Some(sid.clone()),
            error_code: said.error_code,
            error_message: said.error_message,
            ..Report::of(Source::Callback, &said.status)
        };
        if let Some(message) = messages.get_mut(message) {
            message.delivery.take_in(part, &report, now, prices);
        }
    }
    Ok(())
}

/// Each part that is not as it was, with its message.
fn changed_parts<'a>(
    before: &'a HashMap<MessageId, LockedMessage>,
    after: &'a HashMap<MessageId, LockedMessage>,
) -> impl Iterator<Item = (&'a Part, &'a Part, MessageId)> {
    after.iter().flat_map(|(id, message)| {
        let was = before.get(id).map(|message| message.delivery.parts.as_slice()).unwrap_or_default();
        was.iter().zip(&message.delivery.parts).filter(|(was, is)| was != is).map(|(was, is)| (was, is, *id))
    })
}

async fn save(
    conn: &mut PgConnection,
    before: &HashMap<MessageId, LockedMessage>,
    after: &HashMap<MessageId, LockedMessage>,
    now: DateTime<Utc>,
) -> Result<()> {
    settle::settle(conn, before, after, now).await?;
    let left: Vec<PartId> = changed_parts(before, after)
        .filter(|(was, is, _)| was.waits != Waits::No && is.waits == Waits::No)
        .map(|(_, is, _)| is.id)
        .collect();
    if !left.is_empty() {
        store::outbox::delete(conn, &left).await?;
    }
    let entered: Vec<NewWaiting> = changed_parts(before, after)
        .filter(|(was, is, _)| was.waits == Waits::No && is.waits == Waits::InLine)
        .filter_map(|(_, is, id)| {
            let message = after.get(&id)?;
            let is_offer = message.kind == Kind::Offer;
            Some(NewWaiting { part: is.id, expires_at: expires_at(message), is_offer })
        })
        .collect();
    if !entered.is_empty() {
        store::outbox::insert(conn, &entered, now).await?;
    }
    let parts: Vec<&Part> = changed_parts(before, after).map(|(_, is, _)| is).collect();
    if !parts.is_empty() {
        store::deliveries::update_parts(conn, &parts).await?;
    }
    let messages: Vec<&Delivery> = after
        .iter()
        .filter(|(id, message)| before.get(id) != Some(message))
        .map(|(_, message)| &message.delivery)
        .collect();
    if !messages.is_empty() {
        store::deliveries::update_messages(conn, &messages).await?;
    }
    count(conn, before, after).await
}

/// Notes what changed for the figures.
async fn count(
    conn: &mut PgConnection,
    before: &HashMap<MessageId, LockedMessage>,
    after: &HashMap<MessageId, LockedMessage>,
) -> Result<()> {
    let mut changes = Changes::default();
    for (was, is) in after.iter().filter_map(|(id, is)| Some((before.get(id)?, is))) {
        changes.take(&was.counted_by(), &was.delivery);
        changes.add(&is.counted_by(), &is.delivery);
    }
    let rows = changes.into_rows();
    if rows.is_empty() {
        return Ok(());
    }
    Ok(store::figures::insert_changes(conn, &rows).await?)
}

fn expires_at(message: &LockedMessage) -> DateTime<Utc> {
    message.created_at + policy(message.kind).validity
}

/// Remembers numbers that WhatsApp does not know, and forgets it of those where something arrived.
async fn note_whatsapp(
    conn: &mut PgConnection,
    before: &HashMap<MessageId, LockedMessage>,
    after: &HashMap<MessageId, LockedMessage>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut arrived = Vec::new();
    let mut without = BTreeMap::new();
    for (was, is, id) in changed_parts(before, after).filter(|(was, is, _)| was.status != is.status) {
        let Some(message) = after.get(&id) else { continue };
        if let Some(code) = is.error_code.filter(|&code| is.status.is_failure() && says_no_whatsapp(code)) {
            without.insert(message.to_phone.as_str(), code);
        } else if is.status.has_arrived() && !was.status.has_arrived() {
            arrived.push(message.to_phone.clone());
        }
    }
    // In one order for all.
    for (phone, code) in without {
        store::numbers::note_without_whatsapp(conn, phone, code, now).await?;
    }
    if arrived.is_empty() {
        return Ok(());
    }
    Ok(store::numbers::note_with_whatsapp(conn, &arrived).await?)
}
