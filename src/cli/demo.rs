//! `okla demo seed`: something to try out.

use super::{CliResult, sentence, tools};
use crate::{app::seed_demo::seed_demo, config};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Carga concesionarios, vehículos y cuentas de prueba; repetirlo no duplica nada
    Seed,
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Seed = command;
    if !config::is_demo() {
        return Err("OKLA_DEMO: los datos de prueba son solo para el modo de prueba; póngala en 1.".into());
    }
    seed_demo(&tools().await?, config::demo_password().expose()).await.map_err(sentence)?;
    println!("Datos de prueba listos: 6 concesionarios, 40 vehículos, 3 cuentas.");
    Ok(())
}
