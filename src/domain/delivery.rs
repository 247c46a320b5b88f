//! What became of a message: everything said about its parts, folded into one state. It only moves forward, so the
//! order in which things are said does not matter.

#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{
    ids::{MessageId, PartId},
    message::{Status, overall},
    outcome::{OUTSIDE_WINDOW, OwnReason, outcome},
    report::{Report, Source},
    retry::until_next_check,
};

/// A message's state and its parts', as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub message: MessageId,
    pub status: Status,
    pub error_code: Option<i32>,
    /// Nothing of it left the house.
    pub not_sent: bool,
    pub own_reason: Option<OwnReason>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    /// When Twilio last said anything.
    pub checked_at: Option<DateTime<Utc>>,
    /// US$ a part, frozen when the message was taken in.
    pub unit_price: Decimal,
    /// US$ it has cost so far: the ledger's sum.
    pub cost: Decimal,
    /// Places it holds under the limits.
    pub places: i16,
    /// In order.
    pub parts: Vec<Part>,
}

/// One Twilio message of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub id: PartId,
    pub status: Status,
    pub sid: Option<String>,
    pub error_code: Option<i32>,
    pub error_message: Option<String>,
    pub not_sent: bool,
    pub own_reason: Option<OwnReason>,
    pub segments: Option<i16>,
    pub price: Option<(Decimal, String)>,
    /// How often Twilio was asked in this state, and when it is next.
    pub checks: i16,
    pub next_check_at: Option<DateTime<Utc>>,
    pub resends: i16,
    pub waits: Waits,
    /// It goes by template.
    pub by_template: bool,
    /// WhatsApp had closed the conversation: the template went in its place.
    pub superseded: bool,
}

/// Where a part is in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    No,
    /// For a worker.
    InLine,
    /// A worker is calling Twilio.
    Leased,
}

/// What a report did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    In,
    /// The part has another Twilio message already: what is said of this one is nobody's.
    AnotherSid,
}

impl Delivery {
    /// A message that was just taken in: all of it is to be sent, charged and counted, none of its parts is in line yet.
    pub fn fresh(message: MessageId, unit_price: Decimal, parts: impl IntoIterator<Item = PartId>) -> Self {
        let parts: Vec<Part> = parts.into_iter().map(Part::fresh).collect();
        Self {
            message,
            status: Status::Queued,
            error_code: None,
            not_sent: false,
            own_reason: None,
            sent_at: None,
            delivered_at: None,
            read_at: None,
            checked_at: None,
            unit_price,
            cost: unit_price * Decimal::from(parts.len()),
            places: i16::try_from(parts.len()).unwrap_or(i16::MAX),
            parts,
        }
    }

    /// Whether a report names another Twilio message than the part's own.
    pub fn has_another_sid(&self, part: PartId, report: &Report) -> bool {
        let known = self.parts.iter().find(|own| own.id == part).and_then(|own| own.sid.as_ref());
        matches!((known, &report.sid), (Some(known), Some(said)) if known != said)
    }

    /// Takes a report about one of its parts in.
    pub fn take_in(
        &mut self,
        part: PartId,
        report: &Report,
        now: DateTime<Utc>,
        prices: &[Duration],
    ) -> Taken {
        if self.has_another_sid(part, report) {
            return Taken::AnotherSid;
        }
        let Some(about) = self.parts.iter_mut().find(|own| own.id == part) else {
            return Taken::In;
        };
        about.take_in(report, now, prices);
        self.let_next_part_go();
        self.roll_up(report.source, now);
        Taken::In
    }

    /// A part goes once the one before it was taken; after a failed one the rest stays at home.
    fn let_next_part_go(&mut self) {
        let failed = self.parts.iter().any(|part| part.status.is_failure() && !part.superseded);
        let mut before_was_taken = true;
        for part in self.parts.iter_mut().filter(|part| !part.superseded) {
            let untouched = part.status == Status::Queued && part.sid.is_none();
            if untouched && failed && part.waits != Waits::Leased {
                part.status = Status::Canceled;
                part.not_sent = true;
                part.own_reason = Some(OwnReason::PartFailed);
                part.waits = Waits::No;
                part.next_check_at = None;
            } else if untouched && !failed && before_was_taken && part.waits == Waits::No {
                part.waits = Waits::InLine;
            }
            before_was_taken = part.sid.is_some();
        }
    }

