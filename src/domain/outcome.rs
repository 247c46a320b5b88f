//! What became of a message, in the three sentences a person asks for: what happened, was it charged, what now.

mod codes;

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;

use super::message::Status;

/// The three answers, in Spanish. For a dealer or an admin show the code beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// «¿Qué pasó?»
    pub what: &'static str,
    /// «¿Se cobró?»
    pub charged: Charge,
    /// «¿Qué puede hacer?»
    pub todo: &'static str,
}

/// What Twilio charges for it (its pricing of failed WhatsApp messages, since 2024-09-30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    No,
    /// Twilio's fee for a message that failed after it was accepted.
    ProcessingFee,
    /// As any message; the ledger holds the amount.
    Yes,
    /// Not known before the message's fate is.
    IfSent,
}

impl Charge {
    /// US$ that the failure itself costs.
    pub fn fee(self) -> Decimal {
        match self {
            Self::ProcessingFee => Decimal::new(1, 3),
            Self::No | Self::Yes | Self::IfSent => Decimal::ZERO,
        }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Self::No => "No se cobró.",
            Self::ProcessingFee => "Se cobró solo la tarifa de procesamiento: US$ 0.001.",
            Self::Yes => "Se cobra como cualquier mensaje.",
            Self::IfSent => "Todavía no se sabe: se cobra únicamente si el mensaje salió.",
        }
    }
}

/// Twilio's answer was lost.
pub const VERIFYING: Outcome = Outcome {
    what: "En verificación: el mensaje se envió, pero la respuesta del servicio se perdió en el camino.",
    charged: Charge::IfSent,
    todo: "No lo envíe de nuevo. Estamos comprobando si salió y aquí verá el resultado.",
};

/// Twilio answered 429; the message waits in our queue.
const WAITING_TURN: Outcome = Outcome {
    what: "El servicio de mensajes está ocupado; el mensaje espera su turno.",
    charged: Charge::No,
    todo: "No tiene que hacer nada: lo intentaremos de nuevo automáticamente.",
};

/// For a message that has stayed `sent` longer than a person expects. How long that is, the page decides.
pub const STILL_SENT: Outcome = Outcome {
    what: "WhatsApp aceptó el mensaje, pero aún no confirma la entrega. El teléfono puede estar apagado o sin conexión.",
    charged: Charge::Yes,
    todo: "Espere un poco. Si es urgente, llame al destinatario.",
};

/// Why a message failed when the reason is ours and bears no Twilio code. Names are the database's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwnReason {
    /// Twilio's answer was lost, and its list proves that nothing was created.
    NotCreated,
    /// No connection to Twilio could be made until we gave up.
    Unreachable,
    /// It could not leave while it was of use.
    Expired,
    /// An earlier part of the same message failed, so this one stayed at home.
    PartFailed,
    /// The recipient has asked for no more messages since it was written.
    OptedOut,
    /// An offer whose recipient takes none any more, or has another number.
    Consent,
    /// An offer that was stopped.
    Stopped,
}

