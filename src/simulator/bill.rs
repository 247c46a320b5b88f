//! What the account is charged, day by day: Twilio's fee for a message, WhatsApp's for a delivered one, Twilio's for a
//! failed one. Amounts and exemptions are written here by hand from Twilio's pages, not taken from the application: two
//! independent hands that must agree.

use std::{collections::BTreeMap, ops::RangeInclusive};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::message::{Message, Status};

/// Codes of failed messages for which Twilio waives its fee (its help page on the failed message processing fee).
const EXEMPT: [u32; 20] = [
    12400, 20500, 20504, 21408, 30002, 30008, 30036, 30103, 30450, 30454, 30500, 63010, 63012, 63013, 63018,
    63021, 63024, 63032, 63038, 90010,
];

/// One thing that costs, or is at least counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    Outbound,
    Inbound,
    /// Twilio's, for a message that failed after the create.
    Failure,
    /// WhatsApp's, for a delivered template.
    Utility,
    Marketing,
    /// A delivered free-form message, counted and free: the allowance of 1,000 a month is never exhausted here.
    Service,
}

impl Charge {
    const ALL: [Self; 6] =
        [Self::Outbound, Self::Inbound, Self::Failure, Self::Utility, Self::Marketing, Self::Service];

    /// What a message owes for the status that it has just reached.
    pub fn of_status(message: &Message) -> Option<Self> {
        match message.status {
            Status::Failed => {
                let exempt = message.error_code.is_some_and(|code| EXEMPT.contains(&code));
                (!exempt).then_some(Self::Failure)
            }
            Status::Delivered => Some(match message.category.as_deref() {
                Some("MARKETING") => Self::Marketing,
                Some(_) => Self::Utility,
                None => Self::Service,
            }),
            _ => None,
        }
    }

    /// US$; WhatsApp's share is that of the market «Rest of Latin America» whoever the recipient is.
    fn price(self) -> Decimal {
        match self {
            Self::Outbound | Self::Inbound => Decimal::new(5, 3),
            Self::Failure => Decimal::new(1, 3),
            Self::Utility => Decimal::new(113, 4),
            Self::Marketing => Decimal::new(740, 4),
            Self::Service => Decimal::ZERO,
        }
    }
}

/// A usage category: several charges for one that is the sum of others, as Twilio lists those too.
pub struct Category {
    pub name: &'static str,
    pub description: &'static str,
    charges: &'static [Charge],
}

/// The categories of Twilio's table «WhatsApp Business API» that can occur here, their sums, and the failure fee.
pub const CATEGORIES: [Category; 9] = [
    category("channels-messaging", "Channels Platform", &[Charge::Outbound, Charge::Inbound]),
    category("channels-messaging-inbound", "Messaging Channels Inbound", &[Charge::Inbound]),
    category("channels-messaging-outbound", "Messaging Channels Outbound", &[Charge::Outbound]),
    category(
        "channels-whatsapp",
        "Channels - WhatsApp",
        &[Charge::Utility, Charge::Marketing, Charge::Service],
    ),
    category("channels-whatsapp-service", "Channels - WhatsApp - Service", &[Charge::Service]),
    category(
        "channels-whatsapp-template-marketing",
        "Channels - WhatsApp - Template Marketing",
        &[Charge::Marketing],
    ),
    category(
        "channels-whatsapp-template-utility",
        "Channels - WhatsApp - Template Utility",
        &[Charge::Utility],
    ),
    category("failed-message-processing-fee", "Failed Message Processing Fee", &[Charge::Failure]),
    category("totalprice", "Total Price", &Charge::ALL),
];

const fn category(name: &'static str, description: &'static str, charges: &'static [Charge]) -> Category {
    Category { name, description, charges }
}

/// How often each charge fell on each day (UTC).
#[derive(Default)]
pub struct Bill {
    days: BTreeMap<NaiveDate, [u64; Charge::ALL.len()]>,
}

impl Bill {
    pub fn add(&mut self, day: NaiveDate, charge: Charge) {
        self.days.entry(day).or_default()[charge as usize] += 1;
    }

    /// The first day with a charge.
    pub fn began(&self) -> Option<NaiveDate> {
        self.days.keys().next().copied()
    }

    /// How many, and US$ in all, both ends included.
    pub fn total(&self, days: RangeInclusive<NaiveDate>, category: &Category) -> (u64, Decimal) {
        self.days.range(days).fold((0, Decimal::ZERO), |(count, price), (_, counts)| {
            category.charges.iter().fold((count, price), |(count, price), charge| {
                let more = counts[*charge as usize];
                (count + more, price + charge.price() * Decimal::from(more))
            })
        })
    }
}
