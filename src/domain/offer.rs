//! Offers: what a dealer writes to many who asked for it. Whom one may reach, when, and how often.

mod audience;
#[cfg(feature = "ssr")]
mod forecast;

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};

pub use self::audience::Audience;
#[cfg(feature = "ssr")]
pub use self::forecast::{Forecast, Room, forecast};
use super::{
    ids::DealerId,
    time::{clock_in_santo_domingo, spoken_coming},
};

/// Offers that a person gets within [`SPELL`]: of one dealer, and of all together. Meta withholds what people do not open
/// (63049) and lowers the number of whoever goes on, which would stop everybody's messages.
pub const OF_ONE_DEALER: usize = 1;
pub const OF_ALL: usize = 2;
pub const SPELL: TimeDelta = TimeDelta::days(7);

/// An offer that a person got: whose, and when.
pub type Taken = (Option<DealerId>, DateTime<Utc>);

/// Until when another offer would be one too many for a person, by those he got. `None`: he may get it.
pub fn capped_until(taken: &[Taken], dealer: Option<DealerId>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let frees = |most: usize, counts: &dyn Fn(Option<DealerId>) -> bool| {
        let recent = taken.iter().filter(|(whose, at)| counts(*whose) && *at + SPELL > now);
        let mut recent: Vec<DateTime<Utc>> = recent.map(|(_, at)| *at).collect();
        recent.sort_unstable();
        recent.len().checked_sub(most).and_then(|first| recent.get(first)).map(|at| *at + SPELL)
    };
    frees(OF_ONE_DEALER, &|whose| whose == dealer).max(frees(OF_ALL, &|_| true))
}

/// Why somebody whom the filters chose got no offer. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Skip {
    Consent,
    Unproved,
    OptedOut,
    Account,
    Frequency,
    /// Too much was written to his number within a day.
    Recipient,
    Budget,
    /// By its dealer.
    Stopped,
    /// By an admin.
    Halted,
    /// Ours.
    Fault,
}

impl Skip {
    pub const ALL: [Self; 10] = [
        Self::Consent,
        Self::Unproved,
        Self::OptedOut,
        Self::Account,
        Self::Frequency,
        Self::Recipient,
        Self::Budget,
        Self::Stopped,
        Self::Halted,
        Self::Fault,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Unproved => "unproved",
            Self::OptedOut => "opted_out",
            Self::Account => "account",
            Self::Frequency => "frequency",
            Self::Recipient => "recipient",
            Self::Budget => "budget",
            Self::Stopped => "stopped",
            Self::Halted => "halted",
            Self::Fault => "fault",
        }
    }

    /// What a person reads before their number.
    pub fn label(self) -> &'static str {
        match self {
            Self::Consent => "No aceptaron recibir ofertas",
            Self::Unproved => "Con el número sin comprobar",
            Self::OptedOut => "De baja",
            Self::Account => "Con la cuenta cerrada",
            Self::Frequency => "Ya recibieron las ofertas que OKLA permite en 7 días",
            Self::Recipient => "Ya se les escribió mucho en 24 horas",
            Self::Budget => "No alcanzó el presupuesto del mes",
            Self::Stopped => "El concesionario detuvo la oferta",
            Self::Halted => "OKLA detuvo la oferta",
            Self::Fault => "No salieron por una falla nuestra",
        }
    }

    /// Whether a dealer may read who they are: never who refused him something.
    pub fn names_people(self) -> bool {
        matches!(self, Self::Recipient | Self::Budget | Self::Stopped | Self::Halted | Self::Fault)
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Skip {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|skip| skip.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is no reason to leave somebody out"))
    }
}

/// Why an offer is not taken in, though limits and pauses would let it through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The person may not be written to: `Consent`, `Unproved` or `Account`.
    Person(Skip),
    /// He has had enough of them until then.
    Frequency(DateTime<Utc>),
    /// It is not the hour for it until then.
    Quiet(DateTime<Utc>),
}

impl Withheld {
    /// When it may go, if that is known.
    pub fn until(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Person(_) => None,
            Self::Frequency(until) | Self::Quiet(until) => Some(until),
        }
    }

    /// The API's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Person(_) => "consent_required",
            Self::Frequency(_) => "frequency_cap",
            Self::Quiet(_) => "quiet_hours",
        }
    }

    /// What whoever wanted to send it reads.
    pub fn sentence(self) -> String {
        let spoken = |at| format!("{} a las {}", spoken_coming(at), clock_in_santo_domingo(at));
        match self {
            Self::Person(_) => "Una oferta solo llega a quien la aceptó: un comprador con su número comprobado, que haya \
                                escrito a su concesionario y quiera recibir ofertas. No se envió ni se cobró nada."
                .to_owned(),
            Self::Frequency(until) => format!(
                "Esta persona ya recibió las ofertas que OKLA permite en 7 días. Podrá enviarle otra el {}.",
                spoken(until)
            ),
            Self::Quiet(until) => {
                format!("A esta hora no salen ofertas. Podrá enviarla el {}.", spoken(until))
            }
        }
    }
}

