//! Whether Twilio's callbacks find us: one of our own, signed as Twilio signs, sent to the address the world sees.

use std::time::Duration;

use futures::future::BoxFuture;

use super::{
    actor::Actor,
    error::Result,
    state::{App, Ports},
};
use crate::{metrics, store};

/// The form field by which our webhook knows the test, once its signature is verified: Twilio never sends it, and nothing
/// of it is stored.
pub const MARK: &str = "OklaSelfTest";

/// A signed call to our own webhook, over real HTTP.
pub trait CallbackTest: Send + Sync + 'static {
    fn call(&self) -> BoxFuture<'_, Trip>;
}

/// How the call went, each hop timed as far as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trip {
    /// Where it went.
    pub url: String,
    /// Until the name had an address.
    pub name: Option<Duration>,
    /// Until a connection stood, TLS not included.
    pub connection: Option<Duration>,
    /// From nothing to the answer: name, connection, TLS and work.
    pub whole: Option<Duration>,
    /// Our own work on it, as the answer tells.
    pub handler: Option<Duration>,
    pub end: End,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// By our own handler: 204, with its time.
    Taken,
    /// By somebody, with this HTTP status; a redirect's target.
    Answered(u16, Option<String>),
    /// The name has no address.
    #[default]
    NoName,
    NoConnection,
    /// The connection stood and no answer came: TLS, or time ran out.
    NoAnswer,
}

impl Trip {
    pub fn is_good(&self) -> bool {
        self.end == End::Taken
    }

    /// What happened, in words.
    pub fn said(&self) -> String {
        let url = &self.url;
        match &self.end {
            End::Taken => format!("{url} respondió 204 y la firma vale."),
            End::Answered(403, _) => format!("{url} respondió 403: la firma no vale."),
            End::Answered(status, Some(target)) => format!("{url} respondió {status} y manda a {target}."),
            End::Answered(204, None) => format!("{url} respondió 204, pero no es este OKLA."),
            End::Answered(status, None) => format!("{url} respondió {status}."),
            End::NoName => format!("El nombre de {url} no tiene dirección."),
            End::NoConnection => format!("No se pudo conectar con {url}."),
            End::NoAnswer => format!("{url} aceptó la conexión y no respondió."),
        }
    }

    /// What to do about it; `None`: nothing.
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self.end {
            End::Taken => return None,
            End::Answered(403, _) => {
                "El proxy debe dejar pasar la cabecera X-Twilio-Signature, y la ruta, la consulta y el cuerpo tal como llegan; PUBLIC_URL debe ser la dirección que Twilio llama, y todos los servidores deben tener el mismo TWILIO_AUTH_TOKEN."
            }
            End::Answered(_, Some(_)) => {
                "Ponga en PUBLIC_URL la dirección final: Twilio repetiría la llamada sin su formulario y el aviso se perdería."
            }
            End::Answered(204, None) => {
                "Otro programa responde en esa dirección, o el proxy borra la cabecera Server-Timing: revise PUBLIC_URL."
            }
            End::Answered(404, _) => {
                "PUBLIC_URL lleva a otro sitio, o el proxy no pasa /webhooks/twilio/ a OKLA."
            }
            End::Answered(401, _) => {
                "El proxy pide una contraseña: deje /webhooks/twilio/ sin ella; la firma lo protege."
            }
            End::Answered(500.., _) => {
                "El proxy no alcanza a OKLA, o la base de datos no responde: mire /readyz y el registro."
            }
            End::Answered(..) => "El proxy no deja pasar un POST a /webhooks/twilio/: revise sus reglas.",
            End::NoName => "Revise PUBLIC_URL y el registro DNS de su nombre.",
            End::NoConnection => "Revise PUBLIC_URL, el cortafuegos y que el proxy esté en marcha.",
            End::NoAnswer => {
                "Revise el certificado del proxy (Twilio rechaza los vencidos y los propios) y que responda en menos de 5 s."
            }
        })
    }
}

/// An admin tries it.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn test_callbacks(app: &App, actor: &Actor) -> Result<Trip> {
    actor.admin()?;
    let trip = app.callback_test.call().await;
    metrics::callback_test(trip.is_good(), trip.whole.unwrap_or_default());
    Ok(trip)
}

/// Our own side of the test: the database answers; nothing is stored.
pub async fn answer_test(ports: &Ports) -> Result<()> {
    store::connection::get_time(&mut *ports.pool.acquire().await?).await?;
    Ok(())
}
