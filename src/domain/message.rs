//! A message's status and the one rule that keeps it true: it only moves forward.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a message (or one part of it) stands. Names are the API's and the database's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted by us, or waiting at Twilio.
    Queued,
    /// A call to Twilio has begun, or Twilio is handing it over.
    Sending,
    /// Twilio's answer was lost: it may or may not exist there. Never resent blindly.
    Verifying,
    /// WhatsApp took it.
    Sent,
    /// On the recipient's device.
    Delivered,
    /// Opened by the recipient.
    Read,
    /// WhatsApp said no after the hand-over.
    Undelivered,
    /// Refused, or never left Twilio.
    Failed,
    /// Withdrawn before it was sent.
    Canceled,
}

impl Status {
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Sending,
        Self::Verifying,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Undelivered,
        Self::Failed,
        Self::Canceled,
    ];

    /// The order statuses move in; a status is applied only if its rank is higher (Twilio gives no sequence).
    /// Read and delivered win over failed: with several devices Meta reports a delivery after a failure.
    pub fn rank(self) -> i16 {
        match self {
            // Not knowing whether it exists is no further than waiting: any word from Twilio moves it on.
            Self::Verifying => 0,
            Self::Queued => 1,
            Self::Sending => 2,
            Self::Sent => 3,
            // Apart, so that the same words in another order end in the same state.
            Self::Canceled => 4,
            Self::Failed => 5,
            Self::Undelivered => 6,
            Self::Delivered => 7,
            Self::Read => 8,
        }
    }

    /// Whether Twilio has nothing further to say that matters to delivery.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Read | Self::Undelivered | Self::Failed | Self::Canceled)
    }

    /// Whether it is on the recipient's device.
    pub fn has_arrived(self) -> bool {
        matches!(self, Self::Delivered | Self::Read)
    }

    /// Whether it ended without reaching the recipient.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Undelivered | Self::Failed | Self::Canceled)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Verifying => "verifying",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "En cola",
            Self::Sending => "Enviando",
            Self::Verifying => "En verificación",
            Self::Sent => "Enviado",
            Self::Delivered => "Entregado",
            Self::Read => "Leído",
            Self::Undelivered => "No entregado",
            Self::Failed => "Fallido",
            Self::Canceled => "Cancelado",
        }
    }

    /// Twilio's word for a status (`Message` resource, `MessageStatus` of callbacks). `None`: a word we do not know,
    /// to be kept as text and never to fail on.
    pub fn from_twilio(word: &str) -> Option<Self> {
        match word {
            "accepted" | "scheduled" | "queued" => Some(Self::Queued),
            "sending" => Some(Self::Sending),
            "sent" | "partially_delivered" => Some(Self::Sent),
            "delivered" => Some(Self::Delivered),
            "read" => Some(Self::Read),
            "undelivered" => Some(Self::Undelivered),
            "failed" => Some(Self::Failed),
            "canceled" => Some(Self::Canceled),
            _ => None,
        }
    }
}

/// A message's status from its parts': the least advanced one's, but one failed part makes it failed (a single part
/// that was not delivered stays `undelivered`). `None`: there are no parts.
pub fn overall(parts: &[Status]) -> Option<Status> {
    match parts {
        [] => None,
        [only] => Some(*only),
        several if several.iter().any(|status| status.is_failure()) => Some(Status::Failed),
        several => several.iter().copied().min_by_key(|status| status.rank()),
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A status word that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a message status")]
pub struct UnknownStatus(pub String);

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| UnknownStatus(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_far_as_its_least_advanced_part_and_failed_if_one_failed() {
        use Status::{Delivered, Failed, Queued, Read, Undelivered};
        assert_eq!(overall(&[]), None);
        assert_eq!(overall(&[Undelivered]), Some(Undelivered));
        assert_eq!(overall(&[Read, Delivered]), Some(Delivered));
        assert_eq!(overall(&[Read, Queued]), Some(Queued));
        assert_eq!(overall(&[Read, Undelivered, Queued]), Some(Failed));
    }

    #[test]
    fn a_delivery_wins_over_a_failure_and_never_the_other_way_round() {
        assert!(Status::Delivered.rank() > Status::Failed.rank());
        assert!(Status::Read.rank() > Status::Delivered.rank());
        assert!(Status::Sent.rank() < Status::Undelivered.rank());
    }

    #[test]
    fn words_are_read_back_and_strange_ones_are_not_an_error_of_twilios() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!(Status::from_twilio("teleported"), None);
        assert_eq!(Status::from_twilio("accepted"), Some(Status::Queued));
    }
}