/// How a campaign stands. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Running,
    Paused(Hold),
    Stopped,
    Done,
}

/// Why a campaign is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Dealer,
    Budget,
    Template,
    /// Whoever confirmed it may not send any more.
    User,
}

impl Hold {
    const ALL: [Self; 4] = [Self::Dealer, Self::Budget, Self::Template, Self::User];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dealer => "dealer",
            Self::Budget => "budget",
            Self::Template => "template",
            Self::User => "user",
        }
    }

    /// What an admin reads.
    pub fn told(self) -> &'static str {
        match self {
            Self::Dealer => "El concesionario la puso en pausa.",
            Self::Budget => {
                "Se agotó el presupuesto del mes del concesionario: espera a que pida más, o la detenga."
            }
            Self::Template => "WhatsApp no deja pasar ahora la plantilla de las ofertas.",
            Self::User => "Quien la confirmó ya no puede enviar por el concesionario.",
        }
    }

    /// What its dealer reads.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Dealer => "Usted la puso en pausa. Pulse «Seguir» cuando quiera que continúe.",
            Self::Budget => {
                "Se agotó su presupuesto de mensajes de este mes. Pida más en «Sus límites» y pulse «Seguir», o deténgala."
            }
            Self::Template => {
                "WhatsApp no deja pasar ahora la plantilla de las ofertas. Pulse «Seguir» más tarde, o deténgala."
            }
            Self::User => {
                "Quien la confirmó ya no puede enviar por su concesionario. Pulse «Seguir» para que salga a nombre de usted."
            }
        }
    }
}

impl State {
    /// Of the two words that are stored.
    ///
    /// # Errors
    /// A word that is none.
    pub fn parse(state: &str, hold: Option<&str>) -> Result<Self, String> {
        match (state, hold) {
            ("draft", None) => Ok(Self::Draft),
            ("running", None) => Ok(Self::Running),
            ("stopped", None) => Ok(Self::Stopped),
            ("done", None) => Ok(Self::Done),
            ("paused", Some(word)) => {
                let hold = Hold::ALL.into_iter().find(|hold| hold.as_str() == word);
                hold.map(Self::Paused).ok_or_else(|| format!("{word:?} holds no campaign"))
            }
            _ => Err(format!("{state:?} ({hold:?}) is no state of a campaign")),
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Borrador",
            Self::Running => "En marcha",
            Self::Paused(_) => "En pausa",
            Self::Stopped => "Detenida",
            Self::Done => "Terminada",
        }
    }

    /// Nothing of it will leave any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Done)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + number)
    }

    fn dealer(number: u128) -> DealerId {
        DealerId(Uuid::from_u128(number))
    }

    #[test]
    fn one_offer_of_a_dealer_and_two_of_all_in_seven_days() {
        let capped = |taken: &[_], whose| capped_until(taken, whose, day(0));
        assert_eq!(capped(&[], Some(dealer(1))), None);
        assert_eq!(capped(&[(Some(dealer(1)), day(-3))], Some(dealer(1))), Some(day(4)));
        assert_eq!(capped(&[(Some(dealer(1)), day(-3))], Some(dealer(2))), None, "another's first");
        let two = [(Some(dealer(1)), day(-3)), (Some(dealer(2)), day(-1))];
        assert_eq!(
            capped(&two, Some(dealer(3))),
            Some(day(4)),
            "the third of all waits for the first to lapse"
        );
        assert_eq!(capped(&two, Some(dealer(2))), Some(day(6)), "his own lapses later");
        assert_eq!(capped(&[(Some(dealer(1)), day(-7))], Some(dealer(1))), None, "a week is over");
        assert_eq!(capped(&[(None, day(-2))], None), Some(day(5)), "OKLA's own are counted like a dealer's");
    }

    #[test]
    fn each_word_names_one_reason_and_nobody_who_refused_is_named() {
        for skip in Skip::ALL {
            assert_eq!(skip.as_str().parse(), Ok(skip));
        }
        for refused in [Skip::Consent, Skip::Unproved, Skip::OptedOut, Skip::Account, Skip::Frequency] {
            assert!(!refused.names_people(), "{refused}");
        }
        for hold in Hold::ALL {
            assert_eq!(State::parse("paused", Some(hold.as_str())), Ok(State::Paused(hold)));
        }
        assert!(State::parse("paused", None).is_err() && State::parse("running", Some("budget")).is_err());
    }
}
