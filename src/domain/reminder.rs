//! What OKLA itself has to say at some time: to whom nobody writes, but whom something concerns.

use std::str::FromStr;

use super::test_drive::Side;

/// What it is. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Errand {
    /// A dealer's vehicle interests people.
    NewInterest,
    /// A listing expires in a week, tomorrow, or has.
    ListingWeek,
    ListingDay,
    ListingEnd,
    /// A test drive has a time, one more day, or none any more: a notice to each side.
    DriveSetBuyer,
    DriveSetDealer,
    DriveNearBuyer,
    DriveNearDealer,
    DriveOffBuyer,
    DriveOffDealer,
    /// A dealer has answered a buyer, who has not looked since.
    NewAnswer,
}

impl Errand {
    pub const ALL: [Self; 11] = [
        Self::NewInterest,
        Self::ListingWeek,
        Self::ListingDay,
        Self::ListingEnd,
        Self::DriveSetBuyer,
        Self::DriveSetDealer,
        Self::DriveNearBuyer,
        Self::DriveNearDealer,
        Self::DriveOffBuyer,
        Self::DriveOffDealer,
        Self::NewAnswer,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewInterest => "new_interest",
            Self::ListingWeek => "listing_week",
            Self::ListingDay => "listing_day",
            Self::ListingEnd => "listing_end",
            Self::DriveSetBuyer => "drive_set_buyer",
            Self::DriveSetDealer => "drive_set_dealer",
            Self::DriveNearBuyer => "drive_near_buyer",
            Self::DriveNearDealer => "drive_near_dealer",
            Self::DriveOffBuyer => "drive_off_buyer",
            Self::DriveOffDealer => "drive_off_dealer",
            Self::NewAnswer => "new_answer",
        }
    }

    /// Of a test drive with a time, and of one that is off.
    pub const OF_SET: [Self; 4] =
        [Self::DriveSetBuyer, Self::DriveSetDealer, Self::DriveNearBuyer, Self::DriveNearDealer];
    pub const OF_CANCELED: [Self; 2] = [Self::DriveOffBuyer, Self::DriveOffDealer];
    pub const OF_LISTING: [Self; 3] = [Self::ListingWeek, Self::ListingDay, Self::ListingEnd];

    /// Which side it is for.
    fn side(self) -> Side {
        match self {
            Self::DriveSetBuyer | Self::DriveNearBuyer | Self::DriveOffBuyer | Self::NewAnswer => Side::Buyer,
            Self::DriveSetDealer
            | Self::DriveNearDealer
            | Self::DriveOffDealer
            | Self::NewInterest
            | Self::ListingWeek
            | Self::ListingDay
            | Self::ListingEnd => Side::Dealer,
        }
    }

    /// What a person reads.
    fn label(self) -> &'static str {
        match self {
            Self::DriveSetBuyer | Self::DriveSetDealer => "La confirmación",
            Self::DriveNearBuyer | Self::DriveNearDealer => "El recordatorio",
            Self::DriveOffBuyer | Self::DriveOffDealer => "El aviso de la cancelación",
            Self::ListingWeek | Self::ListingDay => "El aviso de que vence",
            Self::ListingEnd => "El aviso de que venció",
            Self::NewInterest => "El aviso de interés",
            Self::NewAnswer => "El aviso de la respuesta",
        }
    }

    /// What nobody asked for at this very moment rings no telephone at night.
    pub fn waits_for_morning(self) -> bool {
        matches!(
            self,
            Self::ListingWeek
                | Self::ListingDay
                | Self::ListingEnd
                | Self::DriveNearBuyer
                | Self::DriveNearDealer
                | Self::NewAnswer
        )
    }
}

impl FromStr for Errand {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|errand| errand.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no errand"))
    }
}

/// How one ended. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// When its time came there was nothing to say any more, or nobody who may be told.
    Needless,
    /// It could not go while it was of use.
    Late,
    /// Its recipient wants nothing of ours.
    OptedOut,
}

impl Outcome {
    const ALL: [Self; 4] = [Self::Sent, Self::Needless, Self::Late, Self::OptedOut];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Needless => "needless",
            Self::Late => "late",
            Self::OptedOut => "opted_out",
        }
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no outcome of an errand"))
    }
}