impl OwnReason {
    const ALL: [Self; 7] = [
        Self::NotCreated,
        Self::Unreachable,
        Self::Expired,
        Self::PartFailed,
        Self::OptedOut,
        Self::Consent,
        Self::Stopped,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCreated => "not_created",
            Self::Unreachable => "unreachable",
            Self::Expired => "expired",
            Self::PartFailed => "part_failed",
            Self::OptedOut => "opted_out",
            Self::Consent => "consent",
            Self::Stopped => "stopped",
        }
    }

    pub fn outcome(self) -> Outcome {
        match self {
            Self::NotCreated => Outcome {
                what: "El mensaje no salió: comprobamos que el servicio de mensajes nunca lo recibió.",
                charged: Charge::No,
                todo: "Puede enviarlo de nuevo con confianza; no llegará dos veces.",
            },
            Self::Unreachable => Outcome {
                what: "El mensaje no salió: no pudimos comunicarnos con el servicio de mensajes.",
                charged: Charge::No,
                todo: "Envíelo de nuevo dentro de unos minutos.",
            },
            Self::Expired => Outcome {
                what: "El mensaje no salió a tiempo y lo retiramos: llegaría demasiado tarde para servir.",
                charged: Charge::No,
                todo: "Si todavía importa, envíelo de nuevo.",
            },
            Self::OptedOut => Outcome {
                what: "El mensaje no salió: el destinatario pidió no recibir más mensajes de OKLA.",
                charged: Charge::No,
                todo: "No le escriba por WhatsApp. Si él quiere volver, basta con que responda ALTA.",
            },
            Self::Consent => Outcome {
                what: "La oferta no salió: su destinatario dejó de aceptar ofertas, o cambió de número, mientras esperaba.",
                charged: Charge::No,
                todo: "No hay nada que hacer: si vuelve a aceptarlas, recibirá la próxima.",
            },
            Self::Stopped => Outcome {
                what: "La oferta no salió: se detuvo mientras esperaba.",
                charged: Charge::No,
                todo: "Si todavía quiere hacerla, prepare otra.",
            },
            Self::PartFailed => Outcome {
                what: "Esta parte no salió porque una anterior del mismo mensaje falló.",
                charged: Charge::No,
                todo: "Vea qué pasó con la parte anterior y envíe de nuevo lo que falta.",
            },
        }
    }
}

impl fmt::Display for OwnReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no reason of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a reason of ours")]
pub struct UnknownReason(pub String);

impl FromStr for OwnReason {
    type Err = UnknownReason;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == word)
            .ok_or_else(|| UnknownReason(word.to_owned()))
    }
}

/// WhatsApp has closed the conversation: only a template reaches the person (Twilio error dictionary).
pub const OUTSIDE_WINDOW: i32 = 63_016;

/// Whether a code says that the number has no WhatsApp that can be reached.
pub fn says_no_whatsapp(code: i32) -> bool {
    matches!(code, 63_003 | 63_024)
}

/// What to tell about a message in `status` with Twilio's error `code`; `refused_at_create` when Twilio answered the
/// create with an error, so that no message ever existed. `None`: all is well, or simply on its way.
pub fn outcome(status: Status, code: Option<i32>, refused_at_create: bool) -> Option<Outcome> {
    match status {
        Status::Verifying => Some(VERIFYING),
        Status::Queued | Status::Sending if code == Some(codes::TOO_MANY_REQUESTS) => Some(WAITING_TURN),
        Status::Queued | Status::Sending | Status::Sent | Status::Delivered | Status::Read => None,
        Status::Failed | Status::Undelivered | Status::Canceled => {
            let (what, todo) = match code {
                Some(code) => codes::meaning(code).unwrap_or(codes::UNKNOWN),
                None if refused_at_create => codes::REFUSED,
                None if status == Status::Canceled => codes::CANCELED,
                None => codes::WITHOUT_CODE,
            };
            Some(Outcome { what, charged: charge(status, code, refused_at_create), todo })
        }
    }
}

