//! What can be done about a failure: the five groups that failed messages are shown in.

use super::{figures::Cause, outcome::OwnReason};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// It may go through as it is.
    SendAgain,
    /// The number, the text or the picture is at fault.
    Correct,
    /// WhatsApp does not allow it like this.
    Rule,
    /// The person does not want it.
    Respect,
    /// It was stopped on purpose.
    Stopped,
}

impl Remedy {
    pub const ALL: [Self; 5] = [Self::SendAgain, Self::Correct, Self::Rule, Self::Respect, Self::Stopped];

    /// For a cause; for codes: Twilio error dictionary. What nobody explains may be tried again.
    pub fn of(cause: Cause) -> Self {
        match cause {
            Cause::Own(
                OwnReason::NotCreated | OwnReason::Unreachable | OwnReason::Expired | OwnReason::PartFailed,
            )
            | Cause::Unknown => Self::SendAgain,
            Cause::Own(OwnReason::OptedOut | OwnReason::Consent) => Self::Respect,
            Cause::Own(OwnReason::Stopped) => Self::Stopped,
            Cause::Code(code) => match code {
                21_610 | 30_004 | 63_014 | 63_032 | 63_033 => Self::Respect,
                11_751 | 21_211 | 21_602 | 21_614 | 21_617 | 21_619 | 21_620 | 21_623 | 30_005 | 30_006
                | 63_003 | 63_019 | 63_024 | 63_031 | 63_034 | 63_036 => Self::Correct,
                21_408
                | 21_608
                | 30_007
                | 63_005
                | 63_013
                | 63_015
                | 63_016
                | 63_021
                | 63_025
                | 63_026
                | 63_040..=63_042
                | 63_049 => Self::Rule,
                _ => Self::SendAgain,
            },
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::SendAgain => "Se puede reintentar",
            Self::Correct => "Hay que corregir un dato",
            Self::Rule => "Regla de WhatsApp",
            Self::Respect => "Baja o bloqueo",
            Self::Stopped => "Detenido antes de salir",
        }
    }

    pub fn advice(self) -> &'static str {
        match self {
            Self::SendAgain => {
                "Nada impide que lleguen ahora: fue una falla pasajera o un límite que ya pasó."
            }
            Self::Correct => "Revise el número, el texto o la imagen y escriba un mensaje nuevo.",
            Self::Rule => "WhatsApp no admite este mensaje así; reenviarlo igual volvería a fallar.",
            Self::Respect => "La persona no quiere recibir estos mensajes: no le escriba por esta vía.",
            Self::Stopped => "Se detuvo a propósito: no hay nada que corregir.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_as_it_is_can_be_sent_again() {
        for code in [20_003, 20_429, 30_008, 63_007, 63_010, 63_018, 63_038, 99_999] {
            assert_eq!(Remedy::of(Cause::Code(code)), Remedy::SendAgain, "{code}");
        }
        for code in [63_003, 63_024, 21_211, 63_016, 63_049, 21_610] {
            assert_ne!(Remedy::of(Cause::Code(code)), Remedy::SendAgain, "{code}");
        }
        assert_eq!(Remedy::of(Cause::Own(OwnReason::Expired)), Remedy::SendAgain);
    }
}