    /// Whether free text of it was refused because the conversation is closed, and the template was not tried yet. What became
    /// of its other parts must be known first: those that WhatsApp took arrive. Once it refused one itself, only what arrived
    /// was surely taken. Once a rest was left nothing more goes: it would be said twice.
    pub fn wants_template(&self) -> bool {
        let refused = |part: &Part| part.status.is_failure() && part.error_code == Some(OUTSIDE_WINDOW);
        let by_whatsapp = self.parts.iter().any(|part| refused(part) && part.sid.is_some());
        let is_open = |part: &Part| part.is_open() || by_whatsapp && part.status == Status::Sent;
        self.parts.iter().any(refused)
            && !self.parts.iter().any(|part| part.superseded || part.by_template || is_open(part))
    }

    /// Whether some of its words need no template.
    pub fn is_partly_taken(&self) -> bool {
        self.parts.iter().any(Part::is_taken)
    }

    /// The template, at that price, takes the place of all its parts.
    pub fn go_by_template(&mut self, part: PartId, unit_price: Decimal, now: DateTime<Utc>) {
        self.supersede(|_| true);
        self.unit_price = unit_price;
        self.parts.push(Part { by_template: true, ..Part::fresh(part) });
        self.roll_up(Source::Okla, now);
    }

    /// It is what WhatsApp took of it; the other parts, which are told, go as a message of their own.
    pub fn leave_rest(&mut self, now: DateTime<Utc>) -> Vec<PartId> {
        let left = self.parts.iter().filter(|part| !part.is_taken()).map(|part| part.id).collect();
        self.supersede(|part| !part.is_taken());
        self.roll_up(Source::Okla, now);
        left
    }

    fn supersede(&mut self, is_meant: impl Fn(&Part) -> bool) {
        for part in self.parts.iter_mut().filter(|part| is_meant(part)) {
            part.superseded = true;
            if part.sid.is_none() && part.status == Status::Queued && part.waits != Waits::Leased {
                part.status = Status::Canceled;
                part.not_sent = true;
                part.waits = Waits::No;
            }
        }
    }

    fn roll_up(&mut self, source: Source, now: DateTime<Utc>) {
        let live: Vec<&Part> = self.parts.iter().filter(|part| !part.superseded).collect();
        let statuses: Vec<Status> = live.iter().map(|part| part.status).collect();
        let Some(status) = overall(&statuses) else { return };
        // What had got further before the template took its place does not go back.
        let took_over = live.len() < self.parts.len() && !self.status.is_failure();
        let status = if took_over && status.rank() < self.status.rank() { self.status } else { status };
        let culprit = live
            .iter()
            .filter(|part| part.status.is_failure())
            .min_by_key(|part| part.own_reason == Some(OwnReason::PartFailed));
        self.status = status;
        self.error_code = culprit.and_then(|part| part.error_code);
        self.own_reason = culprit.and_then(|part| part.own_reason);
        self.not_sent = status.is_failure() && live.iter().all(|part| part.not_sent);
        let reached = |least: Status| !status.is_failure() && status.rank() >= least.rank();
        for (time, least) in [
            (&mut self.sent_at, Status::Sent),
            (&mut self.delivered_at, Status::Delivered),
            (&mut self.read_at, Status::Read),
        ] {
            *time = time.or(reached(least).then_some(now));
        }
        if source != Source::Okla {
            self.checked_at = Some(now);
        }
        self.cost = self.parts.iter().map(|part| part.cost(self.unit_price)).sum();
        let held = self.parts.iter().filter(|part| !part.not_sent && !part.superseded).count();
        self.places = i16::try_from(held).unwrap_or(i16::MAX);
    }
}

