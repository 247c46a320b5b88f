//! What somebody wrote to OKLA's number says beside words and files (fact sheet §5.1).

use serde::{Deserialize, Serialize};

/// Characters of a word or of a place's name that are kept.
const MOST_NAME: usize = 200;

/// Neither words nor a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    Place {
        latitude: f64,
        longitude: f64,
        name: String,
    },
    /// Twilio's word for what we do not show.
    Unknown {
        word: String,
    },
}

impl Extra {
    /// Where it says somebody is; `None` for what is nowhere on earth.
    pub fn place(latitude: &str, longitude: &str, label: &str, address: &str) -> Option<Self> {
        let degrees =
            |text: &str, most: f64| text.trim().parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
        let (latitude, longitude) = (degrees(latitude, 90.0)?, degrees(longitude, 180.0)?);
        let names: Vec<&str> =
            [label, address].into_iter().map(str::trim).filter(|name| !name.is_empty()).collect();
        Some(Self::Place { latitude, longitude, name: cut(&names.join(", ")) })
    }

    pub fn unknown(word: &str) -> Self {
        let word: String = word.chars().filter(|c| !c.is_control()).collect();
        let word = if word.trim().is_empty() { "sin texto" } else { word.trim() };
        Self::Unknown { word: cut(word) }
    }

    /// What a person reads.
    pub fn words(&self) -> String {
        match self {
            Self::Place { latitude, longitude, name } if name.is_empty() => {
                format!("Ubicación: {latitude}, {longitude}")
            }
            Self::Place { name, .. } => format!("Ubicación: {name}"),
            Self::Unknown { word } => format!("Mandó un mensaje de un tipo que OKLA no muestra ({word})."),
        }
    }

    /// Where a map shows it.
    pub fn map(&self) -> Option<String> {
        let Self::Place { latitude, longitude, .. } = self else { return None };
        Some(format!(
            "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
        ))
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_NAME).collect()
}

/// Whether what stands for somebody is no number but what WhatsApp gives in place of it: two letters, a dot, and letters
/// and digits, perhaps after `ENT.` (fact sheet §5.3).
pub fn is_bsuid(address: &str) -> bool {
    let Some((country, rest)) = address.split_once('.') else { return false };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_is_words_and_a_map_and_nowhere_is_none() {
        let place = Extra::place("18.4861", "-69.9312", "Auto Feria", "Av. 27 de Febrero").unwrap();
        assert_eq!(place.words(), "Ubicación: Auto Feria, Av. 27 de Febrero");
        let map = "https://www.openstreetmap.org/?mlat=18.4861&mlon=-69.9312#map=17/18.4861/-69.9312";
        assert_eq!(place.map().as_deref(), Some(map));
        assert_eq!(Extra::place("18.5", "-69.9", "", "").unwrap().words(), "Ubicación: 18.5, -69.9");
        for (latitude, longitude) in
            [("", "-69"), ("91", "0"), ("0", "181"), ("NaN", "0"), ("inf", "0"), ("x", "y")]
        {
            assert_eq!(Extra::place(latitude, longitude, "", ""), None, "{latitude} {longitude}");
        }
    }

    #[test]
    fn what_is_not_shown_is_named_and_short() {
        assert!(Extra::unknown("order").words().contains("(order)"));
        assert!(Extra::unknown(" \n").words().contains("(sin texto)"));
        assert!(Extra::unknown(&"x".repeat(5_000)).words().len() < 300);
        assert_eq!(Extra::unknown("x").map(), None);
    }

    #[test]
    fn what_stands_for_a_number_is_told_from_one() {
        for id in ["DO.1A2B3C", "US.ENT.abc123", "ID.4566546130240823"] {
            assert!(is_bsuid(id), "{id}");
        }
        for other in [
            "+18095551234",
            "",
            "DO.",
            "do.1a",
            "DOM.1a",
            "D.1",
            "DO.a b",
            "DO.a.b",
            &format!("DO.{}", "a".repeat(129)),
        ] {
            assert!(!is_bsuid(other), "{other}");
        }
    }
}
