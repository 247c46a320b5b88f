//! Listings that end: what is planned to be said of it, and their renewal.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::{DealerId, VehicleId},
    reminder::Errand,
};

/// Whether nobody else plans at this moment; nobody does until the transaction ends.
pub async fn try_to_plan(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('okla: listings', 0)) as "mine!""#
    )
    .fetch_one(conn)
    .await
}

/// Notes which notices of vehicles on show, whose last day is in that span, are planned now for the first time. `known_by`:
/// whoever was described anew later knows of his last day. Their vehicles, and the last days.
pub async fn plan(
    conn: &mut PgConnection,
    errand: Errand,
    last_days: (NaiveDate, NaiveDate),
    known_by: i32,
    today: NaiveDate,
) -> sqlx::Result<Vec<(Uuid, NaiveDate)>> {
    let rows = sqlx::query!(
        "insert into listing_notices (vehicle_id, errand, expires_on)
         select v.id, $1, v.expires_on from vehicles v
         where v.expires_on between $2 and $3 and v.published_at is not null and not v.paused
           and (v.expires_on + $4::int = $5
             or (v.updated_at at time zone 'America/Santo_Domingo')::date <= v.expires_on + $4::int)
           and not exists (select from listing_notices n
                           where n.vehicle_id = v.id and n.errand = $1 and n.expires_on = v.expires_on)
         on conflict do nothing returning vehicle_id, expires_on",
        errand.as_str(),
        last_days.0,
        last_days.1,
        known_by,
        today
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.vehicle_id, row.expires_on)).collect())
}

/// A listing as its notice says it.
pub struct ListingRow {
    pub dealer_id: DealerId,
    pub dealer: String,
    pub dealer_phone: String,
    pub vehicle: String,
    pub expires_on: Option<NaiveDate>,
    /// The dealer himself has taken it out of sight, or never put it there.
    pub hidden: bool,
}

pub async fn get_listing(conn: &mut PgConnection, vehicle: VehicleId) -> sqlx::Result<Option<ListingRow>> {
    sqlx::query_as!(
        ListingRow,
        r#"select d.id as "dealer_id: DealerId", d.name as dealer, d.phone as dealer_phone,
             v.make || ' ' || v.model || ' ' || v.year as "vehicle!", v.expires_on,
             v.paused or v.published_at is null as "hidden!"
           from vehicles v join dealers d on d.id = v.dealer_id where v.id = $1"#,
        vehicle.0
    )
    .fetch_optional(conn)
    .await
}

/// Gives a listing whose last day is the first of these the second; `false`: it is not that dealer's, or has another by now.
pub async fn renew(
    conn: &mut PgConnection,
    dealer: DealerId,
    vehicle: VehicleId,
    (last_day, until): (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update vehicles set expires_on = $4, updated_at = $5 where id = $1 and dealer_id = $2 and expires_on = $3",
        vehicle.0,
        dealer.0,
        last_day,
        until,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
