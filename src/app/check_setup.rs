//! What must be right before the first real day, looked at one by one, each with its way out.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{
    beat::SILENT_AFTER,
    callback_test::Trip,
    clock::Clock,
    gateway::{Gateway, GatewayError},
    templates::Standing,
};
use crate::{
    domain::{
        sender::{Quality, is_online},
        template::Approval,
    },
    store,
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: &'static str,
    /// What was found.
    pub said: String,
    /// What to do about it; `None`: it is right.
    pub remedy: Option<String>,
}

impl Finding {
    pub fn right(name: &'static str, said: impl Into<String>) -> Self {
        Self { name, said: said.into(), remedy: None }
    }

    pub fn wrong(name: &'static str, said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, said: said.into(), remedy: Some(remedy.into()) }
    }
}

/// Twilio's tokens and our leases live for minutes; half of one apart is a clock that nobody sets.
const MOST_APART: TimeDelta = TimeDelta::seconds(30);
/// The database's clock rules limits and paces: `okla serve` refuses to start with more.
const MOST_APART_INSIDE: TimeDelta = TimeDelta::seconds(5);

/// The database: its tables, its clock, and who delivers.
pub async fn check_database(conn: &mut PgConnection, clock: &dyn Clock) -> Vec<Finding> {
    let name = "Base de datos";
    let looked = async {
        let pending = store::migrations::pending(conn).await?;
        let there = store::connection::get_time(conn).await?;
        let servers = if pending.is_empty() { store::servers::list_servers(conn).await? } else { Vec::new() };
        Ok::<_, sqlx::Error>((pending, there, servers))
    };
    let now = clock.now();
    let (pending, there, servers) = match looked.await {
        Ok(looked) => looked,
        Err(error) => {
            let remedy = "Revise DATABASE_URL y los permisos de su usuario.";
            return vec![Finding::wrong(name, format!("No responde: {error}"), remedy)];
        }
    };
    let tables = if pending.is_empty() {
        Finding::right(name, "Responde, y sus tablas están al día.")
    } else {
        Finding::wrong(name, format!("Le falta {}.", pending.join(", ")), "Corra «okla migrate».")
    };
    let clock = apart("Reloj de la base de datos", now, there, MOST_APART_INSIDE);
    let alive = servers.iter().filter(|server| now - server.beat_at < SILENT_AFTER);
    let delivering = alive.filter(|server| server.has_workers && server.workers_alive).count();
    let workers = if delivering > 0 {
        Finding::right("Repartidores", format!("Servidores que reparten: {delivering}."))
    } else {
        let remedy = "Arranque «okla serve» (sin --no-workers); si acaba de hacerlo, espere unos segundos.";
        Finding::wrong("Repartidores", "Ningún servidor reparte.", remedy)
    };
    vec![tables, clock, workers]
}

/// Twilio's side: credentials, clock, our number, templates.
pub async fn check_provider(gateway: &dyn Gateway, number: &str, clock: &dyn Clock) -> Vec<Finding> {
    let time = match gateway.time().await {
        Ok(there) => apart("Reloj", clock.now(), there, MOST_APART),
        Err(error) => unreachable("Reloj", &error),
    };
    let credentials = match gateway.probe().await {
        Ok(()) => Finding::right("Credenciales", "Twilio las acepta y la cuenta está activa."),
        Err(error) => of_credentials(&error),
    };
    vec![time, credentials, sender(gateway, number).await, templates(gateway).await]
}

/// Whether Twilio's callbacks find us.
pub fn of_trip(trip: &Trip) -> Finding {
    let name = "Avisos de Twilio";
    match trip.remedy() {
        None => Finding::right(name, trip.said()),
        Some(remedy) => Finding::wrong(name, trip.said(), remedy),
    }
}

fn apart(name: &'static str, here: DateTime<Utc>, there: DateTime<Utc>, most: TimeDelta) -> Finding {
    let apart = (here - there).abs();
    let seconds = apart.num_seconds();
    if apart <= most {
        Finding::right(name, format!("En hora (a {seconds} s)."))
    } else {
        let remedy =
            "Ponga en hora las máquinas (NTP): límites, plazos y segundos factores dependen de ello.";
        Finding::wrong(name, format!("Difiere en {seconds} s."), remedy)
    }
}

fn of_credentials(error: &GatewayError) -> Finding {
    let name = "Credenciales";
    match error {
        GatewayError::Refused { code: Some(20_005), .. } => {
            let remedy = "Reactívela en la consola de Twilio (saldo, verificación).";
            Finding::wrong(name, "La cuenta no está activa.", remedy)
        }
        GatewayError::Refused { http_status, .. } => {
            let remedy = "Copie de la consola de Twilio TWILIO_ACCOUNT_SID y TWILIO_AUTH_TOKEN, o una clave de API nueva.";
            Finding::wrong(name, format!("Twilio las rechaza (HTTP {http_status})."), remedy)
        }
        _ => unreachable(name, error),
    }
}

async fn sender(gateway: &dyn Gateway, number: &str) -> Finding {
    let name = "Número de WhatsApp";
    let told = match gateway.sender(number).await {
        Ok(told) => told,
        Err(error) => return unreachable(name, &error),
    };
    let Some(sender) = told else {
        let remedy = "Regístrelo en la consola de Twilio (Messaging, WhatsApp senders) o corrija TWILIO_WHATSAPP_NUMBER.";
        return Finding::wrong(name, "La cuenta no lo tiene como remitente de WhatsApp.", remedy);
    };
    if !is_online(&sender.status) {
        let remedy = "Vea en la consola de Twilio qué le falta (Messaging, WhatsApp senders).";
        return Finding::wrong(name, format!("No está en línea: «{}».", sender.status), remedy);
    }
    let quality = sender.quality.as_deref().and_then(Quality::parse);
    let limit = sender.messaging_limit.unwrap_or_else(|| "Twilio no dice el límite de Meta".to_owned());
    let rated = quality.map_or("sin calificar", Quality::label).to_lowercase();
    let said = format!("En línea; calidad {rated}; {limit}.");
    if quality == Some(Quality::Low) {
        let remedy =
            "Escriba solo a quien lo pidió: con calidad baja Meta reduce el límite o detiene el número.";
        return Finding::wrong(name, said, remedy);
    }
    Finding::right(name, said)
}

async fn templates(gateway: &dyn Gateway) -> Finding {
    let name = "Plantillas";
    let told = match gateway.templates().await {
        Ok(told) => told,
        Err(error) => return unreachable(name, &error),
    };
    let all = Standing::of_all(&told);
    let lacking: Vec<String> = all
        .iter()
        .filter(|one| one.approval() != Some(Approval::Approved))
        .map(|one| format!("{} ({})", one.definition.name, one.label().to_lowercase()))
        .collect();
    if lacking.is_empty() {
        return Finding::right(name, format!("Las {} de OKLA están aprobadas por Meta.", all.len()));
    }
    let remedy =
        "Corra «okla templates submit» y espere a Meta: lo que ellas dicen no sale fuera de las 24 horas.";
    Finding::wrong(name, format!("Faltan {}: {}.", lacking.len(), lacking.join(", ")), remedy)
}

fn unreachable(name: &'static str, error: &GatewayError) -> Finding {
    let remedy = "Revise la salida a internet del servidor y las direcciones TWILIO_…_BASE_URL; si están bien, las credenciales y status.twilio.com.";
    Finding::wrong(name, format!("No se pudo preguntar a Twilio ({error})."), remedy)
}