impl Part {
    /// One that nobody has touched.
    fn fresh(id: PartId) -> Self {
        Self {
            id,
            status: Status::Queued,
            sid: None,
            error_code: None,
            error_message: None,
            not_sent: false,
            own_reason: None,
            segments: None,
            price: None,
            checks: 0,
            next_check_at: None,
            resends: 0,
            waits: Waits::No,
            by_template: false,
            superseded: false,
        }
    }

    /// WhatsApp has it.
    fn is_taken(&self) -> bool {
        matches!(self.status, Status::Sent | Status::Delivered | Status::Read)
    }

    /// Twilio has it, or may, and has not told whether WhatsApp took it.
    fn is_open(&self) -> bool {
        let is_called = self.sid.is_some() || self.waits == Waits::Leased;
        self.status == Status::Verifying || is_called && !self.is_taken() && !self.status.is_failure()
    }

    fn take_in(&mut self, report: &Report, now: DateTime<Utc>, prices: &[Duration]) {
        let before = self.clone();
        // We said it never left, and here it is: Twilio is right.
        let refuted = self.own_reason.is_some() && report.sid.is_some();
        if refuted {
            self.own_reason = None;
            self.not_sent = false;
        }
        let next = report.meaning().filter(|next| refuted || before.may_become(*next, report.source));
        if let Some(next) = next {
            self.status = next;
            self.not_sent = report.not_sent;
            self.own_reason = report.own_reason;
        }
        // Never erased by a later word without one; of several the highest, WhatsApp's own being above the carriers', so
        // that their order does not matter.
        if report.error_code > self.error_code || self.error_message.is_none() {
            self.error_message = report.error_message.clone().or(self.error_message.take());
        }
        self.error_code = self.error_code.max(report.error_code);
        self.sid = self.sid.take().or_else(|| report.sid.clone());
        self.segments = report.segments.or(self.segments);
        self.price = report.price.clone().or(self.price.take());
        self.settle_wait(report, next);
        self.plan_check(&before, report, now, prices);
    }

    /// Forward only. Becoming unknown, or being sent again, is our own word and possible only while Twilio has told us
    /// nothing.
    fn may_become(&self, next: Status, source: Source) -> bool {
        match (source, next) {
            (Source::Okla, Status::Verifying) => self.status == Status::Queued && self.sid.is_none(),
            (Source::Okla, _) => {
                self.sid.is_none() && !self.status.is_final() && next.rank() > self.status.rank()
            }
            _ => next.rank() > self.status.rank(),
        }
    }

    /// A worker's own word ends its lease; a part that is sent again waits anew.
    fn settle_wait(&mut self, report: &Report, became: Option<Status>) {
        match (report.source, became) {
            (Source::Okla, Some(Status::Queued)) => {
                self.waits = Waits::InLine;
                self.resends += 1;
            }
            (Source::Okla | Source::Create, _) => self.waits = Waits::No,
            (Source::Callback | Source::Fetch, _) => {}
        }
    }

    fn plan_check(&mut self, before: &Self, report: &Report, now: DateTime<Utc>, prices: &[Duration]) {
        let entered = self.status != before.status || self.sid != before.sid;
        let newly_priced = self.price.is_some() && before.price.is_none();
        if !(entered || newly_priced) {
            return;
        }
        if entered {
            self.checks = 0;
        }
        let waits_for_us = self.sid.is_none() && self.status == Status::Queued;
        let nothing_to_ask = self.price.is_some() || self.not_sent;
        let wait =
            report.look_after.or_else(|| until_next_check(self.status, nothing_to_ask, self.checks, prices));
        self.next_check_at = wait
            .filter(|_| !waits_for_us)
            .and_then(|wait| TimeDelta::from_std(wait).ok())
            .map(|wait| now + wait);
    }

    /// What it costs in its state: the price, or after a failure what the failure itself costs.
    fn cost(&self, unit_price: Decimal) -> Decimal {
        if self.own_reason.is_some() {
            return Decimal::ZERO;
        }
        match outcome(self.status, self.error_code, self.not_sent) {
            Some(said) if self.status.is_failure() => said.charged.fee(),
            _ if self.superseded => Decimal::ZERO,
            _ => unit_price,
        }
    }
}