/// How the latest errand of a kind about a thing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub errand: Errand,
    /// `None`: it is open.
    pub outcome: Option<Outcome>,
    /// The code that its latest try was refused with.
    pub refused_with: Option<String>,
}

impl Standing {
    /// What a side reads of one that did not go, or does not yet; `None`: nothing stands in its way.
    pub fn unsaid(&self, reader: Side) -> Option<String> {
        let side = self.errand.side();
        let code = self.refused_with.as_deref();
        let (stands, why) = match self.outcome {
            Some(Outcome::Sent | Outcome::Needless) => return None,
            Some(Outcome::OptedOut) if side == reader => {
                ("no salió", "usted pidió no recibir mensajes de OKLA (para volver, escriba ALTA)")
            }
            Some(Outcome::OptedOut) => ("no salió", "pidió no recibir mensajes de OKLA"),
            Some(Outcome::Late) => {
                ("no salió", code.map_or("OKLA llegó tarde", |code| refusal(code, reader)))
            }
            None => ("todavía no sale", refusal(code?, reader)),
        };
        let whom = match side {
            _ if side == reader => "para usted",
            Side::Buyer => "al comprador",
            Side::Dealer => "al concesionario",
        };
        let then = match self.outcome {
            None => " OKLA sigue intentándolo.",
            Some(_) if side != reader => " Avísele usted.",
            Some(_) => "",
        };
        Some(format!("{} {whom} {stands} por WhatsApp: {why}.{then}", self.errand.label()))
    }
}

/// A refusal's code in words; a buyer does not read how the dealer stands.
fn refusal(code: &str, reader: Side) -> &'static str {
    match (code, reader) {
        ("daily_limit", _) => "OKLA llegó a su límite de mensajes del día",
        ("meta_tier", _) => "WhatsApp no deja que OKLA escriba hoy a más personas",
        ("recipient_limit", _) => "ya recibió los mensajes que OKLA permite en 24 horas",
        ("paused", _) => "los envíos están en pausa",
        ("template_unavailable", _) => "la plantilla de WhatsApp no está disponible",
        ("hourly_limit", Side::Dealer) => "sus mensajes llegaron al límite por hora",
        ("dealer_daily_limit", Side::Dealer) => "sus mensajes llegaron al límite del día",
        ("budget", Side::Dealer) => "su presupuesto del mes se agotó",
        ("hourly_limit" | "dealer_daily_limit" | "budget", Side::Buyer) => {
            "el concesionario llegó a su límite de mensajes"
        }
        _ => "OKLA no pudo enviarlo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_go_is_said_to_each_side_in_its_own_words() {
        let of = |errand, outcome, code: Option<&str>| Standing {
            errand,
            outcome,
            refused_with: code.map(str::to_owned),
        };
        let late = of(Errand::DriveNearBuyer, Some(Outcome::Late), Some("budget"));
        assert_eq!(
            late.unsaid(Side::Dealer).as_deref(),
            Some(
                "El recordatorio al comprador no salió por WhatsApp: su presupuesto del mes se agotó. Avísele usted."
            )
        );
        assert_eq!(
            late.unsaid(Side::Buyer).as_deref(),
            Some(
                "El recordatorio para usted no salió por WhatsApp: el concesionario llegó a su límite de mensajes."
            )
        );
        let waits = of(Errand::DriveSetDealer, None, Some("paused"));
        assert_eq!(
            waits.unsaid(Side::Buyer).as_deref(),
            Some(
                "La confirmación al concesionario todavía no sale por WhatsApp: los envíos están en pausa. OKLA sigue intentándolo."
            )
        );
        for quiet in [
            of(Errand::DriveSetDealer, None, None),
            of(Errand::DriveSetDealer, Some(Outcome::Sent), Some("paused")),
        ] {
            assert_eq!(quiet.unsaid(Side::Buyer), None);
        }
    }

    #[test]
    fn each_word_names_one_errand() {
        for errand in Errand::ALL {
            assert_eq!(errand.as_str().parse(), Ok(errand));
        }
        assert!("otra".parse::<Errand>().is_err());
    }
}
