//! `okla demo seed`: something to try out, or a history to measure.

use indicatif::{ProgressBar, ProgressStyle};

use super::{CliResult, sentence, tools};
use crate::{
    app::{
        seed_demo::seed_demo,
        seed_load::{Load, seed_load},
    },
    config,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Carga concesionarios, vehículos y cuentas de prueba; repetirlo no duplica nada
    Seed(History),
}

/// Con una de las tres primeras opciones carga además un historial inventado, que termina ayer
#[derive(clap::Args)]
pub struct History {
    /// Cuántos concesionarios en total [por defecto: 6]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2_000))]
    dealers: Option<u16>,
    /// Cuántos mensajes [por defecto: 0]
    #[arg(long, value_name = "N")]
    messages: Option<u32>,
    /// De cuántos días [por defecto: 365]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3_650))]
    days: Option<u16>,
    /// La misma semilla da el mismo historial
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

impl History {
    fn load(&self) -> Option<Load> {
        let asked = self.dealers.is_some() || self.messages.is_some() || self.days.is_some();
        asked.then(|| Load {
            dealers: self.dealers.unwrap_or(6),
            messages: self.messages.unwrap_or(0),
            days: self.days.unwrap_or(365),
            seed: self.seed,
        })
    }
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Seed(history) = command;
    if !config::is_demo() {
        return Err("OKLA_DEMO: los datos de prueba son solo para el modo de prueba; póngala en 1.".into());
    }
    let tools = tools().await?;
    let password = config::demo_password();
    seed_demo(&tools, password.expose()).await.map_err(sentence)?;
    println!("Datos de prueba listos: 6 concesionarios, 40 vehículos, 3 cuentas.");
    let Some(load) = history.load() else { return Ok(()) };
    let bar = ProgressBar::new(load.messages.into()).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos} de {human_len} mensajes · faltan {eta}",
    )?);
    seed_load(&tools, load, password.expose(), |more| bar.inc(more)).await.map_err(sentence)?;
    bar.finish_and_clear();
    println!(
        "Historial listo: {} mensajes en {} días, {} concesionarios.",
        load.messages, load.days, load.dealers
    );
    Ok(())
}
