//! What messages come to: counted under the day each was written, its kind, its state; changed by differences, so that
//! sums are exact without ever counting a history.

use std::{collections::HashMap, fmt};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{
    delivery::Delivery,
    ids::{DealerId, VehicleId},
    kind::Kind,
    message::Status,
    money::Currency,
    outcome::{OwnReason, outcome},
    state_group::StateGroup,
    time::day_in_santo_domingo,
    user::Role,
};

/// Why messages failed, as failures are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Ours.
    Own(OwnReason),
    /// Twilio error dictionary.
    Code(i32),
    /// Nobody said.
    Unknown,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(reason) => reason.fmt(f),
            Self::Code(code) => code.fmt(f),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl Cause {
    /// What a person reads: what happened, in short.
    pub fn label(self) -> String {
        let what = match self {
            Self::Own(reason) => reason.outcome().what,
            Self::Code(code) => match outcome(Status::Failed, Some(code), false) {
                Some(said) => said.what,
                None => return format!("Código {code}"),
            },
            Self::Unknown => "WhatsApp no dijo por qué.",
        };
        what.trim_end_matches('.').to_owned()
    }

    /// What [`Display`](fmt::Display) wrote.
    pub fn from_word(word: &str) -> Self {
        let own = word.parse().map(Self::Own).ok();
        own.or_else(|| word.parse().map(Self::Code).ok()).unwrap_or(Self::Unknown)
    }
}

/// What a message is counted by, and does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    pub dealer: Option<DealerId>,
    pub vehicle: Option<VehicleId>,
    pub kind: Kind,
    pub role: Role,
    pub created_at: DateTime<Utc>,
}

/// Under what messages are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub dealer: Option<DealerId>,
    /// In Santo Domingo.
    pub day: NaiveDate,
    pub vehicle: Option<VehicleId>,
    pub kind: Kind,
    pub by_buyer: bool,
    pub status: Status,
    /// Of a failure.
    pub cause: Option<Cause>,
}

/// What they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub messages: i64,
    pub parts: i64,
    /// US$ charged: the ledger's sum.
    pub cost: Decimal,
    /// Of that, what is settled: Twilio has told its price of every part that left.
    pub confirmed: Decimal,
    /// US$ that Twilio told it charges OKLA.
    pub told: Decimal,
}

impl Sums {
    fn of(delivery: &Delivery) -> Self {
        let is_confirmed =
            delivery.parts.iter().all(|part| part.price.is_some() || part.not_sent || part.superseded);
        let in_dollars = |currency: &str| currency == Currency::Usd.code();
        let told = delivery.parts.iter().filter_map(|part| part.price.as_ref());
        Self {
            messages: 1,
            parts: delivery.parts.iter().map(|part| i64::from(!part.superseded)).sum(),
            cost: delivery.cost,
            confirmed: if is_confirmed { delivery.cost } else { Decimal::ZERO },
            told: told.filter(|(_, currency)| in_dollars(currency)).map(|(price, _)| *price).sum(),
        }
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, more: Self) {
        self.messages += more.messages;
        self.parts += more.parts;
        self.cost += more.cost;
        self.confirmed += more.confirmed;
        self.told += more.told;
    }
}

impl std::ops::Neg for Sums {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            messages: -self.messages,
            parts: -self.parts,
            cost: -self.cost,
            confirmed: -self.confirmed,
            told: -self.told,
        }
    }
}

/// How many messages are in each group of states, in the order of `StateGroup::ALL`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByState([i64; StateGroup::ALL.len()]);

impl ByState {
    pub fn new(counts: [i64; StateGroup::ALL.len()]) -> Self {
        Self(counts)
    }

    pub fn add_all(&mut self, more: &Self) {
        for (count, more) in self.0.iter_mut().zip(more.0) {
            *count += more;
        }
    }

    pub fn of(&self, group: StateGroup) -> i64 {
        StateGroup::ALL.into_iter().zip(self.0).find(|(own, _)| *own == group).map_or(0, |(_, count)| count)
    }

    pub fn all(&self) -> i64 {
        self.0.iter().sum()
    }
}

/// What a period comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub states: ByState,
    /// Messages that buyers wrote, and what they cost, US$.
    pub contacts: i64,
    pub contact_cost: Decimal,
    pub sums: Sums,
}

