//! The limits: what each counts, and the one decision that the send, the form and every page share.

mod caps;
mod mark;
mod refusal;
mod window;

use std::str::FromStr;

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive};

pub use self::{
    caps::effective,
    mark::{Mark, NEAR},
    refusal::Refusal,
    window::Window,
};
use super::{
    ids::{DealerId, OKLA, UserId},
    user::Role,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    PlatformDay,
    DealerHour,
    UserHour,
    DealerDay,
    BuyerDay,
    PairDay,
    /// US$ charged to a dealer, buyers' contacts to him included.
    DealerBudget,
    /// Distinct recipients outside their window: Meta's messaging limit (fact sheet §6).
    MetaTier,
}

impl Limit {
    pub const ALL: [Self; 8] = [
        Self::DealerHour,
        Self::UserHour,
        Self::BuyerDay,
        Self::PairDay,
        Self::DealerDay,
        Self::DealerBudget,
        Self::MetaTier,
        Self::PlatformDay,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::PlatformDay => "platform_day",
            Self::DealerHour => "dealer_hour",
            Self::UserHour => "user_hour",
            Self::DealerDay => "dealer_day",
            Self::BuyerDay => "buyer_day",
            Self::PairDay => "pair_day",
            Self::DealerBudget => "dealer_budget",
            Self::MetaTier => "meta_tier",
        }
    }

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::PlatformDay => "Toda OKLA, por día",
            Self::DealerHour => "Concesionario, por hora",
            Self::UserHour => "Usuario, por hora",
            Self::DealerDay => "Concesionario, por día",
            Self::BuyerDay => "Comprador, en 24 horas",
            Self::PairDay => "De una persona a un número, en 24 horas",
            Self::DealerBudget => "Presupuesto del concesionario, por mes",
            Self::MetaTier => "Personas nuevas que permite Meta, en 24 horas",
        }
    }

    /// What it counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::DealerBudget => "US$",
            Self::MetaTier => "personas",
            _ => "partes",
        }
    }

    /// The API's code for a refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::PlatformDay => "daily_limit",
            Self::DealerHour | Self::UserHour => "hourly_limit",
            Self::DealerDay => "dealer_daily_limit",
            Self::BuyerDay => "buyer_limit",
            Self::PairDay => "recipient_limit",
            Self::DealerBudget => "budget",
            Self::MetaTier => "meta_tier",
        }
    }

    pub fn window(self) -> Window {
        match self {
            Self::PlatformDay | Self::DealerDay => Window::Day,
            Self::DealerBudget => Window::Month,
            Self::DealerHour | Self::UserHour => Window::RollingMinutes(60),
            Self::BuyerDay | Self::PairDay | Self::MetaTier => Window::RollingMinutes(24 * 60),
        }
    }

    /// What holds until somebody sets another value; `None`: no limit.
    pub fn default_value(self) -> Option<i64> {
        match self {
            Self::PlatformDay => Some(1000),
            Self::DealerHour | Self::UserHour => Some(100),
            Self::BuyerDay => Some(10),
            Self::PairDay => Some(20),
            Self::DealerDay | Self::DealerBudget | Self::MetaTier => None,
        }
    }

    /// Whether one dealer may have a value of his own.
    pub fn is_per_dealer(self) -> bool {
        matches!(self, Self::DealerHour | Self::DealerDay | Self::UserHour | Self::DealerBudget)
    }

    /// Whether a sender may see how much of it is used. The platform's count is nobody's business but the admin's, and
    /// a dealer's money is not a buyer's.
    pub fn is_shown_to(self, role: Role) -> bool {
        match self {
            Self::PlatformDay | Self::MetaTier => role == Role::Admin,
            Self::DealerBudget => role != Role::Buyer,
            _ => true,
        }
    }

    /// The dealer whose own value holds for this sender.
    pub fn ruling_dealer(self, sender: &Sender<'_>) -> Option<DealerId> {
        match self {
            Self::DealerBudget => sender.payer,
            _ if self.is_per_dealer() => sender.dealer_id,
            _ => None,
        }
    }

    /// How much it lets this sender through where so much is set. A buyer's day is counted whatever is set: when his number
    /// is no longer proved, the count is right.
    pub fn most_for(self, sender: &Sender<'_>, set: Option<i64>) -> Option<i64> {
        if self != Self::BuyerDay {
            return set;
        }
        let most = if sender.unproved { UNPROVED_A_DAY } else { UNLIMITED };
        Some(set.unwrap_or(UNLIMITED).min(most))
    }

    /// What kind of messages it counts, or `None` when it does not concern the sender.
    pub fn family(self, sender: &Sender<'_>) -> Option<Family> {
        match self {
            Self::PlatformDay => Some(Family::Everyone),
            Self::MetaTier => Some(Family::Recipients),
            Self::UserHour => (sender.user_id != OKLA).then_some(Family::Sender),
            Self::PairDay => (sender.user_id != OKLA).then_some(Family::Pair),
            Self::BuyerDay => (sender.role == Role::Buyer).then_some(Family::Sender),
            Self::DealerHour | Self::DealerDay => {
                sender.dealer_id.filter(|_| sender.role == Role::Dealer).map(Family::DealersOwn)
            }
            Self::DealerBudget => sender.payer.map(Family::ChargedTo),
        }
    }

    /// Whose messages it counts, or `None` when it does not concern the sender.
    pub fn subject(self, sender: &Sender<'_>) -> Option<Subject> {
        self.family(sender).map(|family| match family {
            Family::Everyone => Subject::Everyone,
            Family::Recipients => Subject::Recipients,
            Family::Sender => Subject::Sender(sender.user_id),
            Family::DealersOwn(dealer) => Subject::DealersOwn(dealer),
            Family::ChargedTo(dealer) => Subject::ChargedTo(dealer),
            Family::Pair => Subject::Pair(sender.user_id, sender.to.to_owned()),
        })
    }

    /// A set value in the units that are counted: places, recipients, or micro-dollars.
    pub fn units(self, value: Decimal) -> i64 {
        match self {
            Self::DealerBudget => micro_dollars(value),
            _ => value.trunc().to_i64().unwrap_or(i64::MAX),
        }
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|limit| limit.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|limit| limit.name()).collect();
            format!("«{name}» no es un límite; los hay: {}", names.join(", "))
        })
    }
}

