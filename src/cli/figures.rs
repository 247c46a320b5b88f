//! `okla figures check`: do the panels' figures equal what the messages come to?

use super::{CliResult, sentence, tools};
use crate::app::figures::check_figures;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Cuenta todo el historial y lo compara con las cifras
    Check,
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Check = command;
    let drifts = check_figures(&tools().await?.pool).await.map_err(sentence)?;
    for drift in &drifts {
        println!("{}  {}", drift.day, drift.dealer.as_deref().unwrap_or("(sin concesionario)"));
    }
    if drifts.is_empty() {
        println!("Todas las cifras son exactas.");
        return Ok(());
    }
    Err(format!("las cifras no coinciden con el historial en {} días de concesionarios", drifts.len()).into())
}
