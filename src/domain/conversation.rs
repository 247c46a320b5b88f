//! A message as its readers see it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{
    contact_reason::ContactReason,
    ids::{MessageId, VehicleId},
    kind::Kind,
    message::Status,
    outcome::{Outcome, OwnReason, outcome},
    phone::Phone,
    user::Role,
};

/// One message with all that lists and pages show of it.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: MessageId,
    pub sender_name: String,
    /// What a buyer gave with his account.
    pub sender_phone: Option<Phone>,
    /// He chose that sellers see it.
    pub sender_shows_phone: bool,
    pub sender_role: Role,
    pub dealer_name: Option<String>,
    pub vehicle: Option<(VehicleId, String)>,
    pub kind: Kind,
    /// Why a buyer wrote.
    pub reason: Option<ContactReason>,
    pub to: Phone,
    /// What a buyer is called to whom it went, where his number is not the dealer's to know.
    pub told_as: Option<String>,
    pub body: String,
    pub image_url: Option<String>,
    pub status: Status,
    pub error_code: Option<i32>,
    /// Nothing left the house: refused at create, or proved never created.
    pub not_sent: bool,
    pub own_reason: Option<OwnReason>,
    pub parts: i16,
    pub rest: Option<Rest>,
    /// It is what another message's template had no room for.
    pub continues: Option<MessageId>,
    /// What its own template had no room for.
    pub continued_by: Option<MessageId>,
    /// US$ charged to the dealer: the ledger's sum, estimated until Twilio bills.
    pub cost: Decimal,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    /// When Twilio last said anything.
    pub checked_at: Option<DateTime<Utc>>,
}

/// What of a long message did not go with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    pub characters: i32,
    pub stands: RestStands,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestStands {
    /// The template had no room for it: it follows the recipient's answer.
    Waits,
    /// It goes now, or is kept back and tried again.
    Due,
    /// It does not go any more.
    GivenUp,
}

impl Message {
    /// The sender's number, if a dealer may see it.
    pub fn phone_for_dealer(&self) -> Option<&Phone> {
        self.sender_phone.as_ref().filter(|_| self.sender_shows_phone)
    }

    /// Whether a buyer wrote to the dealer, rather than the dealer to somebody.
    pub fn is_from_buyer(&self) -> bool {
        self.sender_role == Role::Buyer
    }

    /// Whom it goes to, as a dealer reads it.
    pub fn recipient(&self) -> String {
        self.told_as.clone().unwrap_or_else(|| self.to.national())
    }

    /// What to say when it did not simply arrive.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.own_reason {
            Some(reason) if self.status.is_failure() => Some(reason.outcome()),
            _ => outcome(self.status, self.error_code, self.not_sent),
        }
    }
}

/// What Twilio has told of its own charge for these parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// US$, of the parts it told of.
    pub amount: Decimal,
    /// Whether it told of every part.
    pub is_whole: bool,
}

/// `None`: it has told of none.
pub fn provider_share(parts: &[Part]) -> Option<Share> {
    let told: Vec<Decimal> = parts
        .iter()
        .filter_map(|part| part.price.as_ref().filter(|(_, currency)| currency == "USD"))
        .map(|(amount, _)| *amount)
        .collect();
    let is_whole = told.len() == parts.len();
    (!told.is_empty()).then(|| Share { amount: told.into_iter().sum(), is_whole })
}

/// One Twilio message of a message.
#[derive(Clone, Debug)]
pub struct Part {
    /// From 1.
    pub number: i16,
    pub status: Status,
    /// Twilio's id, once it took it.
    pub sid: Option<String>,
    pub error_code: Option<i32>,
    pub attempt_count: i16,
    /// What arrives, if it goes by template.
    pub template_text: Option<String>,
    /// WhatsApp had closed the conversation: the template went in its place.
    pub superseded: bool,
    /// What Twilio says it charges OKLA, positive, and its ISO 4217 currency; probably without Meta's share.
    pub price: Option<(Decimal, String)>,
}

/// That a buyer agreed to his name and words being passed on: the last time before he wrote.
#[derive(Clone, Debug)]
pub struct Consent {
    pub text_version: String,
    pub accepted_at: DateTime<Utc>,
}

/// Something that was said about a message.
#[derive(Clone, Debug)]
pub struct Event {
    /// The part it is about, from 1.
    pub part: i16,
    /// `callback`, `create`, `fetch` or `okla`.
    pub source: String,
    /// The speaker's own word, known to us or not.
    pub status: String,
    pub error_code: Option<i32>,
    /// Our time.
    pub received_at: DateTime<Utc>,
    /// Twilio's, if it said.
    pub told_at: Option<DateTime<Utc>>,
    /// All that came with it, as JSON without the person's number; for admins.
    pub payload: String,
}