/// What a buyer may send in 24 hours while nobody proved his number, however much is set for all: enough to ask about a few
/// vehicles, too little to pester dealers from invented accounts.
pub const UNPROVED_A_DAY: i64 = 5;

/// Of a limit that counts and lets everything through.
pub const UNLIMITED: i64 = i64::MAX;

/// US$ in millionths, whole.
pub fn micro_dollars(amount: Decimal) -> i64 {
    (amount * Decimal::from(1_000_000)).round().to_i64().unwrap_or(i64::MAX)
}

/// A [`Subject`] as far as it can be told apart without the sender and the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Everyone,
    Recipients,
    Sender,
    DealersOwn(DealerId),
    ChargedTo(DealerId),
    Pair,
}

/// Whose messages a counter counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Everyone,
    /// Distinct recipients of all of OKLA.
    Recipients,
    Sender(UserId),
    /// What a dealer's own users and tokens send.
    DealersOwn(DealerId),
    /// What is charged to a dealer.
    ChargedTo(DealerId),
    /// One sender's to one number.
    Pair(UserId, String),
}

/// Who sends, as limits see it.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    pub user_id: UserId,
    pub role: Role,
    /// The dealer the sender belongs to.
    pub dealer_id: Option<DealerId>,
    /// The dealer it is charged to.
    pub payer: Option<DealerId>,
    /// The recipient, E.164.
    pub to: &'a str,
    /// A buyer whose number nobody proved.
    pub unproved: bool,
}

/// How a limit stands for one send, in the limit's units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub limit: Limit,
    pub most: i64,
    /// Before this send.
    pub used: i64,
    /// What this send would take.
    pub asked: i64,
    /// When what it lacks is free again; of a rolling limit known only where it was looked up.
    pub frees_at: Option<DateTime<Utc>>,
}

impl Standing {
    pub fn has_room(&self) -> bool {
        // Who asks nothing is let through even where a limit was set below what is used.
        self.asked == 0 || self.asked <= self.most.saturating_sub(self.used)
    }

    /// What is left now.
    pub fn left(&self) -> i64 {
        self.most.saturating_sub(self.used).max(0)
    }

    /// How many more sends like this one fit.
    pub fn sends_left(&self) -> i64 {
        if self.asked > 0 { self.left() / self.asked } else { i64::MAX }
    }
}

/// All limits that concern a send, and what they say together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    pub standings: Vec<Standing>,
    /// Of a buyer's day there would be more if he proved his number.
    pub held_short: bool,
}

impl Decision {
    /// Of the limits without room the one that frees last: when it does, the send goes through.
    pub fn refusal(&self, role: Role, now: DateTime<Utc>) -> Option<Refusal> {
        let full = self.standings.iter().filter(|standing| !standing.has_room());
        let frees =
            |standing: &Standing| standing.frees_at.unwrap_or_else(|| standing.limit.window().frees(now));
        // Of equals the first named in `Limit::ALL`, which `max_by_key` would not give.
        let last = full.rev().max_by_key(|standing| frees(standing))?;
        let held_short = self.held_short && last.limit == Limit::BuyerDay;
        Some(Refusal { held_short, ..Refusal::new(last, role, frees(last), now) })
    }

    /// Forgets what only counts.
    pub fn drop_unlimited(&mut self) {
        self.standings.retain(|standing| standing.most < UNLIMITED);
    }

    /// Of the limits a sender may see the one that will refuse first if sending goes on like this.
    pub fn binding(&self, role: Role) -> Option<&Standing> {
        let shown = self.standings.iter().filter(|standing| standing.limit.is_shown_to(role));
        shown.min_by_key(|standing| standing.sends_left())
    }
}

impl Subject {
    /// The counter's key: the id it is about, or a hash in place of a number.
    #[cfg(feature = "ssr")]
    pub fn key(&self) -> uuid::Uuid {
        use sha2::{Digest, Sha256};
        use uuid::Uuid;

        match self {
            Self::Everyone | Self::Recipients => Uuid::nil(),
            Self::Sender(user) => user.0,
            Self::DealersOwn(dealer) | Self::ChargedTo(dealer) => dealer.0,
            Self::Pair(user, phone) => {
                let digest = Sha256::digest(format!("{user}>{phone}"));
                Uuid::from_slice(digest.get(..16).unwrap_or_default()).unwrap_or_default()
            }
        }
    }
}
