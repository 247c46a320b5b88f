//! What a message is for.

use std::str::FromStr;

use super::rates::Category;

/// The API's and the database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// A person writes to a person.
    #[default]
    Contact,
    NewInterest,
    TestDrive,
    ListingExpiry,
    Offer,
}

impl Kind {
    pub const ALL: [Self; 5] =
        [Self::Contact, Self::NewInterest, Self::TestDrive, Self::ListingExpiry, Self::Offer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::NewInterest => "new_interest",
            Self::TestDrive => "test_drive",
            Self::ListingExpiry => "listing_expiry",
            Self::Offer => "offer",
        }
    }

    /// How Meta prices a template of this kind, unless it has put the template itself in another category.
    pub fn category(self) -> Category {
        match self {
            Self::Contact | Self::NewInterest | Self::TestDrive | Self::ListingExpiry => Category::Utility,
            Self::Offer => Category::Marketing,
        }
    }

    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Contact => "Contacto",
            Self::NewInterest => "Nuevo interés",
            Self::TestDrive => "Prueba de manejo",
            Self::ListingExpiry => "Publicación por vencer",
            Self::Offer => "Oferta",
        }
    }
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or("Use contact, new_interest, test_drive, listing_expiry u offer.")
    }
}
