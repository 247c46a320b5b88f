//! `okla vehicles import`: a dealer's real inventory.

use std::path::PathBuf;

use super::{CliResult, sentence};
use crate::app::{
    clock::{Clock, SystemClock},
    import_vehicles::{ImportReport, import_vehicles},
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Carga el inventario de un concesionario desde un CSV
    ///
    /// La primera línea lleva los nombres de las columnas, en cualquier orden:
    ///
    ///   referencia,marca,modelo,version,año,tipo,color,kilometraje,transmisión,combustible,precio,moneda,ubicación,descripción,vence
    ///
    /// `version`, `ubicación`, `descripción` y `vence` pueden faltar, y `moneda` (DOP o USD) si el precio dice RD$ o US$.
    /// Las líneas buenas se cargan y cada línea mala se explica; importar otra vez el mismo archivo no cambia nada.
    /// Los valores de cada columna y un ejemplo: docs/importar-vehiculos.md.
    #[command(verbatim_doc_comment)]
    Import(Import),
}

#[derive(clap::Args)]
pub struct Import {
    /// El archivo CSV
    file: PathBuf,
    /// Nombre corto del concesionario, como auto-feria
    #[arg(long, value_name = "SLUG")]
    dealer: String,
}

pub async fn run(command: Command) -> CliResult {
    let Command::Import(Import { file, dealer }) = command;
    let content =
        std::fs::read(&file).map_err(|error| format!("{}: no se pudo leer ({error})", file.display()))?;
    let pool = super::connect_alone().await?;
    let report = import_vehicles(&pool, &dealer, &content, SystemClock.now()).await.map_err(sentence)?;
    print(&report);
    if report.problems.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<u64> = report.problems.iter().map(|problem| problem.line).collect();
    lines.dedup();
    let what = match lines.len() {
        1 => "una línea no se cargó".to_owned(),
        several => format!("{several} líneas no se cargaron"),
    };
    Err(format!("{what}: corrija el archivo e impórtelo otra vez").into())
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
fn print(report: &ImportReport) {
    for column in &report.ignored_columns {
        println!("columna «{column}»: no la conocemos y se ignora");
    }
    for problem in &report.problems {
        match problem.field {
            Some(field) => println!("línea {}, {field}: {}", problem.line, problem.sentence),
            None => println!("línea {}: {}", problem.line, problem.sentence),
        }
    }
    let done = report.upserted;
    println!(
        "Vehículos: {} nuevos, {} actualizados, {} sin cambios.",
        done.inserted, done.updated, done.unchanged
    );
}
