//! One vehicle and its seller. Open to all.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::error::{AppError, Result};
use crate::{
    domain::{ids::VehicleId, time::day_in_santo_domingo, vehicle::Vehicle},
    store,
};

/// A vehicle that is shown now.
///
/// # Errors
/// `NotFound` when there is none or its dealer does not show it.
pub async fn get_vehicle(pool: &PgPool, id: VehicleId, now: DateTime<Utc>) -> Result<Vehicle> {
    let mut conn = pool.acquire().await?;
    let today = day_in_santo_domingo(now);
    store::vehicles::get_vehicle(&mut conn, id, today).await?.ok_or(AppError::NotFound)
}
