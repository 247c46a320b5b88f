//! One vehicle and its seller. Open to all.

use sqlx::PgPool;

use super::error::{AppError, Result};
use crate::{
    domain::{ids::VehicleId, vehicle::Vehicle},
    store,
};

/// The published vehicle.
///
/// # Errors
/// `NotFound` when there is none or it is not published.
pub async fn get_vehicle(pool: &PgPool, id: VehicleId) -> Result<Vehicle> {
    let mut conn = pool.acquire().await?;
    store::vehicles::get_vehicle(&mut conn, id).await?.ok_or(AppError::NotFound)
}
