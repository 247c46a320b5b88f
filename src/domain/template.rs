//! WhatsApp message templates: a text approved by Meta with places that are filled for each message. Outside the 24 hours
//! after a person's own message nothing else reaches him (fact sheet §6).

#[cfg(feature = "ssr")]
mod catalog;
mod rules;

#[cfg(feature = "ssr")]
pub use self::catalog::{Definition, catalog};
pub use self::rules::{MOST_BODY, problems};

use std::{collections::BTreeMap, fmt, str::FromStr};

use unicode_segmentation::UnicodeSegmentation as _;

use super::{kind::Kind, text::is_blank};

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
}

impl Purpose {
    pub const ALL: [Self; 10] = [
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
        }
    }

    /// What a message of it is for.
    pub fn kind(self) -> Kind {
        match self {
            Self::Contact | Self::Message => Kind::Contact,
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

/// The text as it arrives: `{{name}}` gives its value; one without a value gives nothing. What a value holds is never taken
/// for a place.
pub fn render(body: &str, values: &BTreeMap<String, String>) -> String {
    let (mut text, mut rest) = (String::new(), body);
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            text.push_str("{{");
            rest = after;
            break;
        };
        text.push_str(values.get(name).map_or("", String::as_str));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A value as a template takes it: WhatsApp has no line break, tab or run of spaces in one (63013, 21656). Line breaks
/// become « · »; what cannot be seen goes.
pub fn as_value(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words: Vec<String> = line
            .split(is_blank)
            .map(|word| word.chars().filter(|c| !c.is_control()).collect())
            .filter(|word: &String| !word.is_empty())
            .collect();
        words.join(" ")
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The beginning of a value that is longer than `most` characters, cut between words, with an ellipsis; else all of it.
pub fn beginning(value: &str, most: usize) -> String {
    if value.chars().count() <= most {
        return value.to_owned();
    }
    let (mut kept, mut length, mut end) = (0, 0, None);
    for (at, grapheme) in value.grapheme_indices(true) {
        length += grapheme.chars().count();
        if length >= most {
            break;
        }
        if grapheme.chars().all(char::is_whitespace) {
            end = Some(at);
        }
        kept = at + grapheme.len();
    }
    // An early space would throw much away for one long word.
    let cut = end.filter(|end| end * 2 > kept).unwrap_or(kept);
    format!("{}…", value[..cut].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn places_are_filled_once_and_what_is_filled_in_is_no_place() {
        let body = "Hola, {{1}}: {{2}} le escribe. {{1}}, {{3}}.";
        assert_eq!(
            render(body, &values(&[("1", "{{2}}"), ("2", "Ana")])),
            "Hola, {{2}}: Ana le escribe. {{2}}, ."
        );
        assert_eq!(render("sin lugar {{", &values(&[])), "sin lugar {{");
    }

    #[test]
    fn a_value_is_one_line_without_runs_of_spaces() {
        assert_eq!(
            as_value("  Hola,\r\n\n  ¿sigue\tdisponible?\u{200b}   Gracias\n"),
            "Hola, · ¿sigue disponible? Gracias"
        );
        assert_eq!(as_value("a\u{0}b"), "ab");
        assert_eq!(as_value(" \n "), "");
    }

    #[test]
    fn a_long_value_ends_between_words_and_never_inside_a_grapheme() {
        assert_eq!(beginning("uno dos tres", 12), "uno dos tres");
        assert_eq!(beginning("uno dos tres", 10), "uno dos…");
        assert_eq!(beginning(&"a".repeat(20), 5), "aaaa…");
        let family = "👨‍👩‍👧".repeat(10);
        let cut = beginning(&family, 12);
        assert_eq!(cut, format!("{}…", "👨‍👩‍👧".repeat(2)));
        for most in 1..40 {
            assert!(beginning("Él dijo «sí», y después 👍🏽 nada más", most).chars().count() <= most.max(1));
        }
    }

    #[test]
    fn each_word_names_one_purpose() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
        }
        assert!("otra".parse::<Purpose>().is_err());
    }
}
