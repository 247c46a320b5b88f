//! `okla twilio-sim`: the Twilio simulator as a process of its own.

use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::simulator::{self, ApiKey, Options, SimulatorError};

/// The account it plays comes from the same environment as the application's.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Dónde escucha
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4010")]
    listen: String,
    /// Dónde guarda su verdad
    #[arg(long, value_name = "FILE", default_value = ".data/sim.jsonl")]
    state: PathBuf,
    #[arg(
        long,
        value_name = "URL",
        env = "OKLA_SIM_INBOUND_URL",
        hide_env_values = true,
        help = "A dónde avisa de los mensajes que llegan [por defecto: $PUBLIC_URL/webhooks/twilio/inbound]"
    )]
    inbound_url: Option<String>,
    #[arg(long, env = "PUBLIC_URL", default_value = "http://127.0.0.1:3000", hide = true)]
    public_url: String,
    /// AC y 32 cifras hexadecimales
    #[arg(long, value_name = "SID", env = "TWILIO_ACCOUNT_SID", hide_env_values = true)]
    account_sid: String,
    /// Autentica las llamadas y firma los avisos; de una lista con comas, el primero
    #[arg(long, value_name = "TOKEN", env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: String,
    /// Otra forma de autenticar las llamadas
    #[arg(long, value_name = "SID", env = "TWILIO_API_KEY_SID", hide_env_values = true)]
    api_key_sid: Option<String>,
    #[arg(long, value_name = "SECRET", env = "TWILIO_API_KEY_SECRET", hide_env_values = true)]
    api_key_secret: Option<String>,
    /// El número que envía, E.164
    #[arg(long, value_name = "NUMBER", env = "TWILIO_WHATSAPP_NUMBER", hide_env_values = true)]
    whatsapp_number: String,
}

impl Args {
    fn into_options(self) -> Options {
        let inbound_url = self
            .inbound_url
            .filter(|url| !url.is_empty())
            .unwrap_or_else(|| format!("{}/webhooks/twilio/inbound", self.public_url.trim_end_matches('/')));
        let first_token = self.auth_token.split(',').next().unwrap_or_default().trim();
        let api_key = match (self.api_key_sid, self.api_key_secret) {
            (Some(sid), Some(secret)) if !sid.is_empty() => Some(ApiKey { sid, secret }),
            _ => None,
        };
        Options {
            auth_token: first_token.to_owned(),
            account_sid: self.account_sid,
            api_key,
            whatsapp_number: self.whatsapp_number,
            inbound_url,
            state_file: self.state,
        }
    }
}

/// Runs the simulator until `shutdown`.
///
/// # Errors
/// When the address is taken, or its state file cannot be used.
pub async fn run(args: Args, shutdown: CancellationToken) -> Result<(), SimulatorError> {
    let listener = TcpListener::bind(&args.listen).await?;
    tracing::info!(address = %listener.local_addr()?, "the Twilio simulator listens");
    simulator::serve(listener, args.into_options(), shutdown).await
}
