//! Loading a history through COPY: many messages as they stood when all was said about them, with their parts, events
//! and ledger entries.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::deliveries::LockedMessage;
use crate::domain::{delivery::Part, ids::PartId, ids::VehicleId, report::Report};

/// A message of the past.
pub struct PastMessage {
    pub message: LockedMessage,
    pub vehicle_id: Option<VehicleId>,
    pub body: String,
    pub image_url: Option<String>,
    /// As many as its delivery has: the text of each, and when Twilio was called for it.
    pub parts: Vec<(String, Option<DateTime<Utc>>)>,
    /// Oldest first.
    pub said: Vec<Said>,
    /// Reason (`charge`, `release`, `adjustment`), US$, when.
    pub entries: Vec<(&'static str, Decimal, DateTime<Utc>)>,
}

/// A report, as it was kept.
pub struct Said {
    pub part: PartId,
    pub report: Report,
    pub fields: serde_json::Value,
    pub dedupe_key: String,
    pub at: DateTime<Utc>,
}

const MESSAGES: &str = "copy messages (id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, image_url,
    status, error_code, not_sent, own_reason, parts, created_at, sent_at, delivered_at, read_at, checked_at, unit_price,
    cost, places, outside_window) from stdin";
const PARTS: &str = "copy message_parts (id, message_id, number, body, status, sid, error_code, error_message, not_sent,
    own_reason, segments, provider_price, provider_price_currency, attempt_count, first_attempted_at, checks) from stdin";
const EVENTS: &str =
    "copy message_events (part_id, sid, source, status, error_code, error_message, fields, dedupe_key,
    received_at) from stdin";
const ENTRIES: &str =
    "copy ledger_entries (message_id, dealer_id, reason, amount, currency, created_at) from stdin";

/// Rows that wait to be copied, in COPY's text format. Nothing of them is asked of Twilio any more.
#[derive(Default)]
pub struct Rows {
    messages: String,
    parts: String,
    events: String,
    entries: String,
}

impl Rows {
    pub fn push(&mut self, past: &PastMessage) {
        let PastMessage { message, .. } = past;
        let delivery = &message.delivery;
        row(
            &mut self.messages,
            &[
                some(delivery.message),
                some(message.sender_id),
                some(message.sender_role.as_str()),
                maybe(message.dealer_id),
                maybe(past.vehicle_id),
                some(message.kind.as_str()),
                some(&message.to_phone),
                some(&past.body),
                maybe(past.image_url.as_ref()),
                some(delivery.status),
                maybe(delivery.error_code),
                some(delivery.not_sent),
                maybe(delivery.own_reason),
                some(past.parts.len()),
                some(message.created_at),
                maybe(delivery.sent_at),
                maybe(delivery.delivered_at),
                maybe(delivery.read_at),
                maybe(delivery.checked_at),
                some(delivery.unit_price),
                some(delivery.cost),
                some(delivery.places),
                some(message.outside_window),
            ],
        );
        for ((part, (body, attempted_at)), number) in delivery.parts.iter().zip(&past.parts).zip(1..) {
            self.push_part(past, part, number, body, *attempted_at);
        }
        for said in &past.said {
            row(
                &mut self.events,
                &[
                    some(said.part),
                    maybe(said.report.sid.as_ref()),
                    some(said.report.source.as_str()),
                    some(&said.report.status),
                    maybe(said.report.error_code),
                    maybe(said.report.error_message.as_ref()),
                    some(&said.fields),
                    some(&said.dedupe_key),
                    some(said.at),
                ],
            );
        }
        for (reason, amount, at) in &past.entries {
            let (id, dealer) = (delivery.message, message.dealer_id);
            let cells = [some(id), maybe(dealer), some(reason), some(amount), some("USD"), some(at)];
            row(&mut self.entries, &cells);
        }
    }

    fn push_part(
        &mut self,
        past: &PastMessage,
        part: &Part,
        number: i16,
        body: &str,
        attempted_at: Option<DateTime<Utc>>,
    ) {
        let (price, currency) = part.price.clone().unzip();
        row(
            &mut self.parts,
            &[
                some(part.id),
                some(past.message.delivery.message),
                some(number),
                some(body),
                some(part.status),
                maybe(part.sid.as_ref()),
                maybe(part.error_code),
                maybe(part.error_message.as_ref()),
                some(part.not_sent),
                maybe(part.own_reason),
                maybe(part.segments),
                maybe(price),
                maybe(currency),
                some(u8::from(attempted_at.is_some())),
                maybe(attempted_at),
                some(part.checks),
            ],
        );
    }
}

fn some(value: impl ToString) -> Option<String> {
    Some(value.to_string())
}

fn maybe(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// A line of COPY's text format: cells between tabs, `\N` for null.
fn row(text: &mut String, cells: &[Option<String>]) {
    for (cell, number) in cells.iter().zip(0..) {
        if number > 0 {
            text.push('\t');
        }
        match cell {
            None => text.push_str("\\N"),
            Some(cell) => {
                for char in cell.chars() {
                    match char {
                        '\\' => text.push_str("\\\\"),
                        '\t' => text.push_str("\\t"),
                        '\n' => text.push_str("\\n"),
                        '\r' => text.push_str("\\r"),
                        other => text.push(other),
                    }
                }
            }
        }
    }
    text.push('\n');
}

/// Copies these rows.
///
/// # Errors
/// The database's: a row that is there already, or that names nobody.
pub async fn copy(conn: &mut PgConnection, rows: Rows) -> sqlx::Result<()> {
    let tables =
        [(MESSAGES, rows.messages), (PARTS, rows.parts), (EVENTS, rows.events), (ENTRIES, rows.entries)];
    for (statement, text) in tables {
        let mut copying = conn.copy_in_raw(statement).await?;
        copying.send(text.into_bytes()).await?;
        copying.finish().await?;
    }
    Ok(())
}

/// Lets the planner know what was copied.
pub async fn analyze(conn: &mut PgConnection) -> sqlx::Result<()> {
    let statement =
        "analyze messages, message_parts, message_events, ledger_entries, users, dealers, vehicles";
    sqlx::raw_sql(statement).execute(conn).await.map(|_| ())
}
