//! People: their roles, and the forms' rules for names, e-mails and passwords.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The consent text a buyer accepts when signing up; a change of words is a new version.
pub const CONSENT_VERSION: &str = "2026-11-28";
/// Its words; kept by version with the consent.
pub const CONSENT_TEXT: &str = "Acepto que OKLA comparta mi nombre y mis palabras con el vendedor al que escribo, y que me \
     escriba por WhatsApp lo que haga falta para lo que yo le pida. Puedo retirarme cuando quiera respondiendo BAJA.";

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Buyer,
    Dealer,
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Buyer, Self::Dealer, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Dealer => "dealer",
            Self::Admin => "admin",
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Buyer => "Comprador",
            Self::Dealer => "Concesionario",
            Self::Admin => "Administrador",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A role that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» no es un rol: use buyer, dealer o admin")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "buyer" => Ok(Self::Buyer),
            "dealer" => Ok(Self::Dealer),
            "admin" => Ok(Self::Admin),
            other => Err(UnknownRole(other.to_owned())),
        }
    }
}

/// An e-mail address as an account's name: trimmed, lower case, one `@` with something on both sides (RFC 5321's 254
/// octets). Whether it exists only a mail can tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Parses what a person typed; the error is the sentence for the form.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().to_lowercase();
        let well_formed = text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.contains('@')
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
        if text.is_empty() {
            Err("Escriba su correo electrónico.")
        } else if !well_formed
            || text.len() > 254
            || text.chars().any(|c| c.is_whitespace() || c.is_control())
        {
            Err("El correo no parece completo. Escríbalo así: nombre@ejemplo.com.")
        } else {
            Ok(Self(text))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's name: 2 to 100 characters after trimming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.chars().count() {
            0 | 1 => Err("Escriba su nombre, con dos letras al menos."),
            2..=100 if !text.chars().any(char::is_control) => Ok(Self(text)),
            _ => Err("El nombre es demasiado largo: use 100 letras como máximo."),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a new password will do: 10 to 128 characters (NIST SP 800-63B: length, no composition rules).
pub fn check_password(text: &str) -> Result<(), &'static str> {
    match text.chars().count() {
        0 => Err("Escriba una contraseña."),
        1..=9 => Err("La contraseña es corta: use 10 caracteres o más. Una frase es fácil de recordar."),
        10..=128 => Ok(()),
        _ => Err("La contraseña es demasiado larga: use 128 caracteres como máximo."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_folded_to_one_form_and_a_broken_one_is_refused() {
        assert_eq!(Email::parse("  Ana@Okla.TEST ").map(|e| e.0), Ok("ana@okla.test".to_owned()));
        for broken in ["", "ana", "ana@", "@okla.test", "a@b@c.do", "ana@okla", "ana @okla.test"] {
            assert!(Email::parse(broken).is_err(), "{broken:?} was taken");
        }
    }

    #[test]
    fn a_name_is_tidied() {
        assert_eq!(PersonName::parse("  José   Peña ").map(|n| n.0), Ok("José Peña".to_owned()));
        assert!(PersonName::parse(" J ").is_err());
    }
}
