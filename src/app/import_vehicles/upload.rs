//! A file from the browser: kept, looked at, and loaded once the dealer says so.

use tokio::sync::SemaphorePermit;

use super::{Problem, read_stock, save};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        read_panel::dealer_of,
        state::App,
        stock::lock_dealer,
    },
    domain::{
        ids::ImportId,
        vehicle::stock::{NewVehicle, Upserted},
    },
    store,
};

/// What a file would do, or did.
pub struct Upload {
    pub file_name: String,
    pub is_done: bool,
    pub upserted: Upserted,
    pub problems: Vec<Problem>,
    pub ignored_columns: Vec<String>,
    /// What was read of the first lines.
    pub first: Vec<NewVehicle>,
}

const FIRST: usize = 5;
/// Lines of a file from the browser; who has more brings it in pieces, or to the command line.
const MOST_LINES: usize = 10_000;

/// Keeps a file until its dealer has looked at it, with what loading it would do: it is loaded, and undone.
///
/// # Errors
/// `Invalid`: it is empty or too long, its header lacks a column, or another is being read just now.
pub async fn keep_upload(app: &App, actor: &Actor, name: &str, content: &[u8]) -> Result<ImportId> {
    dealer_of(actor)?;
    if content.is_empty() {
        return Err(refused("file_missing", "Archivo: elija un archivo CSV con sus vehículos."));
    }
    if content.split(|byte| *byte == b'\n').count() > MOST_LINES {
        let sentence = "Archivo: tiene más de 10,000 líneas. Divídalo en varios e impórtelos uno tras otro.";
        return Err(refused("file_too_long", sentence));
    }
    let _alone = begin(app)?;
    let (id, now) = (ImportId::fresh(), app.clock.now());
    let name: String = name.replace('\0', "").chars().take(120).collect();
    let mut trial = store::connection::begin(&app.pool).await?;
    let dealer = lock_dealer(&mut trial, actor).await?;
    let (vehicles, ..) = read_stock(&dealer, content, now)?;
    let would = save(&mut trial, &dealer, &vehicles, now).await?;
    trial.rollback().await?;
    let mut transaction = store::connection::begin(&app.pool).await?;
    store::vehicles::imports::forget_old(&mut transaction, dealer.id, KEPT_FILES).await?;
    store::vehicles::imports::insert_file(&mut transaction, id, dealer.id, &name, content, would, now)
        .await?;
    transaction.commit().await?;
    Ok(id)
}

/// Of one dealer.
const KEPT_FILES: i64 = 5;

/// What loading the file would do, or did.
///
/// # Errors
/// `NotFound`: it is another's, or older than a day.
pub async fn read_upload(app: &App, actor: &Actor, id: ImportId) -> Result<Upload> {
    let mut conn = app.pool.acquire().await?;
    let dealer = store::dealers::get_dealer(&mut conn, dealer_of(actor)?).await?.ok_or(AppError::NotFound)?;
    let found = store::vehicles::imports::get_file(&mut conn, dealer.id, id).await?;
    drop(conn);
    let file = found.ok_or(AppError::NotFound)?;
    let (mut vehicles, problems, ignored_columns) = read_stock(&dealer, &file.content, app.clock.now())?;
    vehicles.truncate(FIRST);
    Ok(Upload {
        file_name: file.name,
        is_done: file.is_done,
        upserted: file.counts,
        problems,
        ignored_columns,
        first: vehicles,
    })
}

/// Loads the file's good lines; a second time changes nothing.
///
/// # Errors
/// `NotFound`: it is another's, or older than a day. `Invalid`: another is being read just now.
pub async fn import_upload(app: &App, actor: &Actor, id: ImportId) -> Result<()> {
    let _alone = begin(app)?;
    let now = app.clock.now();
    let mut transaction = store::connection::begin(&app.pool).await?;
    let dealer = lock_dealer(&mut transaction, actor).await?;
    let found = store::vehicles::imports::get_file(&mut transaction, dealer.id, id).await?;
    let file = found.ok_or(AppError::NotFound)?;
    if file.is_done {
        return Ok(());
    }
    let (vehicles, ..) = read_stock(&dealer, &file.content, now)?;
    let done = save(&mut transaction, &dealer, &vehicles, now).await?;
    store::vehicles::imports::mark_imported(&mut transaction, id, done, now).await?;
    transaction.commit().await?;
    Ok(())
}

/// One file at a time on each server: thousands of vehicles must not take the connections that messages need.
fn begin(app: &App) -> Result<SemaphorePermit<'_>> {
    let busy = "Archivo: ahora mismo se lee otro. Espere unos segundos e inténtelo de nuevo.";
    app.imports.try_acquire().map_err(|_| refused("file_busy", busy))
}

fn refused(code: &'static str, sentence: &'static str) -> AppError {
    AppError::invalid("archivo", code, sentence)
}
