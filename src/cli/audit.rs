//! `okla audit verify`: is every recorded change as it was written?

use super::{CliResult, sentence, tools};
use crate::app::audit::verify_audit;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Sigue la cadena de la auditoría de principio a fin
    Verify,
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Verify = command;
    let verified = verify_audit(&tools().await?.pool).await.map_err(sentence)?;
    if let Some(id) = verified.broken_at {
        return Err(format!("la auditoría se rompe en el registro {id}: fue cambiado, falta o sobra").into());
    }
    println!("Verificado: {} registros. Último sello: {}", verified.entries, hex(&verified.end));
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
