//! What a person reads when a limit refuses his send.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Limit, Standing, UNPROVED_A_DAY};
use crate::domain::{
    time::{clock_in_santo_domingo, spoken_coming},
    user::Role,
};

/// A send that a limit refused, and when there is room again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub limit: Limit,
    /// How many sends like this one the limit would let through in all.
    pub most: i64,
    /// When there is room again.
    pub until: DateTime<Utc>,
    pub retry_after: Duration,
    /// Who asked: a buyer meets a dealer's budget as a stranger.
    pub role: Role,
    /// One send takes more than the whole limit: no waiting helps.
    pub is_too_long: bool,
    /// A buyer who proves his number may write on at once.
    pub held_short: bool,
}

impl Refusal {
    pub fn new(full: &Standing, role: Role, until: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            limit: full.limit,
            most: full.most / full.asked.max(1),
            until,
            retry_after: (until - now).to_std().unwrap_or_default(),
            role,
            is_too_long: full.most > 0 && full.asked > full.most,
            held_short: false,
        }
    }

    /// What the sender reads.
    pub fn sentence(&self) -> String {
        if self.held_short {
            let wait = if self.is_too_long {
                String::new()
            } else {
                format!(" Si no, hay lugar de nuevo a las {}.", clock_in_santo_domingo(self.until))
            };
            return format!(
                "Hasta que compruebe su número de teléfono puede enviar {UNPROVED_A_DAY} partes de mensaje en 24 horas. \
                 Compruébelo en «Su cuenta», con un WhatsApp desde su teléfono, y siga escribiendo.{wait}"
            );
        }
        if self.is_too_long {
            return "El mensaje es demasiado largo para los límites vigentes: ninguna espera lo deja pasar. Acórtelo e intente de nuevo."
                .to_owned();
        }
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
            Limit::DealerBudget => {
                let until = spoken_coming(self.until);
                if self.role == Role::Dealer {
                    format!(
                        "Su concesionario gastó su presupuesto de mensajes de este mes. Podrá escribir de nuevo el {until}, o pida a OKLA que lo suba."
                    )
                } else {
                    format!(
                        "Este concesionario no puede recibir más mensajes por OKLA hasta el {until}. Escríbale desde su propio WhatsApp o llámelo."
                    )
                }
            }
            Limit::MetaTier => {
                format!(
                    "OKLA alcanzó por ahora el límite de WhatsApp de personas nuevas. Hay lugar de nuevo a las {until}."
                )
            }
        }
    }
}
