//! Loading a history through COPY: many messages as they stood when all was said about them, with their parts, events
//! and ledger entries.

use std::fmt::{self, Display, Write as _};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{deliveries::LockedMessage, figures};
use crate::domain::{
    delivery::Part,
    figures::Changes,
    ids::{MessageId, PartId},
    report::Report,
};

/// A message of the past.
pub struct PastMessage {
    pub message: LockedMessage,
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
    figures: Changes,
}

impl Rows {
    pub fn push(&mut self, past: &PastMessage) {
        let PastMessage { message, .. } = past;
        let delivery = &message.delivery;
        self.figures.add(&message.counted_by(), delivery);
        row(
            &mut self.messages,
            &[
                Some(&delivery.message),
                Some(&message.sender_id),
                Some(&message.sender_role.as_str()),
                any(message.dealer_id.as_ref()),
                any(message.vehicle_id.as_ref()),
                Some(&message.kind.as_str()),
                Some(&message.to_phone),
                Some(&past.body),
                any(past.image_url.as_ref()),
                Some(&delivery.status),
                any(delivery.error_code.as_ref()),
                Some(&delivery.not_sent),
                any(delivery.own_reason.as_ref()),
                Some(&past.parts.len()),
                Some(&message.created_at),
                any(delivery.sent_at.as_ref()),
                any(delivery.delivered_at.as_ref()),
                any(delivery.read_at.as_ref()),
                any(delivery.checked_at.as_ref()),
                Some(&delivery.unit_price),
                Some(&delivery.cost),
                Some(&delivery.places),
                Some(&message.outside_window),
            ],
        );
        for ((part, (body, attempted_at)), number) in delivery.parts.iter().zip(&past.parts).zip(1..) {
            self.push_part(delivery.message, part, number, body, *attempted_at);
        }
        for said in &past.said {
            row(
                &mut self.events,
                &[
                    Some(&said.part),
                    any(said.report.sid.as_ref()),
                    Some(&said.report.source.as_str()),
                    Some(&said.report.status),
                    any(said.report.error_code.as_ref()),
                    any(said.report.error_message.as_ref()),
                    Some(&said.fields),
                    Some(&said.dedupe_key),
                    Some(&said.at),
                ],
            );
        }
        for (reason, amount, at) in &past.entries {
            let (id, dealer) = (delivery.message, message.dealer_id);
            let cells: [Cell<'_>; 6] =
                [Some(&id), any(dealer.as_ref()), Some(reason), Some(amount), Some(&"USD"), Some(at)];
            row(&mut self.entries, &cells);
        }
    }

    fn push_part(
        &mut self,
        message: MessageId,
        part: &Part,
        number: i16,
        body: &str,
        attempted_at: Option<DateTime<Utc>>,
    ) {
        let (price, currency) = part.price.clone().unzip();
        row(
            &mut self.parts,
            &[
                Some(&part.id),
                Some(&message),
                Some(&number),
                Some(&body),
                Some(&part.status),
                any(part.sid.as_ref()),
                any(part.error_code.as_ref()),
                any(part.error_message.as_ref()),
                Some(&part.not_sent),
                any(part.own_reason.as_ref()),
                any(part.segments.as_ref()),
                any(price.as_ref()),
                any(currency.as_ref()),
                Some(&u8::from(attempted_at.is_some())),
                any(attempted_at.as_ref()),
                Some(&part.checks),
            ],
        );
    }
}

type Cell<'a> = Option<&'a dyn Display>;

fn any<T: Display>(value: Option<&T>) -> Cell<'_> {
    value.map(|value| -> &dyn Display { value })
}

/// A line of COPY's text format: cells between tabs, `\N` for null.
fn row(text: &mut String, cells: &[Cell<'_>]) {
    for (cell, end) in cells.iter().zip(1..) {
        match cell {
            None => text.push_str("\\N"),
            // Writing into a text cannot fail.
            Some(cell) => drop(write!(Escaped(text), "{cell}")),
        }
        text.push(if end == cells.len() { '\n' } else { '\t' });
    }
}

struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, plain: &str) -> fmt::Result {
        for char in plain.chars() {
            match char {
                '\\' => self.0.push_str("\\\\"),
                '\t' => self.0.push_str("\\t"),
                '\n' => self.0.push_str("\\n"),
                '\r' => self.0.push_str("\\r"),
                other => self.0.push(other),
            }
        }
        Ok(())
    }
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
    figures::insert_changes(conn, &rows.figures.into_rows()).await
}

/// Adds its figures up, makes its words searchable, and lets the planner know what was copied.
pub async fn finish(conn: &mut PgConnection) -> sqlx::Result<()> {
    figures::add_up(conn).await?;
    // An index of trigrams is built ten times faster than it is filled.
    let statement = "
        drop index message_words_idx;
        insert into message_words (message_id, dealer_id, words, to_phone)
            select id, dealer_id, okla_fold(body), to_phone from messages where dealer_id is not null and body <> ''
            on conflict do nothing;
        create index message_words_idx on message_words using gin (dealer_id, words gin_trgm_ops, to_phone gin_trgm_ops)
            with (fastupdate = off);
        analyze messages, message_parts, message_events, ledger_entries, users, dealers, vehicles,
            daily_figures, daily_totals, daily_vehicle_figures, message_words";
    sqlx::raw_sql(statement).execute(conn).await.map(|_| ())
}
