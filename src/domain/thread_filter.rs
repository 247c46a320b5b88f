//! Which of a dealer's conversations somebody wants to see.

use std::str::FromStr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThreadFilter {
    #[default]
    All,
    /// The other side has spoken since anybody looked.
    Unread,
    /// Given to whoever looks.
    Mine,
    /// Given to nobody.
    Nobodys,
}

impl ThreadFilter {
    pub const ALL: [Self; 4] = [Self::All, Self::Unread, Self::Mine, Self::Nobodys];

    /// As addresses write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "todas",
            Self::Unread => "sin-leer",
            Self::Mine => "mias",
            Self::Nobodys => "sin-asignar",
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "Todas",
            Self::Unread => "Sin leer",
            Self::Mine => "Mías",
            Self::Nobodys => "Sin asignar",
        }
    }
}

impl FromStr for ThreadFilter {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|filter| filter.as_str() == word)
            .ok_or_else(|| format!("{word:?} chooses no conversations"))
    }
}
