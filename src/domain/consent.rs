//! What a person agrees to, each thing by itself. A change of words is a new version.

use std::{fmt, str::FromStr};

use super::user::{CONSENT_TEXT, CONSENT_VERSION};

/// The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consent {
    /// Without it nobody writes to a seller here.
    Contact,
    /// To be told on WhatsApp of an answer.
    Answers,
    /// Dealers' offers: advertising (Ley 310-14).
    Offers,
    /// Dealers see the number.
    Phone,
}

impl Consent {
    /// What one may leave.
    pub const FREE: [Self; 3] = [Self::Answers, Self::Offers, Self::Phone];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Answers => "answers",
            Self::Offers => "offers",
            Self::Phone => "phone",
        }
    }

    /// The name of its box in forms.
    pub fn field(self) -> &'static str {
        match self {
            Self::Contact => "consent",
            Self::Answers => "avisos",
            Self::Offers => "ofertas",
            Self::Phone => "mi_numero",
        }
    }

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Contact => "Escribir a vendedores",
            Self::Answers => "Avisos de respuestas",
            Self::Offers => "Ofertas (publicidad)",
            Self::Phone => "Mostrar mi número",
        }
    }

    pub fn version(self) -> &'static str {
        match self {
            Self::Contact => CONSENT_VERSION,
            Self::Answers | Self::Offers | Self::Phone => "2026-11-28",
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::Contact => CONSENT_TEXT,
            Self::Answers => "Avísenme por WhatsApp cuando el vendedor conteste.",
            Self::Offers => {
                "PUBLICIDAD: quiero recibir por WhatsApp ofertas de los concesionarios a los que escribí. Puedo \
                 retirarme cuando quiera respondiendo BAJA."
            }
            Self::Phone => "El vendedor al que escribo puede ver mi número de teléfono.",
        }
    }
}

impl fmt::Display for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Consent {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Contact, Self::Answers, Self::Offers, Self::Phone]
            .into_iter()
            .find(|consent| consent.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no consent"))
    }
}
