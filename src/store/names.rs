//! How people and things are called.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, UserId, VehicleId};

/// What dealers are called.
pub async fn list_dealers(
    conn: &mut PgConnection,
    dealers: &[DealerId],
) -> sqlx::Result<HashMap<DealerId, String>> {
    let ids: Vec<Uuid> = dealers.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(r#"select id as "id: DealerId", name from dealers where id = any($1)"#, &ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// What vehicles are called.
pub async fn list_vehicles(
    conn: &mut PgConnection,
    vehicles: &[VehicleId],
) -> sqlx::Result<HashMap<VehicleId, String>> {
    let ids: Vec<Uuid> = vehicles.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: VehicleId", make || ' ' || model || ' ' || year as "name!" from vehicles where id = any($1)"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// What people are called.
pub async fn list_people(
    conn: &mut PgConnection,
    people: &[UserId],
) -> sqlx::Result<HashMap<UserId, String>> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(r#"select id as "id: UserId", name from users where id = any($1)"#, &ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
