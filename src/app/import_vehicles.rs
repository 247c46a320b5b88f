//! A dealer's real inventory from a CSV file: good lines are loaded, bad ones explained, and the same file twice changes
//! nothing. The file's form is described in `docs/importar-vehiculos.md`.

mod file;
mod upload;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

pub use upload::{Upload, import_upload, keep_upload, read_upload};

use super::{
    error::{AppError, FieldError, Result},
    vehicle_fields::read_vehicle,
};
use crate::{
    domain::vehicle::{
        Dealer,
        stock::{NewVehicle, Upserted},
    },
    store,
};

/// Rows in one statement: few enough to keep its arrays small, many enough that round trips do not count.
const BATCH: usize = 1_000;

/// A line that was not loaded, or a column that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// As a text editor counts, from 1; the header is 1.
    pub line: u64,
    /// The column's name; `None`: the whole line.
    pub field: Option<&'static str>,
    /// What is wrong and the way out, in Spanish.
    pub sentence: String,
}

impl Problem {
    fn at(line: u64, error: FieldError) -> Self {
        Self { line, field: Some(error.field), sentence: error.message }
    }
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    pub upserted: Upserted,
    pub problems: Vec<Problem>,
    /// Columns of the file that mean nothing to us.
    pub ignored_columns: Vec<String>,
}

/// Loads a dealer's file in one transaction.
///
/// # Errors
/// `Invalid` for an unknown dealer or a header without the needed columns: nothing is loaded.
pub async fn import_vehicles(
    pool: &PgPool,
    dealer_slug: &str,
    file: &[u8],
    now: DateTime<Utc>,
) -> Result<ImportReport> {
    let mut transaction = store::connection::begin(pool).await?;
    let dealer =
        store::dealers::get_dealer_by_slug(&mut transaction, dealer_slug).await?.ok_or_else(|| {
            AppError::invalid(
                "dealer",
                "dealer_unknown",
                format!("No hay un concesionario «{dealer_slug}». Añádalo con okla dealer add."),
            )
        })?;
    let (vehicles, problems, ignored_columns) = read_stock(&dealer, file, now)?;
    let upserted = save(&mut transaction, &dealer, &vehicles, now).await?;
    transaction.commit().await?;
    Ok(ImportReport { upserted, problems, ignored_columns })
}

/// Reads a file into vehicles with distinct references, and what could not be read.
pub(super) fn read_stock(
    dealer: &Dealer,
    file: &[u8],
    now: DateTime<Utc>,
) -> Result<(Vec<NewVehicle>, Vec<Problem>, Vec<String>)> {
    let text = file::decode(file);
    let mut table = file::Table::open(&text)?;
    let (mut vehicles, mut problems) = (Vec::new(), Vec::new());
    let mut seen = HashMap::new();
    while let Some((line, record)) = table.next_record() {
        let read =
            record.map_err(|sentence| vec![Problem { line, field: None, sentence }]).and_then(|record| {
                let read = read_vehicle(|field| table.columns.value(&record, field), dealer, now);
                read.map_err(|wrong| wrong.into_iter().map(|wrong| Problem::at(line, wrong)).collect())
            });
        match read {
            Err(found) => problems.extend(found),
            Ok(vehicle) => match seen.insert(vehicle.reference.clone(), line) {
                None => vehicles.push(vehicle),
                Some(first) => problems.push(Problem {
                    line,
                    field: Some("referencia"),
                    sentence: format!(
                        "«{}» ya está más arriba, en la línea {first}. Dele a cada vehículo su propia referencia.",
                        vehicle.reference
                    ),
                }),
            },
        }
    }
    Ok((vehicles, problems, table.ignored))
}

/// Writes a dealer's vehicles by batches.
pub(super) async fn save(
    conn: &mut PgConnection,
    dealer: &Dealer,
    vehicles: &[NewVehicle],
    now: DateTime<Utc>,
) -> Result<Upserted> {
    let mut total = Upserted::default();
    for batch in vehicles.chunks(BATCH) {
        let done = store::vehicles::upsert_vehicles(conn, dealer.id, batch, now).await?;
        total.inserted += done.inserted;
        total.updated += done.updated;
        total.unchanged += done.unchanged;
    }
    Ok(total)
}