impl Totals {
    /// Of several periods, what they come to together.
    pub fn of_all<'a>(periods: impl IntoIterator<Item = &'a Self>) -> Self {
        periods.into_iter().fold(Self::default(), |mut all, period| {
            all.states.add_all(&period.states);
            all.contacts += period.contacts;
            all.contact_cost += period.contact_cost;
            all.sums += period.sums;
            all
        })
    }

    pub fn of(&self, group: StateGroup) -> i64 {
        self.states.of(group)
    }

    /// On the recipient's device.
    pub fn arrived(&self) -> i64 {
        self.of(StateGroup::Delivered) + self.of(StateGroup::Read)
    }

    /// US$ that a buyer's contact has cost on average; `None`: there was none.
    pub fn cost_per_contact(&self) -> Option<Decimal> {
        (self.contacts > 0).then(|| (self.contact_cost / Decimal::from(self.contacts)).round_dp(4))
    }
}

/// A share in percent with one decimal; `None` of nothing.
pub fn percent(part: i64, whole: i64) -> Option<Decimal> {
    (whole != 0).then(|| (Decimal::from(part * 100) / Decimal::from(whole)).round_dp(1))
}

/// Differences, gathered until they are written.
#[derive(Debug, Default)]
pub struct Changes(HashMap<Key, Sums>);

impl Changes {
    /// A message as it is now.
    pub fn add(&mut self, subject: &Subject, delivery: &Delivery) {
        *self.0.entry(key(subject, delivery)).or_default() += Sums::of(delivery);
    }

    /// A message as it was before.
    pub fn take(&mut self, subject: &Subject, delivery: &Delivery) {
        *self.0.entry(key(subject, delivery)).or_default() += -Sums::of(delivery);
    }

    /// What differs.
    pub fn into_rows(self) -> Vec<(Key, Sums)> {
        self.0.into_iter().filter(|(_, sums)| !sums.is_nothing()).collect()
    }
}

fn key(subject: &Subject, delivery: &Delivery) -> Key {
    let status = delivery.status;
    let why = || match (delivery.own_reason, delivery.error_code) {
        (Some(reason), _) => Cause::Own(reason),
        (None, Some(code)) => Cause::Code(code),
        (None, None) => Cause::Unknown,
    };
    Key {
        dealer: subject.dealer,
        day: day_in_santo_domingo(subject.created_at),
        vehicle: subject.vehicle,
        kind: subject.kind,
        by_buyer: subject.role == Role::Buyer,
        status,
        cause: status.is_failure().then(why),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        ids::{MessageId, PartId},
        report::{Report, Source},
    };

    fn subject() -> Subject {
        Subject {
            dealer: Some(DealerId(Uuid::from_u128(1))),
            vehicle: None,
            kind: Kind::Contact,
            role: Role::Buyer,
            created_at: "2026-11-24T03:59:59Z".parse().expect("a test's own time"),
        }
    }

    #[test]
    fn message_that_moves_on_leaves_nothing_behind_where_it_was_counted() {
        let price = Decimal::new(15, 3);
        let id = Uuid::from_u128(7);
        let before = Delivery::fresh(MessageId(id), price, [PartId(id)]);
        let mut after = before.clone();
        let report = Report { error_code: Some(63_016), ..Report::of(Source::Callback, "failed") };
        after.take_in(PartId(id), &report, subject().created_at, &[]);

        let mut changes = Changes::default();
        changes.take(&subject(), &before);
        changes.add(&subject(), &after);
        let rows: HashMap<(Status, Option<Cause>), Sums> =
            changes.into_rows().into_iter().map(|(key, sums)| ((key.status, key.cause), sums)).collect();

        let gone = rows[&(Status::Queued, None)];
        assert_eq!((gone.messages, gone.parts, gone.cost), (-1, -1, -price));
        let come = rows[&(Status::Failed, Some(Cause::Code(63_016)))];
        assert_eq!((come.messages, come.cost), (1, after.cost));
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn message_that_stays_as_it_was_changes_nothing() {
        let id = Uuid::from_u128(7);
        let delivery = Delivery::fresh(MessageId(id), Decimal::ONE, [PartId(id)]);
        let mut changes = Changes::default();
        changes.take(&subject(), &delivery);
        changes.add(&subject(), &delivery);
        assert!(changes.into_rows().is_empty());
    }

    #[test]
    fn message_is_counted_on_its_day_in_santo_domingo() {
        let id = Uuid::from_u128(7);
        let delivery = Delivery::fresh(MessageId(id), Decimal::ONE, [PartId(id)]);
        assert_eq!(key(&subject(), &delivery).day.to_string(), "2026-11-23");
    }
}
