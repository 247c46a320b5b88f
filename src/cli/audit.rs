//! `okla audit verify`: is every recorded change as it was written?

use super::{CliResult, sentence, tools};
use crate::{app::audit::verify_audit, domain::audit::Seal};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Sigue la cadena de la auditoría de principio a fin
    Verify {
        /// Un sello anotado antes: dice si sigue en la cadena
        #[arg(long, value_name = "SELLO", value_parser = seal)]
        seal: Option<Seal>,
    },
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Verify { seal: noted } = command;
    let verified = verify_audit(&tools().await?.pool, noted).await.map_err(sentence)?;
    if let Some(id) = verified.broken_at {
        return Err(format!("la auditoría se rompe en el registro {id}: fue cambiado, falta o sobra").into());
    }
    match (noted, verified.noted_at) {
        (Some(_), None) => {
            return Err("la cadena está entera, pero ese sello no está en ella: la escribieron de nuevo o le quitaron el final".into());
        }
        (Some(_), Some(id)) => println!("El sello anotado es el del registro {id}."),
        (None, _) => {}
    }
    println!("Verificado: {} registros. Último sello: {}", verified.entries, verified.end_in_hex());
    Ok(())
}

fn seal(text: &str) -> Result<Seal, String> {
    let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digit).collect();
    let seal = bytes.and_then(|bytes| Seal::try_from(bytes).ok());
    seal.ok_or_else(|| "un sello son 64 cifras hexadecimales, como las que dice esta misma orden".to_owned())
}
