//! The public list of vehicles. Open to all.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::error::Result;
use crate::{
    domain::{
        time::day_in_santo_domingo,
        vehicle::{VehiclePage, filter::VehicleFilter},
    },
    store,
};

/// Vehicles on a page: fills one, two, three or four columns evenly.
pub const PAGE_SIZE: u16 = 12;

/// What the list's page shows: the vehicles, and the makes there are to choose from.
#[derive(Clone, Debug)]
pub struct VehicleList {
    pub page: VehiclePage,
    pub makes: Vec<String>,
}

/// The page of the vehicles shown now that the filter asks for.
///
/// # Errors
/// The database's.
pub async fn list_vehicles(pool: &PgPool, filter: &VehicleFilter, now: DateTime<Utc>) -> Result<VehicleList> {
    let mut conn = pool.acquire().await?;
    let today = day_in_santo_domingo(now);
    let page = store::vehicles::list_vehicles(&mut conn, filter, PAGE_SIZE, today).await?;
    let makes = store::vehicles::list_makes(&mut conn, today).await?;
    Ok(VehicleList { page, makes })
}
