//! The binary: subcommands and their ends.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use okla::cli::twilio_sim;
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
#[command(name = "okla", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The Twilio simulator
    TwilioSim(twilio_sim::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    let Command::TwilioSim(args) = Cli::parse().command;
    match twilio_sim::run(args, shutdown).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
