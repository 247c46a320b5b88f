use std::process::ExitCode;

use clap::Parser;
use okla::{cli::Cli, telemetry};

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the one sentence that says why the program ended")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start();
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("okla: {error}");
            ExitCode::FAILURE
        }
    }
}
