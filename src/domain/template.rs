//! WhatsApp message templates: a text approved by Meta with places that are filled for each message. Outside the 24 hours
//! after a person's own message nothing else reaches him (fact sheet §6).

#[cfg(feature = "ssr")]
mod catalog;
#[cfg(feature = "ssr")]
mod fill;
mod rules;

pub use self::rules::{MOST_BODY, problems};
#[cfg(feature = "ssr")]
pub use self::{
    catalog::{Button, Definition, catalog},
    fill::{Filled, WORDS, render},
};

use std::{fmt, str::FromStr};

use super::kind::Kind;

/// What OKLA writes by template. The file's and the database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// A buyer writes to a dealer.
    Contact,
    /// A dealer, or OKLA, writes to a person.
    Message,
    NewInterest,
    TestDriveRequest,
    TestDriveConfirmed,
    TestDriveReminder,
    TestDriveCanceled,
    ListingExpiry,
    ListingExpired,
    Offer,
    /// OKLA asks whom an answer is for.
    WhoFor,
    /// A dealer has answered a buyer.
    NewAnswer,
}

impl Purpose {
    pub const ALL: [Self; 12] = [
        Self::Contact,
        Self::Message,
        Self::NewInterest,
        Self::TestDriveRequest,
        Self::TestDriveConfirmed,
        Self::TestDriveReminder,
        Self::TestDriveCanceled,
        Self::ListingExpiry,
        Self::ListingExpired,
        Self::Offer,
        Self::WhoFor,
        Self::NewAnswer,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Message => "message",
            Self::NewInterest => "new_interest",
            Self::TestDriveRequest => "test_drive_request",
            Self::TestDriveConfirmed => "test_drive_confirmed",
            Self::TestDriveReminder => "test_drive_reminder",
            Self::TestDriveCanceled => "test_drive_canceled",
            Self::ListingExpiry => "listing_expiry",
            Self::ListingExpired => "listing_expired",
            Self::Offer => "offer",
            Self::WhoFor => "who_for",
            Self::NewAnswer => "new_answer",
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Contact => "Un comprador escribe a un concesionario",
            Self::Message => "Un concesionario escribe a una persona",
            Self::NewInterest => "Nuevo interés en un vehículo",
            Self::TestDriveRequest => "Prueba de manejo pedida",
            Self::TestDriveConfirmed => "Prueba de manejo confirmada",
            Self::TestDriveReminder => "Recordatorio de la prueba de manejo",
            Self::TestDriveCanceled => "Prueba de manejo cancelada",
            Self::ListingExpiry => "Publicación por vencer",
            Self::ListingExpired => "Publicación vencida",
            Self::Offer => "Oferta de un concesionario",
            Self::WhoFor => "Para quién es una respuesta",
            Self::NewAnswer => "Un concesionario contestó a un comprador",
        }
    }

    /// Why nothing went: its template may not be used now.
    pub fn unavailable(self) -> String {
        format!(
            "No se envió ni se cobró nada: cuando la persona lleva 24 horas sin escribir, WhatsApp solo deja pasar una \
             plantilla aprobada, y la de «{}» no está disponible ahora. Inténtelo más tarde o llame por teléfono.",
            self.label()
        )
    }

    /// What a message of it is for.
    pub fn kind(self) -> Kind {
        match self {
            Self::Contact | Self::Message | Self::WhoFor | Self::NewAnswer => Kind::Contact,
            Self::NewInterest => Kind::NewInterest,
            Self::TestDriveRequest
            | Self::TestDriveConfirmed
            | Self::TestDriveReminder
            | Self::TestDriveCanceled => Kind::TestDrive,
            Self::ListingExpiry | Self::ListingExpired => Kind::ListingExpiry,
            Self::Offer => Kind::Offer,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no purpose of a template"))
    }
}

/// How a template stands with Meta (Twilio's `ApprovalRequests`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approval {
    /// Nobody has asked for it.
    Unsubmitted,
    /// Meta looks at it; mostly an hour, at most two days.
    Pending,
    Approved,
    Rejected,
    /// For its low quality; it comes back by itself, or not.
    Paused,
    Disabled,
    /// A word of Twilio's that we do not know.
    Unknown,
}

impl Approval {
    /// Reads Twilio's word.
    pub fn parse(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "" | "unsubmitted" => Self::Unsubmitted,
            "received" | "pending" => Self::Pending,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            "paused" => Self::Paused,
            "disabled" => Self::Disabled,
            _ => Self::Unknown,
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unsubmitted => "Sin enviar a aprobación",
            Self::Pending => "En revisión",
            Self::Approved => "Aprobada",
            Self::Rejected => "Rechazada",
            Self::Paused => "En pausa",
            Self::Disabled => "Desactivada",
            Self::Unknown => "Estado desconocido",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_names_one_purpose() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
        }
        assert!("otra".parse::<Purpose>().is_err());
    }
}
