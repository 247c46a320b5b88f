//! A dealer's vehicles, written many at a time.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::DealerId,
    vehicle::stock::{NewVehicle, Upserted},
};

/// Inserts or updates a dealer's vehicles by their references, which must be distinct within `vehicles`. One that would
/// not change is not touched, and no other dealer's ever is.
///
/// # Errors
/// A reference given twice, or a value outside the table's rules.
pub async fn upsert_vehicles(
    conn: &mut PgConnection,
    dealer: DealerId,
    vehicles: &[NewVehicle],
    now: DateTime<Utc>,
) -> sqlx::Result<Upserted> {
    fn column<'a, T>(vehicles: &'a [NewVehicle], value: impl Fn(&'a NewVehicle) -> T) -> Vec<T> {
        vehicles.iter().map(value).collect()
    }
    let written = sqlx::query_scalar!(
        r#"insert into vehicles (id, dealer_id, reference, make, model, trim_level, year, body_type, color, transmission, fuel,
            mileage_km, price_amount, price_currency, location, description, published_at, expires_on, updated_at)
        select u.id, $1, u.reference, u.make, u.model, u.trim_level, u.year, u.body_type, u.color, u.transmission, u.fuel,
            u.mileage_km, u.price_amount, u.price_currency, u.location, u.description, u.published_at, u.expires_on, $2
        from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::text[], $10::text[],
            $11::text[], $12::text[], $13::int[], $14::numeric[], $15::text[], $16::text[], $17::text[], $18::timestamptz[],
            $19::date[])
            as u (id, reference, make, model, trim_level, year, body_type, color, transmission, fuel, mileage_km,
                price_amount, price_currency, location, description, published_at, expires_on)
        on conflict on constraint vehicles_dealer_reference_key do update set
            make = excluded.make, model = excluded.model, trim_level = excluded.trim_level, year = excluded.year,
            body_type = excluded.body_type, color = excluded.color, transmission = excluded.transmission, fuel = excluded.fuel,
            mileage_km = excluded.mileage_km, price_amount = excluded.price_amount, price_currency = excluded.price_currency,
            location = excluded.location, description = excluded.description,
            expires_on = coalesce(excluded.expires_on, vehicles.expires_on), updated_at = excluded.updated_at
        where (vehicles.make, vehicles.model, vehicles.trim_level, vehicles.year, vehicles.body_type, vehicles.color,
                vehicles.transmission, vehicles.fuel, vehicles.mileage_km, vehicles.price_amount, vehicles.price_currency,
                vehicles.location, vehicles.description, vehicles.expires_on)
            is distinct from (excluded.make, excluded.model, excluded.trim_level, excluded.year, excluded.body_type,
                excluded.color, excluded.transmission, excluded.fuel, excluded.mileage_km, excluded.price_amount,
                excluded.price_currency, excluded.location, excluded.description,
                coalesce(excluded.expires_on, vehicles.expires_on))
        returning (xmax = 0) as "is_new!""#,
        dealer.0,
        now,
        &column(vehicles, |v| v.id.0) as &[Uuid],
        &column(vehicles, |v| v.reference.as_str()) as &[&str],
        &column(vehicles, |v| v.make.as_str()) as &[&str],
        &column(vehicles, |v| v.model.as_str()) as &[&str],
        &column(vehicles, |v| v.trim.as_deref()) as &[Option<&str>],
        &column(vehicles, |v| v.year) as &[i16],
        &column(vehicles, |v| v.body_type.as_str()) as &[&str],
        &column(vehicles, |v| v.color.as_str()) as &[&str],
        &column(vehicles, |v| v.transmission.as_str()) as &[&str],
        &column(vehicles, |v| v.fuel.as_str()) as &[&str],
        &column(vehicles, |v| v.mileage_km) as &[i32],
        &column(vehicles, |v| v.price.amount) as &[Decimal],
        &column(vehicles, |v| v.price.currency.code()) as &[&str],
        &column(vehicles, |v| v.location.as_str()) as &[&str],
        &column(vehicles, |v| v.description.as_str()) as &[&str],
        &column(vehicles, |v| v.published_at) as &[DateTime<Utc>],
        &column(vehicles, |v| v.expires_on) as &[Option<NaiveDate>],
    )
    .fetch_all(conn)
    .await?;
    let inserted = written.iter().filter(|is_new| **is_new).count();
    Ok(Upserted { inserted, updated: written.len() - inserted, unchanged: vehicles.len() - written.len() })
}
