//! A file from the browser: kept, looked at, and loaded once the dealer says so.

use sqlx::PgConnection;

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
        vehicle::{
            Dealer,
            stock::{NewVehicle, Upserted},
        },
    },
    store::{self, vehicles::imports::UploadedFile},
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

/// Keeps a file until its dealer has looked at it.
///
/// # Errors
/// `Invalid`: it is empty, or its header lacks a column.
pub async fn keep_upload(app: &App, actor: &Actor, name: &str, content: &[u8]) -> Result<ImportId> {
    let dealer = dealer_of(actor)?;
    if content.is_empty() {
        let sentence = "Archivo: elija un archivo CSV con sus vehículos.";
        return Err(AppError::invalid("archivo", "file_missing", sentence));
    }
    super::file::Table::open(&super::file::decode(content))?;
    let id = ImportId::fresh();
    let name: String = name.replace('\0', "").chars().take(120).collect();
    let mut conn = app.pool.acquire().await?;
    store::vehicles::imports::insert_file(&mut conn, id, dealer, &name, content, app.clock.now()).await?;
    Ok(id)
}

/// What loading the file would do: it is loaded, and undone.
///
/// # Errors
/// `NotFound`: it is another's, or older than a day.
pub async fn read_upload(app: &App, actor: &Actor, id: ImportId) -> Result<Upload> {
    let mut transaction = app.pool.begin().await?;
    let (_, upload) = load(app, &mut transaction, actor, id).await?;
    transaction.rollback().await?;
    Ok(upload)
}

/// Loads the file's good lines; a second time changes nothing.
///
/// # Errors
/// `NotFound`: it is another's, or older than a day.
pub async fn import_upload(app: &App, actor: &Actor, id: ImportId) -> Result<()> {
    let mut transaction = app.pool.begin().await?;
    let (file, upload) = load(app, &mut transaction, actor, id).await?;
    if file.done.is_none() {
        let now = app.clock.now();
        store::vehicles::imports::mark_imported(&mut transaction, id, upload.upserted, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn load(
    app: &App,
    conn: &mut PgConnection,
    actor: &Actor,
    id: ImportId,
) -> Result<(UploadedFile, Upload)> {
    let dealer: Dealer = lock_dealer(conn, actor).await?;
    let found = store::vehicles::imports::lock_file(conn, dealer.id, id).await?;
    let file = found.ok_or(AppError::NotFound)?;
    let now = app.clock.now();
    let (mut vehicles, problems, ignored_columns) = read_stock(&dealer, &file.content, now)?;
    let upserted = match file.done {
        Some(done) => done,
        None => save(conn, &dealer, &vehicles, now).await?,
    };
    vehicles.truncate(FIRST);
    let upload = Upload {
        file_name: file.name.clone(),
        is_done: file.done.is_some(),
        upserted,
        problems,
        ignored_columns,
        first: vehicles,
    };
    Ok((file, upload))
}
