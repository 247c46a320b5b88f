//! A dealer's own vehicles, shown to buyers or not.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    domain::{
        ids::{DealerId, VehicleId},
        money::Money,
        vehicle::{
            stock::{NewVehicle, StockCard, StockFilter, StockPage},
            title,
        },
    },
    store::corrupt,
};

/// A page of a dealer's vehicles, the newest first. A dealer's are found by his part of `vehicles_dealer_reference_key`.
pub async fn list_stock(
    conn: &mut PgConnection,
    dealer: DealerId,
    filter: &StockFilter,
    today: NaiveDate,
    page_size: u16,
) -> sqlx::Result<StockPage> {
    let rows = sqlx::query!(
        "select id, reference, make, model, trim_level, year, price_amount, price_currency, paused, expires_on
        from vehicles v
        where dealer_id = $1
            and okla_fold(reference || ' ' || make || ' ' || model || ' ' || coalesce(trim_level, '') || ' ' || year::text)
                like all (array(select '%' || word || '%' from unnest(string_to_array(okla_fold($2), ' ')) as word))
            and case $3
                when 'publicados' then vehicle_is_shown(v, $4)
                when 'pausados' then paused
                when 'vencidos' then not paused and expires_on < $4
                else true end
        order by published_at desc nulls first, id desc
        limit $5 offset $6",
        dealer.0,
        filter.words.replace(['%', '_', '\\'], ""),
        filter.shown.map_or("", |shown| shown.as_str()),
        today,
        i64::from(page_size) + 1,
        i64::from(page_size) * i64::from(filter.page)
    )
    .fetch_all(conn)
    .await?;
    let has_next = rows.len() > usize::from(page_size);
    let vehicles = rows
        .into_iter()
        .take(page_size.into())
        .map(|row| {
            Ok(StockCard {
                id: VehicleId(row.id),
                title: title(&row.make, &row.model, row.trim_level.as_deref(), row.year),
                reference: row.reference,
                price: Money {
                    amount: row.price_amount.normalize(),
                    currency: row.price_currency.parse().map_err(corrupt("vehicles.price_currency"))?,
                },
                paused: row.paused,
                expires_on: row.expires_on,
            })
        })
        .collect::<sqlx::Result<_>>()?;
    Ok(StockPage { vehicles, has_next })
}

struct OwnRow {
    id: Uuid,
    reference: String,
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
    description: String,
    published_at: DateTime<Utc>,
    expires_on: Option<NaiveDate>,
}

/// One of a dealer's vehicles as he described it.
pub async fn get_own_vehicle(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: VehicleId,
) -> sqlx::Result<Option<NewVehicle>> {
    let row = sqlx::query_as!(
        OwnRow,
        r#"select id, reference, make, model, trim_level, year, body_type, color, transmission, fuel, mileage_km,
            price_amount, price_currency, location, description, coalesce(published_at, updated_at) as "published_at!",
            expires_on
        from vehicles where id = $1 and dealer_id = $2"#,
        id.0,
        dealer.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(NewVehicle {
            id: VehicleId(row.id),
            reference: row.reference,
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
            description: row.description,
            published_at: row.published_at,
            expires_on: row.expires_on,
        })
    })
    .transpose()
}

/// Whose vehicle bears a reference.
pub async fn find_reference(
    conn: &mut PgConnection,
    dealer: DealerId,
    reference: &str,
) -> sqlx::Result<Option<VehicleId>> {
    sqlx::query_scalar!(
        r#"select id as "id: VehicleId" from vehicles where dealer_id = $1 and reference = $2"#,
        dealer.0,
        reference
    )
    .fetch_optional(conn)
    .await
}

/// What an upsert by reference cannot change; the rest is its own. Whether the dealer has that vehicle.
pub async fn set_reference_and_expiry(
    conn: &mut PgConnection,
    dealer: DealerId,
    vehicle: &NewVehicle,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update vehicles set reference = $3, expires_on = $4, updated_at = $5 where id = $1 and dealer_id = $2",
        vehicle.id.0,
        dealer.0,
        vehicle.reference,
        vehicle.expires_on,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Pauses a vehicle, or shows it again. Whether the dealer has it.
pub async fn set_paused(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: VehicleId,
    paused: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update vehicles set paused = $3, published_at = coalesce(published_at, $4), updated_at = $4
        where id = $1 and dealer_id = $2",
        id.0,
        dealer.0,
        paused,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
