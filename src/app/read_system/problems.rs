//! What is wrong with the system, each with its way out.

use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;

use super::{SenderRow, System};
use crate::domain::{
    sender::{MessagingLimit, Quality, is_online},
    template::Approval,
    time::lapse,
};

/// Something that an admin should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Messages do not leave, or what happens to them is not heard; else it can wait.
    pub is_grave: bool,
    pub what: String,
    pub remedy: &'static str,
}

/// What is due waits longer only if something stands in its way.
const LATE: Duration = Duration::from_mins(1);
/// Clocks that are kept by the network's time differ by less.
const APART: TimeDelta = TimeDelta::seconds(5);
/// One or two unknown outcomes are a day like any other.
const MANY_VERIFYING: i64 = 10;

/// All of them, the grave ones first.
pub fn problems(system: &System) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut add = |is_grave, what: String, remedy| found.push(Problem { is_grave, what, remedy });
    if let Some(hold) = system.line.hold {
        let code = hold.code.map(|code| format!(" (código {code})")).unwrap_or_default();
        add(true, format!("El circuito está abierto: Twilio rechaza la cuenta{code}."), of_hold(hold.code));
    }
    if system.delivering() == 0 {
        let remedy =
            "Arranque «okla serve» sin --no-workers en al menos una máquina, o reinicie el que se atascó.";
        add(true, "Nadie reparte: los mensajes se aceptan y esperan.".to_owned(), remedy);
    }
    of_sender(system.sender.as_ref(), &mut add);
    for row in &system.templates {
        if let approval @ (Approval::Rejected | Approval::Paused | Approval::Disabled) =
            Approval::parse(&row.status)
        {
            let what = format!("La plantilla «{}» está {}.", row.name, approval.label().to_lowercase());
            add(false, what, TEMPLATE);
        }
    }
    // What was taken a moment ago may still be told of; what is known to have arrived was not told, but asked for.
    let [.., delivered] = system.stages;
    if system.callbacks.count == 0 && (system.silent > 0 || delivered.is_some()) {
        let remedy = "Pruebe la dirección de avisos más abajo. Mientras tanto OKLA le pregunta a Twilio por cada mensaje.";
        add(true, "Salen mensajes y no llega ningún aviso de Twilio.".to_owned(), remedy);
    }
    if system.overdue > LATE && system.line.hold.is_none() && system.delivering() > 0 {
        let what = format!("Lo primero de la cola espera desde hace {}.", lapse_of(system.overdue));
        add(false, what, if system.pauses > 0 { PAUSED } else { SLOW });
    }
    if system.queue.abandoned > 0 {
        let what = format!("Envíos a medias en un servidor que murió: {}.", system.queue.abandoned);
        add(false, what, "Nada que hacer: otro repartidor los busca en Twilio antes de repetir nada.");
    }
    if system.verifying >= MANY_VERIFYING {
        let what = format!("Envíos de los que no se sabe si salieron: {}.", system.verifying);
        add(false, what, "Mire status.twilio.com y la red del servidor; se buscan en Twilio por sí solos.");
    }
    if system.refused_lately() {
        let count = system.refused_signatures();
        let what =
            format!("En la última hora se rechazaron avisos mal firmados ({count} desde el arranque).");
        add(false, what, SIGNATURES);
    }
    if system.clock_apart.abs() > APART {
        let what = format!(
            "El reloj del servidor y el de la base de datos difieren en {}.",
            lapse(system.clock_apart.abs())
        );
        add(
            false,
            what,
            "Ponga en hora las máquinas (chrony o systemd-timesyncd): de la hora dependen los límites por ventana.",
        );
    }
    let silent = system.servers.iter().filter(|server| !system.is_alive(server)).count();
    if silent > 0 {
        let what = format!("Servidores que callaron sin despedirse en un día: {silent}.");
        add(false, what, "Si los detuvo usted, no hay nada que hacer; si no, mire su registro y su máquina.");
    }
    let versions: BTreeSet<&str> = system.alive().map(|server| server.version.as_str()).collect();
    if versions.len() > 1 {
        let what =
            format!("Corren versiones distintas: {}.", versions.into_iter().collect::<Vec<_>>().join(", "));
        add(false, what, "Termine el despliegue: ponga la misma en todos los servidores.");
    }
    found.sort_by_key(|problem| !problem.is_grave);
    found
}

const TEMPLATE: &str = "Lo que ella dice no sale fuera de las 24 horas: vea el motivo más abajo y, si hace falta, corrija su texto con otro nombre y corra «okla templates submit».";
const PAUSED: &str = "Hay envíos en pausa: reanúdelos en «Límites» cuando quiera que salgan.";
const SLOW: &str =
    "Mire si el ritmo está usado por completo; si no, si los repartidores y la base de datos responden.";
const SIGNATURES: &str = "Si son de Twilio: TWILIO_AUTH_TOKEN o PUBLIC_URL no son los de la cuenta, o el proxy cambia la petición; pruebe la dirección más abajo. Si no, alguien tantea la puerta, y la puerta aguanta.";

fn of_hold(code: Option<i32>) -> &'static str {
    match code {
        Some(20_003) => {
            "TWILIO_AUTH_TOKEN o la clave de API ya no valen: póngalos de nuevo y reinicie. Nada se pierde."
        }
        Some(20_005) => {
            "La cuenta de Twilio está suspendida: revise su saldo en la consola de Twilio. Nada se pierde."
        }
        _ => {
            "Revise la cuenta y sus permisos en la consola de Twilio; en cuanto responda, la cola sigue sola."
        }
    }
}

fn of_sender(sender: Option<&SenderRow>, add: &mut impl FnMut(bool, String, &'static str)) {
    let Some(sender) = sender else { return };
    if sender.failed_at.is_some() {
        let remedy = "Lo de abajo puede ser viejo; se pregunta de nuevo cada 5 minutos.";
        add(false, "Twilio no contesta cómo está el número.".to_owned(), remedy);
    }
    match &sender.status {
        None if sender.told_at.is_some() => {
            let remedy = "Regístrelo en la consola de Twilio (Messaging, WhatsApp senders) o corrija TWILIO_WHATSAPP_NUMBER.";
            add(true, "La cuenta no tiene el número como remitente de WhatsApp.".to_owned(), remedy);
        }
        Some(status) if !is_online(status) => {
            let remedy = "Vea en la consola de Twilio por qué (Messaging, WhatsApp senders): hasta entonces no sale nada.";
            add(true, format!("El número no está en línea: «{status}»."), remedy);
        }
        _ => {}
    }
    match sender.quality.as_deref().and_then(Quality::parse) {
        Some(Quality::Low) => {
            let remedy = "La gente bloquea o denuncia lo que recibe: pause las ofertas y escriba solo a quien lo pidió, o Meta bajará el límite.";
            add(false, "La calidad del número es baja.".to_owned(), remedy);
        }
        Some(Quality::Medium) => {
            let remedy = "Vigile qué tipo de mensaje molesta antes de que baje más.";
            add(false, "La calidad del número es media.".to_owned(), remedy);
        }
        _ => {}
    }
    if let Some(words) = sender.messaging_limit.as_deref()
        && MessagingLimit::parse(words).is_none()
    {
        let remedy =
            "OKLA no entiende esas palabras: ponga usted el límite «Personas nuevas que permite Meta».";
        add(false, format!("Twilio dice el límite de Meta así: «{words}»."), remedy);
    }
}

fn lapse_of(duration: Duration) -> String {
    lapse(TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX))
}
