//! The demo catalogue: six dealers and forty vehicles, the same on every machine. The stock is written as a dealer would
//! write it and read by the importer itself.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    error::{AppError, Result},
    import_vehicles,
};
use crate::{
    domain::{
        ids::{DealerId, VehicleId},
        vehicle::Dealer,
    },
    store,
};

struct DemoDealer {
    slug: &'static str,
    name: &'static str,
    /// The simulator reads the last three digits as an order; these are plain.
    phone: &'static str,
    location: &'static str,
    stock: &'static str,
}

const DEALERS: [DemoDealer; 6] = [
    DemoDealer {
        slug: "auto-feria",
        name: "Auto Feria Dominicana",
        phone: "+18095550101",
        location: "Santo Domingo",
        stock: include_str!("demo_data/auto-feria.csv"),
    },
    DemoDealer {
        slug: "cibao-motors",
        name: "Cibao Motors",
        phone: "+18295550102",
        location: "Santiago",
        stock: include_str!("demo_data/cibao-motors.csv"),
    },
    DemoDealer {
        slug: "vega-real-autos",
        name: "Vega Real Autos",
        phone: "+18495550103",
        location: "La Vega",
        stock: include_str!("demo_data/vega-real-autos.csv"),
    },
    DemoDealer {
        slug: "san-cristobal-auto-import",
        name: "San Cristóbal Auto Import",
        phone: "+18095550104",
        location: "San Cristóbal",
        stock: include_str!("demo_data/san-cristobal-auto-import.csv"),
    },
    DemoDealer {
        slug: "este-premium",
        name: "Este Premium Motors",
        phone: "+18295550105",
        location: "Higüey",
        stock: include_str!("demo_data/este-premium.csv"),
    },
    DemoDealer {
        slug: "petromacorisana",
        name: "Petromacorisana de Autos",
        phone: "+18495550106",
        location: "San Pedro de Macorís",
        stock: include_str!("demo_data/petromacorisana.csv"),
    },
];

/// Ids count up from here, so that a demo's addresses are the same everywhere.
const FIRST_DEALER: u128 = 0x0190_0000_0000_7000_8000_0000_000d_0001;
const FIRST_VEHICLE: u128 = 0x0190_0000_0000_7000_8000_0000_000f_0001;

/// A dealer of the catalogue and what he sells: id and title.
pub struct Lot {
    pub dealer: Dealer,
    pub vehicles: Vec<(VehicleId, String)>,
}

/// Adds the demo's dealers and vehicles; what is there already stays. The vehicles' publication is spread over the days
/// before `now`, dealers taking turns.
///
/// # Errors
/// The database's, or a fault if the stock itself is written wrongly.
pub async fn seed_catalogue(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    seed_lots(conn, DEALERS.len(), now).await.map(|_| ())
}

/// The same for so many dealers, at least the demo's own; those beyond them have invented names and the same stock.
pub(super) async fn seed_lots(conn: &mut PgConnection, count: usize, now: DateTime<Utc>) -> Result<Vec<Lot>> {
    let mut next_vehicle = FIRST_VEHICLE;
    let mut lots = Vec::with_capacity(count);
    for (number, demo) in (0_u32..).zip(DEALERS.iter().cycle()).take(count.max(DEALERS.len())) {
        let mut dealer = Dealer {
            id: DealerId(Uuid::from_u128(FIRST_DEALER + u128::from(number))),
            slug: demo.slug.to_owned(),
            name: demo.name.to_owned(),
            phone: demo.phone.to_owned(),
            location: Some(demo.location.to_owned()),
        };
        if lots.len() >= DEALERS.len() {
            dealer.slug = format!("concesionario-{number:03}");
            dealer.name = format!("Concesionario {number}");
            // Plain for the simulator too.
            dealer.phone = format!("+1849{}", 5_000_101 + 1_000 * number);
        }
        store::dealers::insert_dealer_if_new(conn, &dealer, now).await?;
        let (mut vehicles, problems, _) = import_vehicles::read_stock(&dealer, demo.stock.as_bytes(), now)?;
        if let Some(problem) = problems.first() {
            return Err(AppError::Fault(format!("demo stock of {}: {problem:?}", demo.slug)));
        }
        for (vehicle, turn) in vehicles.iter_mut().zip(0_i64..) {
            vehicle.id = VehicleId(Uuid::from_u128(next_vehicle));
            vehicle.published_at = now - TimeDelta::hours(20 * turn + 3 * i64::from(number) + 1);
            next_vehicle += 1;
        }
        import_vehicles::save(conn, &dealer, &vehicles, now).await?;
        let titles = vehicles
            .iter()
            .map(|vehicle| (vehicle.id, format!("{} {} {}", vehicle.make, vehicle.model, vehicle.year)));
        lots.push(Lot { vehicles: titles.collect(), dealer });
    }
    Ok(lots)
}
