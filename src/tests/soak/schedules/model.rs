//! The contract's table of limits, as simply as it can be said: every message is kept, and whoever asks how much is used
//! gets it counted from all of them.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Utc};
use okla::domain::{limits::Limit, window::OPEN_FOR};

use super::step::{Fate, Want};

/// A part's price and the fee of a failure, in micro-dollars.
pub const PRICE: i64 = 15_000;
const FEE: i64 = 1_000;

/// Who somebody is to the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// A user of this dealer.
    Dealer(usize),
    Buyer,
    Admin,
}

pub const CAST: [Person; super::step::PEOPLE] =
    [Person::Dealer(0), Person::Dealer(0), Person::Dealer(1), Person::Buyer, Person::Admin];

impl Want {
    /// The dealer it is charged to: the sender's own, or the one a buyer writes to.
    pub fn payer(self) -> Option<usize> {
        match CAST[self.who] {
            Person::Dealer(dealer) => Some(dealer),
            Person::Buyer => Some(self.to),
            Person::Admin => None,
        }
    }

    fn dealer(self) -> Option<usize> {
        if let Person::Dealer(dealer) = CAST[self.who] { Some(dealer) } else { None }
    }
}

pub struct Message {
    pub want: Want,
    pub at: DateTime<Utc>,
    pub places: i64,
    /// Micro-dollars.
    pub cost: i64,
    pub outside: bool,
    pub fate: Option<Fate>,
    pub refuted: bool,
}

#[derive(Default)]
pub struct Model {
    pub messages: Vec<Message>,
    /// In the limit's units; of one that nobody set the default holds.
    pub rules: HashMap<(Limit, Option<usize>), Option<i64>>,
    /// Who wrote to OKLA, and when.
    pub written: Vec<(usize, DateTime<Utc>)>,
}

/// How one limit stands for one send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub limit: Limit,
    pub most: i64,
    pub used: i64,
    pub asked: i64,
}

impl Stand {
    pub fn has_room(self) -> bool {
        self.asked == 0 || self.used + self.asked <= self.most
    }
}

impl Model {
    pub fn is_outside(&self, want: Want, now: DateTime<Utc>) -> bool {
        !self.written.iter().any(|(who, at)| *who == want.to && *at > now - OPEN_FOR)
    }

    /// Every limit that concerns the send, as it stands.
    pub fn standings(&self, want: Want, now: DateTime<Utc>) -> Vec<Stand> {
        let concerned = Limit::ALL.into_iter().filter(|limit| concerns(*limit, want));
        concerned
            .filter_map(|limit| {
                let most = self.most(limit, want)?;
                Some(Stand {
                    limit,
                    most,
                    used: self.used(limit, want, now),
                    asked: self.asked(limit, want, now),
                })
            })
            .collect()
    }

    fn most(&self, limit: Limit, want: Want) -> Option<i64> {
        let own = match limit {
            Limit::DealerBudget => want.payer(),
            Limit::DealerHour | Limit::DealerDay | Limit::UserHour => want.dealer(),
            _ => None,
        };
        let set = own.and_then(|dealer| self.rules.get(&(limit, Some(dealer))));
        match set.or_else(|| self.rules.get(&(limit, None))) {
            Some(value) => *value,
            None => match limit {
                Limit::PlatformDay => Some(1_000),
                Limit::DealerHour | Limit::UserHour => Some(100),
                Limit::BuyerDay => Some(10),
                Limit::PairDay => Some(20),
                _ => None,
            },
        }
    }

    fn used(&self, limit: Limit, want: Want, now: DateTime<Utc>) -> i64 {
        let counted =
            self.messages.iter().filter(|one| in_window(limit, one.at, now) && counts(limit, one, want));
        match limit {
            Limit::DealerBudget => counted.map(|one| one.cost).sum(),
            Limit::MetaTier => {
                let mut numbers: Vec<usize> = counted.map(|one| one.want.to).collect();
                numbers.sort_unstable();
                numbers.dedup();
                i64::try_from(numbers.len()).unwrap()
            }
            _ => counted.map(|one| one.places).sum(),
        }
    }

    fn asked(&self, limit: Limit, want: Want, now: DateTime<Utc>) -> i64 {
        match limit {
            Limit::DealerBudget => PRICE * parts_of(want, self.is_outside(want, now)),
            Limit::MetaTier => {
                let counted = |one: &Message| {
                    in_window(limit, one.at, now) && counts(limit, one, want) && one.want.to == want.to
                };
                i64::from(self.is_outside(want, now) && !self.messages.iter().any(counted))
            }
            _ => parts_of(want, self.is_outside(want, now)),
        }
    }

    pub fn take(&mut self, want: Want, at: DateTime<Utc>, outside: bool) {
        let parts = parts_of(want, outside);
        let message =
            Message { want, at, places: parts, cost: PRICE * parts, outside, fate: None, refuted: false };
        self.messages.push(message);
    }
}

impl Message {
    /// What a word about it leaves; `false`: it has its fate already.
    pub fn meet(&mut self, fate: Fate) -> bool {
        (self.places, self.cost) = match (self.fate, fate) {
            // Only its first part is at Twilio; the others were called off.
            (Some(Fate::NotCreated), Fate::NotCreated) if !self.refuted => {
                self.refuted = true;
                (1, PRICE)
            }
            (Some(_), _) => return false,
            (None, Fate::Refused | Fate::NotCreated) => (0, 0),
            (None, Fate::HalfRefused) if self.places == 1 => return false,
            (None, Fate::HalfRefused) => (1, PRICE),
            (None, Fate::Failed) => (1, FEE),
            (None, Fate::Undelivered) => (1, 0),
            (None, Fate::Read) => (self.places, self.cost),
        };
        self.fate = Some(fate);
        true
    }
}

/// A template bears all the words.
fn parts_of(want: Want, outside: bool) -> i64 {
    if outside { 1 } else { i64::from(want.parts) }
}

fn concerns(limit: Limit, want: Want) -> bool {
    match limit {
        Limit::DealerHour | Limit::DealerDay => want.dealer().is_some(),
        Limit::BuyerDay => CAST[want.who] == Person::Buyer,
        Limit::DealerBudget => want.payer().is_some(),
        Limit::PlatformDay | Limit::UserHour | Limit::PairDay | Limit::MetaTier => true,
    }
}

fn counts(limit: Limit, one: &Message, want: Want) -> bool {
    match limit {
        Limit::PlatformDay => true,
        Limit::DealerHour | Limit::DealerDay => one.want.dealer() == want.dealer(),
        Limit::UserHour | Limit::BuyerDay => one.want.who == want.who,
        Limit::PairDay => (one.want.who, one.want.to) == (want.who, want.to),
        Limit::DealerBudget => one.want.payer() == want.payer(),
        Limit::MetaTier => one.outside && one.places > 0,
    }
}

fn in_window(limit: Limit, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let day = |at: DateTime<Utc>| at.with_timezone(&FixedOffset::west_opt(4 * 3_600).unwrap()).date_naive();
    match limit {
        Limit::PlatformDay | Limit::DealerDay => day(at) == day(now),
        Limit::DealerBudget => (day(at).year(), day(at).month()) == (day(now).year(), day(now).month()),
        Limit::DealerHour | Limit::UserHour => at > now - TimeDelta::hours(1),
        Limit::BuyerDay | Limit::PairDay | Limit::MetaTier => at > now - TimeDelta::hours(24),
    }
}
