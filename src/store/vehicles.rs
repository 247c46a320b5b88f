//! Vehicles: the public list, one vehicle, and a dealer's own.

pub mod imports;
pub mod stock;
mod upsert;

pub use upsert::upsert_vehicles;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{DealerId, VehicleId},
    money::Money,
    vehicle::{Dealer, Vehicle, VehicleCard, VehiclePage, filter::VehicleFilter},
};

struct CardRow {
    id: Uuid,
    make: String,
    model: String,
    trim_level: Option<String>,
    year: i16,
    body_type: String,
    color: String,
    transmission: String,
    fuel: String,
    mileage_km: i32,
    price_amount: Decimal,
    price_currency: String,
    location: String,
}

impl TryFrom<CardRow> for VehicleCard {
    type Error = sqlx::Error;

    fn try_from(row: CardRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: VehicleId(row.id),
            make: row.make,
            model: row.model,
            trim: row.trim_level,
            year: row.year,
            body_type: row.body_type.parse().map_err(corrupt("vehicles.body_type"))?,
            color: row.color.parse().map_err(corrupt("vehicles.color"))?,
            transmission: row.transmission.parse().map_err(corrupt("vehicles.transmission"))?,
            fuel: row.fuel.parse().map_err(corrupt("vehicles.fuel"))?,
            mileage_km: row.mileage_km,
            price: Money {
                amount: row.price_amount.normalize(),
                currency: row.price_currency.parse().map_err(corrupt("vehicles.price_currency"))?,
            },
            location: row.location,
        })
    }
}

/// A page of the vehicles that are shown today. One query for every filter and order: what is not asked for is null, and the planner,
/// which sees the values, drops it and takes the index of what is left.
///
/// # Errors
/// The database's.
pub async fn list_vehicles(
    conn: &mut PgConnection,
    filter: &VehicleFilter,
    page_size: u16,
    today: NaiveDate,
) -> sqlx::Result<VehiclePage> {
    let words = filter.words();
    let by_prefix = (!words.is_empty())
        .then(|| words.iter().map(|word| format!("{word}:*")).collect::<Vec<_>>().join(" & "));
    let by_stem = words.join(" & ");
    let rows = sqlx::query_as!(
        CardRow,
        "select id, make, model, trim_level, year, body_type, color, transmission, fuel, mileage_km, price_amount,
            price_currency, location
        from vehicles
        where vehicle_is_shown(vehicles, $11)
            and ($1::text is null or make = $1)
            and ($2::numeric is null or price_dop >= $2)
            and ($3::numeric is null or price_dop <= $3)
            and ($4::smallint is null or year >= $4)
            and ($5::smallint is null or year <= $5)
            and ($6::text is null or search @@ (to_tsquery('simple', $6) || to_tsquery('spanish', $7)))
        order by
            case when $8 = 'precio' then price_dop end,
            case when $8 = 'precio-mayor' then price_dop end desc,
            case when $8 = 'anio' then year end desc,
            published_at desc, id desc
        limit $9 offset $10",
        filter.make,
        filter.price_min,
        filter.price_max,
        filter.year_min,
        filter.year_max,
        by_prefix,
        by_stem,
        filter.sort.as_str(),
        i64::from(page_size) + 1,
        i64::from(page_size) * i64::from(filter.page),
        today
    )
    .fetch_all(conn)
    .await?;
    let has_next = rows.len() > usize::from(page_size);
    let vehicles =
        rows.into_iter().take(page_size.into()).map(TryInto::try_into).collect::<sqlx::Result<_>>()?;
    Ok(VehiclePage { vehicles, has_next })
}

/// The makes of the vehicles that are shown today, in alphabetical order. Hops from make to make along the index: its cost is that of
/// the makes, not of the vehicles.
///
/// # Errors
/// The database's.
pub async fn list_makes(conn: &mut PgConnection, today: NaiveDate) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"with recursive hop as (
            select min(make) as make from vehicles where vehicle_is_shown(vehicles, $1)
            union all
            select (select min(make) from vehicles where vehicle_is_shown(vehicles, $1) and make > hop.make)
            from hop where hop.make is not null
        )
        select make as "make!" from hop where make is not null"#,
        today
    )
    .fetch_all(conn)
    .await
}

/// A vehicle with its seller; `None` when there is none, or it is not shown today.
///
/// # Errors
/// The database's.
pub async fn get_vehicle(
    conn: &mut PgConnection,
    id: VehicleId,
    today: NaiveDate,
) -> sqlx::Result<Option<Vehicle>> {
    let row = sqlx::query!(
        r#"select v.id, v.make, v.model, v.trim_level, v.year, v.body_type, v.color, v.transmission, v.fuel, v.mileage_km,
            v.price_amount, v.price_currency, v.location, v.reference, v.description, v.published_at as "published_at!",
            d.id as dealer_id, d.slug, d.name, d.phone, d.location as dealer_location
        from vehicles v join dealers d on d.id = v.dealer_id
        where v.id = $1 and vehicle_is_shown(v, $2)"#,
        id.0,
        today
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let card = CardRow {
            id: row.id,
            make: row.make,
            model: row.model,
            trim_level: row.trim_level,
            year: row.year,
            body_type: row.body_type,
            color: row.color,
            transmission: row.transmission,
            fuel: row.fuel,
            mileage_km: row.mileage_km,
            price_amount: row.price_amount,
            price_currency: row.price_currency,
            location: row.location,
        };
        Ok(Vehicle {
            card: card.try_into()?,
            reference: row.reference,
            description: row.description,
            published_at: row.published_at,
            seller: Dealer {
                id: DealerId(row.dealer_id),
                slug: row.slug,
                name: row.name,
                phone: row.phone,
                location: row.dealer_location,
            },
        })
    })
    .transpose()
}
