//! Who wrote to a dealer, as whoever makes an offer looks for them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::{DealerId, ThreadId, UserId, VehicleId},
    offer::Audience,
    time::{day_begins, day_ends},
};

/// A buyer whom the filters chose, and what stands against an offer to him.
pub struct PersonRow {
    pub buyer: UserId,
    pub name: String,
    pub phone: Option<String>,
    /// The latest of his conversations with the dealer that the filters chose.
    pub thread: ThreadId,
    pub consents: bool,
    pub is_proved: bool,
    pub is_disabled: bool,
}

/// Those who wrote to a dealer in a conversation that the filters choose, whoever wrote last first.
pub async fn list_people(
    conn: &mut PgConnection,
    dealer: DealerId,
    audience: &Audience,
    most: i64,
) -> sqlx::Result<Vec<PersonRow>> {
    let vehicles: Vec<Uuid> = audience.vehicles.iter().map(|vehicle| vehicle.0).collect();
    sqlx::query_as!(
        PersonRow,
        r#"select u.id as "buyer: UserId", u.name, u.phone, latest.id as "thread: ThreadId",
             u.offers_since is not null as "consents!", u.phone_proved_at is not null as "is_proved!",
             (u.disabled_at is not null or u.role <> 'buyer') as "is_disabled!"
           from (
             select distinct on (t.buyer_id) t.buyer_id, t.id, t.last_at
             from threads t left join vehicles v on v.id = t.vehicle_id
             where t.dealer_id = $1 and t.buyer_id is not null and t.buyer_spoke_at is not null
               and ($2::timestamptz is null or t.buyer_spoke_at >= $2) and ($3::timestamptz is null or t.buyer_spoke_at < $3)
               and ((cardinality($4::uuid[]) = 0 and cardinality($5::text[]) = 0)
                 or t.vehicle_id = any($4) or v.make = any($5))
               and ($6::boolean is null or (t.first_answered_at is not null) = $6)
               and ($7::text is null or exists (select from messages m where m.thread_id = t.id and m.reason = $7))
             order by t.buyer_id, t.last_at desc
           ) as latest join users u on u.id = latest.buyer_id
           order by latest.last_at desc, u.id limit $8"#,
        dealer.0,
        audience.since.map(day_begins),
        audience.until.map(day_ends),
        &vehicles,
        &audience.makes,
        audience.answered,
        audience.reason.as_deref(),
        most
    )
    .fetch_all(conn)
    .await
}

/// A vehicle of a dealer's.
pub struct AskedRow {
    pub vehicle: Uuid,
    pub make: String,
    pub title: String,
    /// Somebody wrote to him about it.
    pub was_asked_about: bool,
    pub is_shown: bool,
}

/// A dealer's vehicles, those first that were changed last.
pub async fn list_vehicles(
    conn: &mut PgConnection,
    dealer: DealerId,
    today: NaiveDate,
    most: i64,
) -> sqlx::Result<Vec<AskedRow>> {
    sqlx::query_as!(
        AskedRow,
        r#"select v.id as vehicle, v.make, v.make || ' ' || v.model || ' ' || v.year as "title!",
             exists (select from threads t where t.dealer_id = $1 and t.vehicle_id = v.id and t.buyer_id is not null) as "was_asked_about!",
             vehicle_is_shown(v, $2) as "is_shown!"
           from vehicles v where v.dealer_id = $1 order by v.updated_at desc, v.id limit $3"#,
        dealer.0,
        today,
        most
    )
    .fetch_all(conn)
    .await
}

/// Those of these vehicles that are a dealer's, by name.
pub async fn list_titles(
    conn: &mut PgConnection,
    dealer: DealerId,
    vehicles: &[VehicleId],
) -> sqlx::Result<HashMap<VehicleId, String>> {
    let ids: Vec<Uuid> = vehicles.iter().map(|vehicle| vehicle.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: VehicleId", make || ' ' || model || ' ' || year as "title!"
           from vehicles where id = any($1) and dealer_id = $2"#,
        &ids,
        dealer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.title)).collect())
}

/// Whether a vehicle is a dealer's.
pub async fn is_vehicle_of(
    conn: &mut PgConnection,
    dealer: DealerId,
    vehicle: VehicleId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from vehicles where id = $1 and dealer_id = $2) as "own!""#,
        vehicle.0,
        dealer.0
    )
    .fetch_one(conn)
    .await
}

/// A person whom a program makes an offer to.
pub struct ConsentingRow {
    pub buyer: UserId,
    pub name: String,
    /// His latest conversation with that dealer.
    pub thread: Option<ThreadId>,
}

/// Whose proved number it is, if he wants offers and has written to that dealer; of OKLA's own, if he wants offers.
pub async fn get_consenting(
    conn: &mut PgConnection,
    phone: &str,
    dealer: Option<DealerId>,
) -> sqlx::Result<Option<ConsentingRow>> {
    sqlx::query_as!(
        ConsentingRow,
        r#"select u.id as "buyer: UserId", u.name, latest.id as "thread?: ThreadId"
           from users u left join lateral (
             select t.id from threads t where t.buyer_id = u.id and t.dealer_id = $2 and t.buyer_spoke_at is not null
             order by t.last_at desc limit 1
           ) as latest on true
           where u.phone = $1 and u.offers_since is not null and u.phone_proved_at is not null
             and u.disabled_at is null and u.role = 'buyer' and ($2::uuid is null or latest.id is not null)
           order by u.phone_proved_at desc limit 1"#,
        phone,
        dealer.map(|dealer| dealer.0)
    )
    .fetch_optional(conn)
    .await
}

/// Whose, and when, each of the offers was that people got since; what never left does not count.
pub async fn list_taken(
    conn: &mut PgConnection,
    buyers: &[UserId],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<(UserId, Option<DealerId>, DateTime<Utc>)>> {
    let ids: Vec<Uuid> = buyers.iter().map(|buyer| buyer.0).collect();
    let rows = sqlx::query!(
        r#"select o.buyer_id as "buyer: UserId", o.dealer_id as "dealer: DealerId", o.taken_at
           from offers o join messages m on m.id = o.message_id
           where o.buyer_id = any($1) and o.taken_at > $2 and m.places > 0"#,
        &ids,
        since
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.buyer, row.dealer, row.taken_at)).collect())
}
