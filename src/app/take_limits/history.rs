//! What was taken of the limits once, lived through again message by message, with the decision that every send meets.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Demand, Rules, Taken, WINDOW, weigh};
use crate::{
    app::error::Result,
    domain::{
        limits::{Limit, Sender, Standing, Subject, Window, micro_dollars},
        time::{day_in_santo_domingo, first_day_of_month, midnight},
        user::Role,
    },
    store::{self, limits::past::PastRow},
};

/// Messages read in one go.
const CHUNK: i64 = 20_000;

/// A message that was sent, as the limits see it.
pub type PastMessage = PastRow;

impl PastMessage {
    fn sender(&self) -> Sender<'_> {
        let dealer_id = self.dealer.filter(|_| self.role == Role::Dealer);
        Sender { user_id: self.sender, role: self.role, dealer_id, payer: self.dealer, to: &self.to_phone }
    }

    fn demand(&self) -> Demand {
        let unit_price = self.cost / rust_decimal::Decimal::from(self.places.max(1));
        Demand { parts: self.places, unit_price, outside_window: self.outside_window }
    }
}

/// How much of every limit was taken at a moment of the past.
#[derive(Clone, Default)]
pub struct History {
    held: HashMap<(Limit, Subject), Usage>,
    /// Whom Meta counts, and when each was last written to.
    recipients: HashMap<String, DateTime<Utc>>,
    /// The same in their order, with those that a later one replaced.
    written: VecDeque<(DateTime<Utc>, String)>,
}

#[derive(Clone, Default)]
struct Usage {
    used: i64,
    since: DateTime<Utc>,
    /// Of a rolling limit, when what was taken.
    places: VecDeque<(DateTime<Utc>, i64)>,
}

impl History {
    /// The history as it stood at `at`, a midnight; rolling limits are right a day later.
    async fn at(conn: &mut PgConnection, at: DateTime<Utc>) -> Result<Self> {
        let day = day_in_santo_domingo(at);
        let spent = store::limits::past::list_spent(conn, first_day_of_month(day), day).await?;
        let since = Window::Month.since(at);
        let held = spent.into_iter().map(|(dealer, cost)| {
            let usage = Usage { used: micro_dollars(cost), since, ..Usage::default() };
            ((Limit::DealerBudget, Subject::ChargedTo(dealer)), usage)
        });
        Ok(Self { held: held.collect(), ..Self::default() })
    }

    /// Lets a message through, whatever the rules; what each of its limits then comes to.
    pub fn live(&mut self, past: &PastMessage) -> Vec<(Limit, i64)> {
        let (sender, demand) = (past.sender(), past.demand());
        let mut all = Vec::with_capacity(Limit::ALL.len());
        for limit in Limit::ALL {
            let Some(subject) = limit.subject(&sender) else { continue };
            self.bring_up(limit, &subject, past.at);
            let asked = demand.asked(limit, self, sender.to);
            all.push((limit, self.used(limit, &subject) + asked));
            self.add(limit, subject, asked, past.at);
        }
        self.note_recipient(past);
        all
    }

    /// Sends a message under these rules: it takes its places, or the limit that refuses it is told.
    pub fn ask(&mut self, rules: &Rules, past: &PastMessage) -> Option<Limit> {
        let sender = past.sender();
        for (limit, subject, _) in super::in_force(rules, &sender) {
            self.bring_up(limit, &subject, past.at);
        }
        let decision = weigh(self, rules, &sender, past.demand());
        let full = decision.standings.iter().find(|standing| !standing.has_room());
        if let Some(full) = full {
            return Some(full.limit);
        }
        for Standing { limit, asked, .. } in decision.standings {
            if let Some(subject) = limit.subject(&sender) {
                self.add(limit, subject, asked, past.at);
            }
        }
        self.note_recipient(past);
        None
    }

    /// Forgets what no longer counts at `at`.
    fn bring_up(&mut self, limit: Limit, subject: &Subject, at: DateTime<Utc>) {
        let since = limit.window().since(at);
        if limit == Limit::MetaTier {
            while self.written.front().is_some_and(|(at, _)| *at <= since) {
                let Some((at, phone)) = self.written.pop_front() else { break };
                if self.recipients.get(&phone) == Some(&at) {
                    self.recipients.remove(&phone);
                }
            }
            return;
        }
        let Some(usage) = self.held.get_mut(&(limit, subject.clone())) else { return };
        if !limit.window().is_rolling() && usage.since < since {
            *usage = Usage { since, ..Usage::default() };
        }
        while usage.places.front().is_some_and(|(at, _)| *at <= since) {
            usage.used -= usage.places.pop_front().map_or(0, |(_, places)| places);
        }
    }

    fn add(&mut self, limit: Limit, subject: Subject, amount: i64, at: DateTime<Utc>) {
        if limit == Limit::MetaTier {
            return;
        }
        let usage = self.held.entry((limit, subject)).or_default();
        usage.used += amount;
        if limit.window().is_rolling() {
            usage.places.push_back((at, amount));
        } else {
            usage.since = limit.window().since(at);
        }
    }

    fn note_recipient(&mut self, past: &PastMessage) {
        if past.outside_window {
            self.recipients.insert(past.to_phone.clone(), past.at);
            self.written.push_back((past.at, past.to_phone.clone()));
        }
    }
}

impl Taken for History {
    fn used(&self, limit: Limit, subject: &Subject) -> i64 {
        match limit {
            Limit::MetaTier => i64::try_from(self.recipients.len()).unwrap_or(i64::MAX),
            _ => self.held.get(&(limit, subject.clone())).map_or(0, |usage| usage.used),
        }
    }

    fn is_counted(&self, phone: &str) -> bool {
        self.recipients.contains_key(phone)
    }
}

/// Lives through what came before `since`, and hands each message from then on until `until` to `each`.
pub async fn read_past(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    mut each: impl FnMut(&mut History, &PastMessage),
) -> Result<()> {
    let from = midnight(since - WINDOW);
    let mut history = History::at(conn, from).await?;
    let mut after = (Window::Day.since(from), uuid::Uuid::nil());
    loop {
        let chunk = store::limits::past::list_past(conn, after, until, CHUNK).await?;
        let Some(last) = chunk.last() else { return Ok(()) };
        after = (last.at, last.id.0);
        for past in &chunk {
            if past.at <= since {
                history.live(past);
            } else {
                each(&mut history, past);
            }
        }
    }
}
