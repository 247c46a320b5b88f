//! The limits: what each counts, its default, and what a refusal says.

use std::{str::FromStr, time::Duration};

use chrono::{DateTime, Utc};

use super::{
    ids::{DealerId, UserId},
    time::clock_in_santo_domingo,
    user::Role,
};

/// Over what a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// A calendar day of `America/Santo_Domingo`.
    Day,
    /// The last so many minutes.
    RollingMinutes(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    PlatformDay,
    DealerHour,
    UserHour,
    DealerDay,
    BuyerDay,
    PairDay,
}

impl Limit {
    pub const ALL: [Self; 6] =
        [Self::DealerHour, Self::UserHour, Self::BuyerDay, Self::PairDay, Self::DealerDay, Self::PlatformDay];

    pub fn name(self) -> &'static str {
        match self {
            Self::PlatformDay => "platform_day",
            Self::DealerHour => "dealer_hour",
            Self::UserHour => "user_hour",
            Self::DealerDay => "dealer_day",
            Self::BuyerDay => "buyer_day",
            Self::PairDay => "pair_day",
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
        }
    }

    pub fn window(self) -> Window {
        match self {
            Self::PlatformDay | Self::DealerDay => Window::Day,
            Self::DealerHour | Self::UserHour => Window::RollingMinutes(60),
            Self::BuyerDay | Self::PairDay => Window::RollingMinutes(24 * 60),
        }
    }

    /// What holds until somebody sets another value; `None`: no limit.
    pub fn default_value(self) -> Option<i32> {
        match self {
            Self::PlatformDay => Some(1000),
            Self::DealerHour | Self::UserHour => Some(100),
            Self::DealerDay => None,
            Self::BuyerDay => Some(10),
            Self::PairDay => Some(20),
        }
    }

    /// Whether one dealer may have a value of his own.
    pub fn is_per_dealer(self) -> bool {
        matches!(self, Self::DealerHour | Self::DealerDay | Self::UserHour)
    }

    /// Whom this limit counts for, or `None` when it does not concern the sender.
    pub fn subject(self, sender: &Sender<'_>) -> Option<String> {
        match self {
            Self::PlatformDay => Some("okla".to_owned()),
            Self::UserHour => Some(sender.user_id.to_string()),
            Self::PairDay => Some(format!("{}>{}", sender.user_id, sender.to)),
            Self::BuyerDay => (sender.role == Role::Buyer).then(|| sender.user_id.to_string()),
            Self::DealerHour | Self::DealerDay => match (sender.role, sender.dealer_id) {
                (Role::Dealer, Some(dealer)) => Some(dealer.to_string()),
                _ => None,
            },
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

/// Who sends, as limits see it.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    pub user_id: UserId,
    pub role: Role,
    /// The dealer the sender belongs to.
    pub dealer_id: Option<DealerId>,
    /// The recipient, E.164.
    pub to: &'a str,
}

/// A send that a limit refused, and when there is room again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub limit: Limit,
    /// When there is room again.
    pub until: DateTime<Utc>,
    pub retry_after: Duration,
}

impl Refusal {
    pub fn new(limit: Limit, until: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { limit, until, retry_after: (until - now).to_std().unwrap_or_default() }
    }

    /// What the sender reads. The platform's count is nobody's business but the admin's.
    pub fn sentence(&self) -> String {
        let until = clock_in_santo_domingo(self.until);
        match self.limit {
            Limit::PlatformDay => {
                "OKLA alcanzó su límite de mensajes de hoy. Podrá escribir de nuevo a las 00:00.".to_owned()
            }
            Limit::DealerHour => {
                format!("Su concesionario alcanzó su límite de esta hora. Hay lugar de nuevo a las {until}.")
            }
            Limit::UserHour => {
                format!("Usted alcanzó su límite de mensajes por hora. Hay lugar de nuevo a las {until}.")
            }
            Limit::DealerDay => {
                "Su concesionario alcanzó su límite de hoy. Podrá escribir de nuevo a las 00:00.".to_owned()
            }
            Limit::BuyerDay => {
                format!("Usted alcanzó su límite de mensajes de 24 horas. Hay lugar de nuevo a las {until}.")
            }
            Limit::PairDay => {
                format!(
                    "Ya escribió mucho a este número en 24 horas. Podrá escribirle de nuevo a las {until}."
                )
            }
        }
    }
}
