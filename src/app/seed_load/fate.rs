//! What became of a message of the past: what was said about each of its parts, taken in by the rules that hold for real
//! ones, so that its state, its cost and its ledger are theirs.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngExt, rngs::StdRng};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::{Builder, Uuid};

use super::history::Written;
use crate::{
    domain::{
        delivery::Delivery,
        ids::PartId,
        outcome::OwnReason,
        parts::split,
        report::{Report, Source},
    },
    store::{
        copy::{PastMessage, Said},
        deliveries::LockedMessage,
    },
};

/// Twilio's own part of a price, US$.
const PRICE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// What becomes of a part.
#[derive(Clone, Copy)]
enum Fate {
    Sent,
    Delivered,
    Read,
    /// After it was accepted, with this word and code.
    Fails(&'static str, i32),
    Refused(i32),
    NotCreated,
}

/// How many of a thousand messages end how.
const FATES: [(u32, Fate); 12] = [
    (610, Fate::Read),
    (250, Fate::Delivered),
    (40, Fate::Sent),
    (15, Fate::Fails("undelivered", 63_024)),
    (15, Fate::Fails("undelivered", 63_003)),
    (10, Fate::Fails("undelivered", 63_049)),
    (25, Fate::Fails("failed", 63_016)),
    (5, Fate::Fails("failed", 63_018)),
    (10, Fate::Refused(21_211)),
    (5, Fate::Refused(21_610)),
    (5, Fate::Refused(63_007)),
    (10, Fate::NotCreated),
];

fn draw(rng: &mut StdRng) -> Fate {
    let mut drawn = rng.random_range(0..FATES.iter().map(|(share, _)| share).sum());
    for (share, fate) in FATES {
        if drawn < share {
            return fate;
        }
        drawn -= share;
    }
    Fate::Read
}

/// A message while it is told what became of it.
pub struct Telling {
    past: PastMessage,
}

impl Telling {
    /// As it was taken in.
    pub fn begin(written: Written, rng: &mut StdRng) -> Self {
        let bodies = split(&written.body);
        let ids: Vec<PartId> = (0..bodies.len())
            .map(|index| PartId(if index == 0 { written.id.0 } else { id_of(rng, written.at) }))
            .collect();
        let delivery = Delivery::fresh(written.id, written.unit_price, ids);
        let cost = delivery.cost;
        let message = LockedMessage {
            delivery,
            sender_id: written.sender,
            sender_role: written.role,
            dealer_id: Some(written.dealer),
            vehicle_id: written.vehicle,
            kind: written.kind,
            to_phone: written.to_phone,
            outside_window: true,
            created_at: written.at,
        };
        Self {
            past: PastMessage {
                message,
                body: written.body,
                image_url: written.image_url,
                parts: bodies.into_iter().map(|body| (body, None)).collect(),
                said: Vec::with_capacity(6),
                entries: vec![("charge", cost, written.at)],
            },
        }
    }

    /// All that was said, in its order. What befalls a message befalls its first part; the others arrive.
    pub fn tell(mut self, rng: &mut StdRng) -> PastMessage {
        let first = draw(rng);
        let mut all = Vec::with_capacity(6);
        let ids: Vec<PartId> = self.past.message.delivery.parts.iter().map(|part| part.id).collect();
        let created_at = self.past.message.created_at;
        for ((id, slot), number) in ids.iter().zip(&mut self.past.parts).zip(0..) {
            let fate = if number == 0 { first } else { Fate::Delivered };
            let called_at = created_at + TimeDelta::milliseconds(50 + 400 * number);
            slot.1 = Some(called_at);
            all.extend(reports(*id, fate, called_at, rng));
            if matches!(fate, Fate::Refused(_) | Fate::NotCreated) {
                break;
            }
        }
        all.sort_by_key(|said| said.at);
        for said in all {
            self.take_in(said);
        }
        self.past
    }

    fn take_in(&mut self, said: Said) {
        let delivery = &mut self.past.message.delivery;
        let before = delivery.cost;
        delivery.take_in(said.part, &said.report, said.at, &[Duration::from_mins(2)]);
        let change = delivery.cost - before;
        if !change.is_zero() {
            let reason = if delivery.cost.is_zero() { "release" } else { "adjustment" };
            self.past.entries.push((reason, change, said.at));
        }
        self.past.said.push(said);
    }
}

/// A time-ordered id of that instant.
pub(super) fn id_of(rng: &mut StdRng, at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &rng.random()).into_uuid()
}

/// What is said about a part that Twilio is called for at this instant.
fn reports(part: PartId, fate: Fate, called_at: DateTime<Utc>, rng: &mut StdRng) -> Vec<Said> {
    let sid = format!("SM{:032x}", rng.random::<u128>());
    let mut wait = |seconds: std::ops::Range<i64>| {
        TimeDelta::microseconds(rng.random_range(seconds.start * 1_000_000..seconds.end * 1_000_000))
    };
    let answered_at = called_at + TimeDelta::milliseconds(150);
    let ours =
        |report: Report, key: String, at| Said { part, report, fields: json!({}), dedupe_key: key, at };
    let sent_at = answered_at + wait(1..4);
    let arrived_at = sent_at + wait(1..60);
    let last = match fate {
        Fate::Refused(code) => {
            let report = Report::refused(Some(code), "Twilio refused it");
            return vec![ours(report, format!("refused:{part}:1"), answered_at)];
        }
        Fate::NotCreated => {
            let unknown = Report::unknown(Duration::from_secs(20));
            let never = Report::not_sent(OwnReason::NotCreated);
            return vec![
                ours(unknown, format!("unknown:{part}:1"), called_at + TimeDelta::seconds(30)),
                ours(never, format!("not_created:{part}"), called_at + TimeDelta::seconds(120)),
            ];
        }
        Fate::Sent => vec![("sent", None, sent_at)],
        Fate::Fails(word, code) => vec![(word, Some(code), sent_at)],
        Fate::Delivered => vec![("sent", None, sent_at), ("delivered", None, arrived_at)],
        Fate::Read => {
            vec![
                ("sent", None, sent_at),
                ("delivered", None, arrived_at),
                ("read", None, arrived_at + wait(3..7_200)),
            ]
        }
    };
    let of = |source, status: &str, code| Report {
        sid: Some(sid.clone()),
        error_code: code,
        ..Report::of(source, status)
    };
    let created = Report { segments: Some(1), ..of(Source::Create, "queued", None) };
    let mut all = vec![ours(created, format!("create:{part}:1"), answered_at)];
    for (status, code, at) in &last {
        let fields = json!({"MessageSid": sid, "MessageStatus": status, "SmsSid": sid, "SmsStatus": status,
            "ChannelPrefix": "whatsapp", "ApiVersion": "2010-04-01"});
        let code_word = code.map(|code| code.to_string()).unwrap_or_default();
        let dedupe_key = format!("callback:{sid}:{status}:{code_word}");
        all.push(Said { part, report: of(Source::Callback, status, *code), fields, dedupe_key, at: *at });
    }
    if let Some((status, None, at)) = last.last() {
        let priced = Report { price: Some((PRICE, "USD".to_owned())), ..of(Source::Fetch, status, None) };
        all.push(ours(priced, format!("fetch:{sid}:{status}:"), *at + TimeDelta::seconds(120)));
    }
    all
}
