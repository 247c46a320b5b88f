//! «Me interesa»: who pressed it on which vehicle.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, UserId, VehicleId};

/// `false`: he had said so before.
pub async fn insert_interest(
    conn: &mut PgConnection,
    vehicle: VehicleId,
    dealer: DealerId,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into interests (vehicle_id, user_id, dealer_id, created_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        vehicle.0,
        user.0,
        dealer.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Since when a vehicle has interested somebody.
pub async fn get_interest(
    conn: &mut PgConnection,
    vehicle: VehicleId,
    user: UserId,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select created_at from interests where vehicle_id = $1 and user_id = $2",
        vehicle.0,
        user.0
    )
    .fetch_optional(conn)
    .await
}

/// What a dealer is told of a vehicle that interests people.
pub struct UntoldInterest {
    pub dealer_id: DealerId,
    pub dealer: String,
    pub dealer_phone: String,
    pub vehicle: String,
    /// Of whom he has not been told.
    pub people: i64,
}

pub async fn get_untold(
    conn: &mut PgConnection,
    vehicle: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<UntoldInterest>> {
    sqlx::query_as!(
        UntoldInterest,
        r#"select d.id as "dealer_id: DealerId", d.name as dealer, d.phone as dealer_phone,
             v.make || ' ' || v.model || ' ' || v.year as "vehicle!",
             (select count(*) from interests i where i.vehicle_id = v.id and i.told_at is null and i.created_at <= $2) as "people!"
           from vehicles v join dealers d on d.id = v.dealer_id where v.id = $1"#,
        vehicle,
        now
    )
    .fetch_optional(conn)
    .await
}

/// He was told at that moment of all until then; whether there are more since.
pub async fn mark_told(conn: &mut PgConnection, vehicle: Uuid, at: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query!(
        "update interests set told_at = $2 where vehicle_id = $1 and told_at is null and created_at <= $2",
        vehicle,
        at
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_scalar!(
        r#"select exists (select from interests where vehicle_id = $1 and told_at is null) as "more!""#,
        vehicle
    )
    .fetch_one(conn)
    .await
}

/// Somebody whom a dealer's vehicle interests.
pub struct InterestRow {
    pub user_id: UserId,
    pub person: String,
    pub vehicle_id: VehicleId,
    pub vehicle: String,
    pub created_at: DateTime<Utc>,
    /// He has written about it too.
    pub wrote: bool,
}

/// A dealer's, the latest first, after a place in that order.
pub async fn list_of_dealer(
    conn: &mut PgConnection,
    dealer: DealerId,
    before: Option<(DateTime<Utc>, UserId)>,
    most: i64,
) -> sqlx::Result<Vec<InterestRow>> {
    let (at, user) = before.unzip();
    sqlx::query_as!(
        InterestRow,
        r#"select i.user_id as "user_id: UserId", u.name as person, i.vehicle_id as "vehicle_id: VehicleId",
             v.make || ' ' || v.model || ' ' || v.year as "vehicle!", i.created_at,
             exists (select from threads t where t.dealer_id = i.dealer_id and t.vehicle_id = i.vehicle_id
                     and t.buyer_id = i.user_id) as "wrote!"
           from interests i join users u on u.id = i.user_id join vehicles v on v.id = i.vehicle_id
           where i.dealer_id = $1 and u.disabled_at is null
             and (i.created_at, i.user_id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
           order by i.created_at desc, i.user_id desc limit $4"#,
        dealer.0,
        at,
        user.map(|id| id.0),
        most
    )
    .fetch_all(conn)
    .await
}
