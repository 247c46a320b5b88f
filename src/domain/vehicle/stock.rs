//! A dealer's stock as he keeps it, before it is for sale on OKLA.

use chrono::{DateTime, Utc};

use super::{BodyType, Color, Fuel, Transmission};
use crate::domain::{ids::VehicleId, money::Money};

/// A vehicle as its dealer describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVehicle {
    /// Used only if the dealer has no vehicle of this reference yet; so is `published_at`.
    pub id: VehicleId,
    pub reference: String,
    pub make: String,
    pub model: String,
    pub trim: Option<String>,
    pub year: i16,
    pub body_type: BodyType,
    pub color: Color,
    pub transmission: Transmission,
    pub fuel: Fuel,
    pub mileage_km: i32,
    pub price: Money,
    pub location: String,
    pub description: String,
    pub published_at: DateTime<Utc>,
}

/// What became of the vehicles given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    pub inserted: usize,
    pub updated: usize,
    pub unchanged: usize,
}
