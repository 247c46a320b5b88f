//! What admins changed: one entry a change, each sealed with the one before it.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use super::ids::{DealerId, UserId};

/// What was done. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    LimitSet,
    PauseBegun,
    PauseEnded,
    DealerAdded,
    UserAdded,
    TokenCreated,
    RequestDenied,
    RateSet,
    RateWithdrawn,
    DopRateSet,
    /// OKLA took over what the provider says.
    LimitFollowed,
    UserDisabled,
    UserEnabled,
    RoleChanged,
    NumberRevealed,
    MessageRevealed,
    SessionsEnded,
    TokenRevoked,
    SecondFactorOn,
    SecondFactorOff,
    SecondFactorReset,
    /// By its owner, who knew the one before.
    PasswordChanged,
    /// By its owner, from his proved number.
    PasswordReset,
    /// He had himself erased.
    PersonErased,
    WordsAssigned,
    WordsClosed,
    /// An admin ended a dealer's offer.
    OfferStopped,
}

impl Action {
    pub const ALL: [Self; 27] = [
        Self::LimitSet,
        Self::PauseBegun,
        Self::PauseEnded,
        Self::DealerAdded,
        Self::UserAdded,
        Self::TokenCreated,
        Self::RequestDenied,
        Self::RateSet,
        Self::RateWithdrawn,
        Self::DopRateSet,
        Self::LimitFollowed,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::RoleChanged,
        Self::NumberRevealed,
        Self::MessageRevealed,
        Self::SessionsEnded,
        Self::TokenRevoked,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::SecondFactorReset,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::PersonErased,
        Self::WordsAssigned,
        Self::WordsClosed,
        Self::OfferStopped,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::LimitSet => "limit_set",
            Self::PauseBegun => "pause_begun",
            Self::PauseEnded => "pause_ended",
            Self::DealerAdded => "dealer_added",
            Self::UserAdded => "user_added",
            Self::TokenCreated => "token_created",
            Self::RequestDenied => "request_denied",
            Self::RateSet => "rate_set",
            Self::RateWithdrawn => "rate_withdrawn",
            Self::DopRateSet => "dop_rate_set",
            Self::LimitFollowed => "limit_followed",
            Self::UserDisabled => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::RoleChanged => "role_changed",
            Self::NumberRevealed => "number_revealed",
            Self::MessageRevealed => "message_revealed",
            Self::SessionsEnded => "sessions_ended",
            Self::TokenRevoked => "token_revoked",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::SecondFactorReset => "second_factor_reset",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::PersonErased => "person_erased",
            Self::WordsAssigned => "words_assigned",
            Self::WordsClosed => "words_closed",
            Self::OfferStopped => "offer_stopped",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|action| action.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no action"))
    }
}

/// SHA-256.
pub type Seal = [u8; 32];

/// One change. It holds ids; names are looked up when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// 1, 2, 3 … without a gap.
    pub id: i64,
    pub at: DateTime<Utc>,
    /// `None`: somebody at the command line, or OKLA by itself.
    pub actor: Option<UserId>,
    /// A word of [`Action`].
    pub action: String,
    /// The dealer it concerns.
    pub dealer: Option<DealerId>,
    /// What was changed: a limit's name, or an id.
    pub subject: String,
    /// JSON, byte by byte.
    pub before: String,
    pub after: String,
    pub reason: String,
}

#[cfg(feature = "ssr")]
impl Entry {
    /// The seal of this entry after the one that bears `previous`. Every field is in it, each with its length, so that
    /// nothing can move from one to the next.
    pub fn seal(&self, previous: &Seal) -> Seal {
        use sha2::{Digest, Sha256};

        let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let fields = [
            self.id.to_string(),
            self.at.timestamp_micros().to_string(),
            id(self.actor.map(|user| user.0)),
            self.action.clone(),
            id(self.dealer.map(|dealer| dealer.0)),
            self.subject.clone(),
            self.before.clone(),
            self.after.clone(),
            self.reason.clone(),
        ];
        let mut hash = Sha256::new_with_prefix(previous);
        for field in fields {
            hash.update(field.len().to_be_bytes());
            hash.update(field);
        }
        hash.finalize().into()
    }
}
