//! Twilio's error codes: what happened, and what the reader can do. Buyers and dealers read these, so they name no
//! parameter and blame no one. Source: Twilio's error dictionary and the fact sheet's §7.

/// What happened, what to do.
type Words = (&'static str, &'static str);

/// Too many requests at once; the request was not processed.
pub(super) const TOO_MANY_REQUESTS: i32 = 20_429;

/// Failures for which Twilio waives its processing fee.
pub(super) const FEE_EXEMPT: [i32; 20] = [
    12_400, 20_500, 20_504, 21_408, 30_002, 30_008, 30_036, 30_103, 30_450, 30_454, 30_500, 63_010, 63_012,
    63_013, 63_018, 63_021, 63_024, 63_032, 63_038, 90_010,
];

/// A code that is not in the table.
pub(super) const UNKNOWN: Words = (
    "El mensaje fue rechazado por un motivo poco común.",
    "Inténtelo más tarde. Si se repite, avise a OKLA e indique el código del error.",
);
/// Refused at once, with no code at all.
pub(super) const REFUSED: Words = ("El servicio de mensajes no aceptó el mensaje.", LATER);
/// Failed afterwards, with no code at all.
pub(super) const WITHOUT_CODE: Words =
    ("El mensaje no se pudo entregar y WhatsApp no indicó el motivo.", LATER);
pub(super) const CANCELED: Words =
    ("El mensaje se retiró antes de salir.", "Si todavía quiere enviarlo, escríbalo de nuevo.");

const LATER: &str = "Inténtelo más tarde. Si se repite, avise a OKLA.";
const SOON: &str = "Envíelo de nuevo dentro de unos minutos.";
const TOMORROW: &str = "Inténtelo de nuevo mañana.";
const TELL_OKLA: &str = "No es culpa suya: avise a OKLA para que lo corrija y use otra vía mientras tanto.";
const OTHER_WAY: &str = "Comuníquese por otra vía, por ejemplo con una llamada.";
const CHECK_NUMBER: &str = "Revise el número. Si es el de un vendedor, avise a OKLA.";
const OTHER_PICTURE: &str = "Envíe el mensaje sin imagen o con otra de menos de 5 MB.";
const OTHER_CONTENT: &str = "Cambie el texto o la imagen y envíe un mensaje nuevo.";
const TEMPLATE: &str = "La plantilla del mensaje está mal preparada.";

