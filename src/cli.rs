//! The binary's subcommands. Each body is a file of its own; what they share is here.

use std::sync::Arc;

use clap::{Parser, Subcommand};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{clock::SystemClock, error::AppError, state::Tools},
    config, store,
};

mod audit;
mod check;
mod costs;
mod dealer;
mod demo;
mod figures;
mod limits;
mod migrate;
mod restored;
mod serve;
mod templates;
mod token;
mod twilio_sim;
mod user;
mod vehicles;

/// How a subcommand ends when it fails: one sentence for the operator.
pub type CliResult = Result<(), Box<dyn std::error::Error>>;

/// OKLA Contacto: compradores y concesionarios se escriben por WhatsApp.
#[derive(Parser)]
#[command(name = "okla", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sirve la web, y con ella los repartidores de mensajes
    Serve(serve::Args),
    /// Aplica migrations/ y dice qué aplicó
    Migrate,
    /// Tras restaurar una copia: nada de lo que cree pendiente sale otra vez a ciegas
    Restored,
    /// Comprueba lo que debe estar bien antes del primer día, y dice cómo arreglar lo que no
    Check,
    /// Usuarios
    #[command(subcommand)]
    User(user::Command),
    /// Concesionarios
    #[command(subcommand)]
    Dealer(dealer::Command),
    /// Tokens de la API
    #[command(subcommand)]
    Token(token::Command),
    /// Límites de envío
    #[command(subcommand)]
    Limits(limits::Command),
    /// Lo que cobramos en un mes contra lo que Twilio confirma
    Costs(costs::Args),
    /// Lo que los administradores cambiaron
    #[command(subcommand)]
    Audit(audit::Command),
    /// Las plantillas de WhatsApp que aprueba Meta
    #[command(subcommand)]
    Templates(templates::Command),
    /// Las cifras de los paneles
    #[command(subcommand)]
    Figures(figures::Command),
    /// Un Twilio de mentira, que habla como el de verdad y falla cuando se le pide
    TwilioSim(twilio_sim::Args),
    /// Datos de prueba
    #[command(subcommand)]
    Demo(demo::Command),
    /// Vehículos
    #[command(subcommand)]
    Vehicles(vehicles::Command),
}

impl Cli {
    /// Runs the chosen subcommand to its end.
    ///
    /// # Errors
    /// Whatever stopped it, as one sentence.
    pub async fn run(self) -> CliResult {
        match self.command {
            Command::Serve(args) => serve::run(args).await,
            Command::Migrate => migrate::run().await,
            Command::Restored => restored::run().await,
            Command::Check => check::run().await,
            Command::User(command) => user::run(command).await,
            Command::Token(command) => token::run(command).await,
            Command::Audit(command) => audit::run(command).await,
            Command::Templates(command) => templates::run(command).await,
            Command::Figures(command) => figures::run(command).await,
            Command::Limits(command) => limits::run(command).await,
            Command::Costs(args) => costs::run(args).await,
            Command::TwilioSim(args) => Ok(twilio_sim::run(args, stop_signal()).await?),
            Command::Demo(command) => demo::run(command).await,
            Command::Dealer(command) => dealer::run(command).await,
            Command::Vehicles(command) => vehicles::run(command).await,
        }
    }
}

/// How a connection to an address is set up.
type Options = fn(&str) -> sqlx::Result<PgConnectOptions>;

/// Connects to `DATABASE_URL`, or says in one sentence why not.
async fn connect(connections: u32, options: Options) -> Result<PgPool, Box<dyn std::error::Error>> {
    let url = config::database_url()?;
    let explain = |error| format!("DATABASE_URL: no se pudo conectar con PostgreSQL ({error})");
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(std::time::Duration::from_secs(5))
        .connect_with(options(url.expose()).map_err(explain)?)
        .await
        .map_err(|error| explain(error).into())
}

/// One connection for a subcommand, which may take its time.
async fn connect_alone() -> Result<PgPool, Box<dyn std::error::Error>> {
    connect(1, store::connection::options).await
}

/// Cancelled by the first SIGTERM or Ctrl-C.
fn stop_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    tokio::spawn(async move {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
                tracing::info!("stopping: finishing what is under way");
                cancel.cancel();
            }
            Err(error) => tracing::error!(%error, "cannot listen for signals"),
        }
    });
    stop
}

/// What the command line's use cases need.
async fn tools() -> Result<Tools, Box<dyn std::error::Error>> {
    Ok(Tools { pool: connect_alone().await?, clock: Arc::new(SystemClock) })
}

/// What a use case refused, in the words it has for people; a fault says what broke.
fn sentence(error: AppError) -> Box<dyn std::error::Error> {
    match error {
        AppError::Invalid(fields) => {
            let sentences: Vec<String> = fields.into_iter().map(|field| field.message).collect();
            sentences.join(" ").into()
        }
        other => other.into(),
    }
}
