//! A vehicle for sale and the words it is described by. The words are Spanish in every layer: buyers search by them and
//! addresses show them.

pub mod filter;
pub mod stock;
mod words;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use words::{BodyType, Color, Fuel, Transmission, UnknownWord};

use super::{
    ids::{DealerId, VehicleId},
    money::Money,
};

/// What a list shows of a vehicle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VehicleCard {
    pub id: VehicleId,
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
}

impl VehicleCard {
    /// `Toyota Corolla LE`: without the year, which stands apart.
    pub fn name(&self) -> String {
        name(&self.make, &self.model, self.trim.as_deref())
    }

    /// `Toyota Corolla LE 2019`: as it is named in a message.
    pub fn title(&self) -> String {
        title(&self.make, &self.model, self.trim.as_deref(), self.year)
    }

    /// What the drawn picture shows, for those who do not see it.
    pub fn picture_alt(&self) -> String {
        format!(
            "Dibujo de un {} de tipo {} y color {}",
            self.name(),
            self.body_type.label().to_lowercase(),
            self.color.label().to_lowercase()
        )
    }

    /// Path of the drawn picture: one per body type and colour, so that a browser keeps it between vehicles.
    pub fn picture_path(&self) -> String {
        format!("/vehiculos/imagen/{}-{}.svg", self.body_type, self.color)
    }
}

fn name(make: &str, model: &str, trim: Option<&str>) -> String {
    let trim = trim.map(|trim| format!(" {trim}")).unwrap_or_default();
    format!("{make} {model}{trim}")
}

/// `Toyota Corolla LE 2019`.
pub fn title(make: &str, model: &str, trim: Option<&str>, year: i16) -> String {
    format!("{} {year}", name(make, model, trim))
}

/// All that a vehicle's own page shows, its seller included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vehicle {
    pub card: VehicleCard,
    /// The dealer's stock number.
    pub reference: String,
    pub description: String,
    pub published_at: DateTime<Utc>,
    pub seller: Dealer,
}

/// Who sells. `phone` is E.164 with `+`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dealer {
    pub id: DealerId,
    pub slug: String,
    pub name: String,
    pub phone: String,
    pub location: Option<String>,
}

/// A page of a list and whether another follows; never a count over everything.
#[derive(Clone, Debug, PartialEq)]
pub struct VehiclePage {
    pub vehicles: Vec<VehicleCard>,
    pub has_next: bool,
}