/// The words for a code; `None` if the table has none.
pub(super) fn meaning(code: i32) -> Option<Words> {
    Some(match code {
        // The account and its credentials.
        20_003 => ("El servicio de mensajes no reconoció las credenciales de OKLA.", LATER),
        20_005 | 30_002 => ("La cuenta de mensajes de OKLA está suspendida o sin saldo.", LATER),
        20_008 => ("OKLA usó credenciales de prueba, que no sirven para enviar.", TELL_OKLA),
        20_404 => ("El servicio de mensajes ya no tiene registro de este mensaje.", LATER),
        21_608 => ("La cuenta de OKLA está a prueba y aún no puede escribir a este número.", TELL_OKLA),
        21_408 => ("La cuenta de OKLA no tiene permiso para escribir a este número.", TELL_OKLA),
        63_038 => ("La cuenta de OKLA alcanzó su límite de mensajes de las últimas 24 horas.", TOMORROW),

        // The service itself.
        TOO_MANY_REQUESTS => ("El servicio de mensajes estaba ocupado y no tomó el mensaje.", SOON),
        20_500 | 20_503 | 20_504 => ("El servicio de mensajes tuvo una falla interna.", SOON),
        20_009 => (
            "No se puede borrar un mensaje que todavía está en camino.",
            "Espere a que termine y bórrelo después.",
        ),
        21_611 => ("Hay demasiados mensajes en espera de salir.", "Inténtelo de nuevo dentro de unas horas."),
        30_001 => ("La cola de salida se llenó.", SOON),
        30_010 => ("El mensaje superó el precio máximo permitido.", TELL_OKLA),
        30_036 => ("El mensaje no se pudo entregar a tiempo.", "Si todavía importa, envíelo de nuevo."),
        63_009 | 63_010 | 63_012 => ("WhatsApp tuvo una falla interna.", SOON),
        63_017 => ("OKLA envió demasiados mensajes al mismo tiempo.", SOON),

        // The recipient.
        21_211 => ("El número no es válido.", CHECK_NUMBER),
        21_614 => ("Este número no puede recibir mensajes.", CHECK_NUMBER),
        21_610 => {
            ("El destinatario pidió no recibir mensajes.", "Respete su decisión: no le escriba por esta vía.")
        }
        30_003 => ("El teléfono del destinatario está apagado o sin señal.", "Inténtelo más tarde o llame."),
        30_004 => ("El destinatario o su red bloqueó el mensaje.", OTHER_WAY),
        30_005 => ("El número no existe o ya no está en uso.", CHECK_NUMBER),
        30_006 => ("El número es de una línea que no recibe mensajes.", OTHER_WAY),
        30_007 => ("La red filtró el mensaje por su contenido.", OTHER_CONTENT),
        30_008 => ("La red no pudo entregar el mensaje y no indicó el motivo.", LATER),
        63_003 => ("Este número no tiene WhatsApp activo.", OTHER_WAY),
        63_024 => (
            "WhatsApp no puede entregar a este número: no tiene WhatsApp, no aceptó sus condiciones o usa una versión antigua.",
            OTHER_WAY,
        ),
        63_014 | 63_033 => ("El destinatario no acepta mensajes de este número.", OTHER_WAY),
        63_015 => (
            "El destinatario no se ha unido al número de pruebas de WhatsApp.",
            "Avise a OKLA: el número de pruebas no sirve para clientes.",
        ),
        63_031 => ("El número de destino es el mismo número de OKLA.", CHECK_NUMBER),
        63_032 => ("WhatsApp no permite por ahora escribirle a esta persona.", OTHER_WAY),
        63_036 => ("El teléfono del destinatario no está disponible.", OTHER_WAY),

        // WhatsApp's rules.
        63_016 => (
            "Pasaron más de 24 horas desde que el destinatario escribió, y WhatsApp ya no admite texto libre.",
            "Envíe una plantilla aprobada o comuníquese por otra vía.",
        ),
        63_018 => ("Se alcanzó el límite de mensajes que WhatsApp concede a OKLA.", TOMORROW),
        63_049 => (
            "WhatsApp limitó este mensaje promocional para no cansar al destinatario.",
            "No insista hoy: espere unos días o a que el destinatario escriba.",
        ),
        63_005 | 63_021 => ("WhatsApp rechazó el contenido del mensaje.", OTHER_CONTENT),
        63_013 => ("WhatsApp considera que el mensaje no cumple sus políticas.", OTHER_CONTENT),
        63_025 => (
            "WhatsApp descartó el mensaje por repetido.",
            "Revise la conversación antes de enviarlo otra vez.",
        ),
        63_026 => ("WhatsApp tomó el mensaje por correo no deseado.", OTHER_CONTENT),

        // Text, picture and template.
        21_602 | 21_619 => ("El mensaje estaba vacío.", "Escriba un texto y envíelo de nuevo."),
        21_617 => ("El mensaje pasa de 1,600 caracteres.", "Acórtelo y envíelo de nuevo."),
        21_620 => ("La dirección de la imagen no es válida.", OTHER_PICTURE),
        21_623 => ("El mensaje tiene demasiadas imágenes.", "Envíe una sola imagen por mensaje."),
        11_751 | 63_019 | 63_034 => ("No se pudo adjuntar la imagen.", OTHER_PICTURE),
        21_654..=21_656 | 21_658 | 63_027..=63_030 => (TEMPLATE, TELL_OKLA),
        63_040 => ("WhatsApp rechazó la plantilla del mensaje.", TELL_OKLA),
        63_041 => ("WhatsApp puso en pausa la plantilla del mensaje.", TELL_OKLA),
        63_042 => ("WhatsApp desactivó la plantilla del mensaje.", TELL_OKLA),

        // How OKLA is set up.
        21_603 | 21_604 => ("OKLA no indicó bien de quién o para quién era el mensaje.", TELL_OKLA),
        21_601 | 21_606 | 21_612 => ("El número de OKLA no puede escribirle a este número.", TELL_OKLA),
        21_609 => ("OKLA indicó mal dónde recibe los avisos de entrega.", TELL_OKLA),
        21_624 | 35_111 | 35_114 | 35_118 | 35_126 => {
            ("OKLA indicó mal el plazo o la hora del envío.", TELL_OKLA)
        }
        21_701..=21_705 => ("El servicio de mensajes de OKLA no tiene un número asignado.", TELL_OKLA),
        63_001 => ("WhatsApp no reconoció la conexión de OKLA.", TELL_OKLA),
        63_002 | 63_007 | 63_008 => ("El número de WhatsApp de OKLA no está listo para enviar.", TELL_OKLA),
        63_020 | 63_051 | 63_112 => ("La cuenta de OKLA en WhatsApp tiene un problema.", TELL_OKLA),
        63_039 => ("El mensaje salió por un canal que no es WhatsApp.", TELL_OKLA),
        11_200 | 11_205 | 11_237 | 57_012 => (
            "OKLA no pudo recibir los avisos de entrega de este mensaje.",
            "Avise a OKLA y no lo envíe de nuevo: es posible que haya llegado.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of the fact sheet's §7.
    const LISTED: &[i32] = &[
        20_003, 20_005, 30_002, 20_008, 20_404, 20_429, 20_500, 20_503, 20_504, 20_009, 21_211, 21_604,
        21_603, 21_602, 21_619, 21_601, 21_606, 21_612, 21_614, 21_608, 21_408, 21_609, 21_610, 21_611,
        21_617, 21_620, 21_623, 21_624, 30_036, 21_654, 21_655, 21_656, 21_658, 21_701, 21_702, 21_703,
        21_704, 21_705, 30_001, 30_003, 30_004, 30_005, 30_006, 30_007, 30_008, 30_010, 35_111, 35_114,
        35_118, 35_126, 63_001, 63_002, 63_007, 63_008, 63_003, 63_024, 63_005, 63_021, 63_009, 63_010,
        63_012, 63_013, 63_014, 63_033, 63_015, 63_016, 63_017, 63_018, 63_019, 63_034, 11_751, 63_020,
        63_051, 63_112, 63_025, 63_026, 63_027, 63_028, 63_029, 63_030, 63_031, 63_032, 63_036, 63_038,
        63_039, 63_040, 63_041, 63_042, 63_049, 11_200, 11_205, 11_237, 57_012,
    ];

    #[test]
    fn every_listed_code_has_whole_sentences_that_say_usted() {
        for &code in LISTED {
            let (what, todo) = meaning(code).unwrap_or_else(|| panic!("{code} has no words"));
            for sentence in [what, todo] {
                assert!(sentence.ends_with('.'), "{code}: {sentence}");
                assert!(sentence.starts_with(char::is_uppercase), "{code}: {sentence}");
                let lower = format!(" {} ", sentence.to_lowercase());
                for familiar in [" tu ", " tus ", " te ", " escribe ", " envía ", " revisa ", " intenta "] {
                    assert!(!lower.contains(familiar), "{code}: {sentence}");
                }
            }
        }
        assert_eq!(meaning(63_999), None);
    }
}