/// Undelivered, withdrawn and HTTP-refused messages are free; a failed one costs the fee unless its code is exempt.
fn charge(status: Status, code: Option<i32>, refused_at_create: bool) -> Charge {
    let exempt = code.is_some_and(|code| codes::FEE_EXEMPT.contains(&code));
    if refused_at_create || status != Status::Failed || exempt { Charge::No } else { Charge::ProcessingFee }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_well_or_on_its_way_needs_no_words() {
        for status in [Status::Queued, Status::Sending, Status::Sent, Status::Delivered, Status::Read] {
            assert_eq!(outcome(status, None, false), None);
        }
        assert_eq!(
            outcome(Status::Read, Some(63_003), false),
            None,
            "an old code does not outlive the delivery"
        );
    }

    #[test]
    fn a_lost_answer_is_told_as_such_whatever_its_code_and_is_not_to_be_resent() {
        let said = outcome(Status::Verifying, Some(20_500), false).unwrap();
        assert_eq!(said, VERIFYING);
        assert!(said.todo.starts_with("No lo envíe de nuevo"));
    }

    #[test]
    fn a_busy_provider_is_told_as_waiting() {
        assert_eq!(outcome(Status::Queued, Some(20_429), false), Some(WAITING_TURN));
    }

    #[test]
    fn a_refused_request_is_free_and_a_later_failure_costs_the_fee_unless_exempt() {
        let charged = |status, code, refused| outcome(status, code, refused).unwrap().charged;
        assert_eq!(charged(Status::Failed, Some(21_211), true), Charge::No);
        assert_eq!(charged(Status::Failed, None, true), Charge::No);
        assert_eq!(charged(Status::Failed, Some(63_016), false), Charge::ProcessingFee);
        assert_eq!(charged(Status::Failed, None, false), Charge::ProcessingFee);
        assert_eq!(charged(Status::Failed, Some(63_024), false), Charge::No);
        assert_eq!(charged(Status::Undelivered, Some(63_016), false), Charge::No);
        assert_eq!(charged(Status::Canceled, None, false), Charge::No);
        assert_eq!(Charge::ProcessingFee.fee().to_string(), "0.001");
    }

    /// The fact sheet's §8, in its order.
    const EXEMPT: &str = "12400, 20500, 20504, 21408, 30002, 30008, 30036, 30103, 30450, 30454, 30500, 63010, 63012, \
                          63013, 63018, 63021, 63024, 63032, 63038, 90010";

    #[test]
    fn exactly_the_listed_codes_excuse_a_late_failure_from_the_fee() {
        let exempt: Vec<i32> = EXEMPT.split(", ").map(|code| code.parse().unwrap()).collect();
        assert_eq!(exempt.len(), 20);
        for code in (10_000..100_000).map(Some).chain([None, Some(0), Some(-1)]) {
            let fee = outcome(Status::Failed, code, false).unwrap().charged.fee();
            let expected = if code.is_some_and(|code| exempt.contains(&code)) { "0" } else { "0.001" };
            assert_eq!(fee.to_string(), expected, "{code:?}");
        }
    }

    #[test]
    fn undelivered_canceled_and_refused_ones_are_free_whatever_the_code() {
        for code in [None, Some(63_003), Some(63_016), Some(63_024), Some(63_049), Some(30_003), Some(20_003)]
        {
            for (status, refused) in
                [(Status::Undelivered, false), (Status::Canceled, false), (Status::Failed, true)]
            {
                let charged = outcome(status, code, refused).unwrap().charged;
                assert_eq!((charged, charged.fee()), (Charge::No, Decimal::ZERO), "{status:?} {code:?}");
            }
        }
    }

    #[test]
    fn the_fee_that_is_named_in_words_is_the_fee_that_is_charged() {
        let fee = Charge::ProcessingFee;
        assert!(fee.sentence().contains(&format!("US$ {}", fee.fee())));
        for other in [Charge::No, Charge::Yes, Charge::IfSent] {
            assert!(other.fee().is_zero() && !other.sentence().contains("US$"));
        }
    }

    #[test]
    fn an_unknown_code_and_no_code_get_true_general_words() {
        let unknown = outcome(Status::Failed, Some(63_999), false).unwrap();
        assert!(unknown.todo.contains("código"));
        let none = outcome(Status::Failed, None, false).unwrap();
        assert!(!none.todo.contains("código"), "there is none to quote");
        assert_ne!(
            outcome(Status::Canceled, None, false).unwrap().what,
            none.what,
            "withdrawn is not failed"
        );
    }

    #[test]
    fn a_reason_of_ours_is_read_back_from_its_name_and_is_free() {
        for reason in OwnReason::ALL {
            assert_eq!(reason.to_string().parse(), Ok(reason));
            assert_eq!(reason.outcome().charged, Charge::No);
        }
        assert!("lost".parse::<OwnReason>().is_err());
    }
}
