//! Why a buyer writes to a seller.

use std::{fmt, str::FromStr};

/// The form's and the database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactReason {
    Availability,
    Price,
    TestDrive,
    Other,
}

impl ContactReason {
    pub const ALL: [Self; 4] = [Self::Availability, Self::Price, Self::TestDrive, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Availability => "disponibilidad",
            Self::Price => "precio",
            Self::TestDrive => "prueba",
            Self::Other => "otra",
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Availability => "Disponibilidad",
            Self::Price => "Precio",
            Self::TestDrive => "Prueba de manejo",
            Self::Other => "Otra",
        }
    }
}

impl fmt::Display for ContactReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ContactReason {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no reason to write"))
    }
}
