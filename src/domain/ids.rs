//! Typed identifiers, so that a dealer's id is never taken for a vehicle's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh, time-ordered id (`UUIDv7`, RFC 9562).
            #[cfg(feature = "ssr")]
            pub fn fresh() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

id! {
    /// A person who signs in: buyer, dealer's user or admin.
    UserId,
    /// A dealer's account.
    DealerId,
    /// A vehicle for sale.
    VehicleId,
    /// A message as its sender sees it: one text, one or more parts.
    MessageId,
    /// One Twilio message: what is sent, charged and reported on.
    PartId,
    /// Many messages sent again by one press.
    BulkId,
    /// An offer to many.
    CampaignId,
    /// A file of vehicles that a dealer uploaded.
    ImportId,
    /// What a dealer asks for of a limit.
    RequestId,
    /// A pause of sending.
    PauseId,
    /// A conversation.
    ThreadId,
    /// A test drive.
    DriveId,
    /// What somebody wrote to OKLA's number.
    InboundId,
    /// A file that came with it.
    MediaId,
    /// A ready answer of a dealer's.
    QuickId,
    /// A row of the rate card.
    RateId,
    /// What somebody said a dollar costs in pesos.
    DopRateId,
    /// A code that proves a number.
    ProofId,
    /// An API token (the row, never the secret).
    TokenId,
}

/// OKLA itself, where nobody else writes: the account that the migrations made.
pub const OKLA: UserId = UserId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_000a));
