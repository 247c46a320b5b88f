//! A dealer's own vehicles: he lists, describes, pauses them. Another dealer's are not found.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    import_vehicles,
    read_panel::dealer_of,
    state::App,
    vehicle_fields::read_vehicle,
};
use crate::{
    domain::{
        ids::{DealerId, VehicleId},
        time::day_in_santo_domingo,
        vehicle::{
            Dealer,
            stock::{NewVehicle, StockFilter, StockPage},
        },
    },
    store,
};

const PAGE_SIZE: u16 = 50;

/// A page of them.
///
/// # Errors
/// `NotFound`: nobody's dealer.
pub async fn list_stock(app: &App, actor: &Actor, filter: &StockFilter) -> Result<StockPage> {
    let dealer = dealer_of(actor)?;
    let today = day_in_santo_domingo(app.clock.now());
    let mut conn = app.pool.acquire().await?;
    Ok(store::vehicles::stock::list_stock(&mut conn, dealer, filter, today, PAGE_SIZE).await?)
}

/// One of them, to be described anew.
///
/// # Errors
/// `NotFound`: it is not his.
pub async fn get_own_vehicle(app: &App, actor: &Actor, id: VehicleId) -> Result<NewVehicle> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    store::vehicles::stock::get_own_vehicle(&mut conn, dealer, id).await?.ok_or(AppError::NotFound)
}

/// Adds a vehicle, or describes `id` anew; `value` gives what was written into a field of the form.
///
/// # Errors
/// `Invalid`: a field that means nothing, a reference that another of his has. `NotFound`: it is not his.
pub async fn save_vehicle<'a>(
    app: &App,
    actor: &Actor,
    id: Option<VehicleId>,
    value: impl Fn(&'static str) -> &'a str + Send,
) -> Result<VehicleId> {
    let now = app.clock.now();
    let mut transaction = store::connection::begin(&app.pool).await?;
    let dealer = lock_dealer(&mut transaction, actor).await?;
    let mut vehicle = read_vehicle(value, &dealer, now).map_err(AppError::Invalid)?;
    vehicle.id = id.unwrap_or(vehicle.id);
    save(&mut transaction, &dealer, &vehicle, id.is_some(), now).await?;
    transaction.commit().await?;
    Ok(vehicle.id)
}

/// The actor's dealer; nobody else changes his vehicles meanwhile.
pub(super) async fn lock_dealer(conn: &mut PgConnection, actor: &Actor) -> Result<Dealer> {
    let dealer: DealerId = dealer_of(actor)?;
    store::dealers::lock_dealer(conn, dealer).await?.ok_or(AppError::NotFound)
}

async fn save(
    conn: &mut PgConnection,
    dealer: &Dealer,
    vehicle: &NewVehicle,
    is_known: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let bearer = store::vehicles::stock::find_reference(conn, dealer.id, &vehicle.reference).await?;
    if bearer.is_some_and(|bearer| bearer != vehicle.id) {
        let sentence =
            format!("Otro de sus vehículos ya lleva «{}». Escriba una que no se repita.", vehicle.reference);
        return Err(AppError::invalid("referencia", "reference_taken", sentence));
    }
    if is_known && !store::vehicles::stock::set_reference_and_expiry(conn, dealer.id, vehicle, now).await? {
        return Err(AppError::NotFound);
    }
    import_vehicles::save(conn, dealer, std::slice::from_ref(vehicle), now).await?;
    Ok(())
}

/// Takes a vehicle out of buyers' sight, or back into it.
///
/// # Errors
/// `NotFound`: it is not his.
pub async fn set_paused(app: &App, actor: &Actor, id: VehicleId, paused: bool) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let now = app.clock.now();
    let done = store::vehicles::stock::set_paused(&mut conn, dealer, id, paused, now).await?;
    if done { Ok(()) } else { Err(AppError::NotFound) }
}
