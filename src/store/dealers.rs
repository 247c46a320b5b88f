//! Dealers.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{ids::DealerId, text::fold, vehicle::Dealer};

/// Adds a dealer.
///
/// # Errors
/// A taken slug is the unique constraint `dealers_slug_key`; each other rule is a constraint too.
pub async fn insert_dealer(conn: &mut PgConnection, dealer: &Dealer, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into dealers (id, slug, name, phone, location, created_at) values ($1, $2, $3, $4, $5, $6)",
        dealer.id.0,
        dealer.slug,
        dealer.name,
        dealer.phone,
        dealer.location,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds a dealer unless the slug is there already; what is there stays as it is.
///
/// # Errors
/// The database's.
pub async fn insert_dealer_if_new(
    conn: &mut PgConnection,
    dealer: &Dealer,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into dealers (id, slug, name, phone, location, created_at) values ($1, $2, $3, $4, $5, $6)
        on conflict on constraint dealers_slug_key do nothing",
        dealer.id.0,
        dealer.slug,
        dealer.name,
        dealer.phone,
        dealer.location,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

macro_rules! dealer {
    ($conn:expr, $which:literal, $argument:expr) => {{
        let row =
            sqlx::query!("select id, slug, name, phone, location from dealers where " + $which, $argument)
                .fetch_optional($conn)
                .await?;
        Ok(row.map(|row| Dealer {
            id: DealerId(row.id),
            slug: row.slug,
            name: row.name,
            phone: row.phone,
            location: row.location,
        }))
    }};
}

/// The dealer of that slug.
///
/// # Errors
/// The database's.
pub async fn get_dealer_by_slug(conn: &mut PgConnection, slug: &str) -> sqlx::Result<Option<Dealer>> {
    // What PostgreSQL's text cannot hold is nobody's.
    if slug.contains('\0') {
        return Ok(None);
    }
    dealer!(conn, "slug = $1", slug)
}

/// Who may be meant by a short name or by a name, whatever its case and accents: whose short name it is, else at most two.
pub async fn find_dealers(conn: &mut PgConnection, text: &str) -> sqlx::Result<Vec<Dealer>> {
    if text.contains('\0') {
        return Ok(Vec::new());
    }
    if let Some(dealer) = get_dealer_by_slug(conn, &text.to_lowercase()).await? {
        return Ok(vec![dealer]);
    }
    let rows = sqlx::query!(
        "select id, slug, name, phone, location from dealers where okla_fold(name) = $1 order by id limit 2",
        fold(text)
    )
    .fetch_all(conn)
    .await?;
    let dealers = rows.into_iter().map(|row| Dealer {
        id: DealerId(row.id),
        slug: row.slug,
        name: row.name,
        phone: row.phone,
        location: row.location,
    });
    Ok(dealers.collect())
}

/// A dealer's name for each of these numbers that is one's; of several with one number, the oldest's.
pub async fn list_names_by_phone(
    conn: &mut PgConnection,
    phones: &[String],
) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "select distinct on (phone) phone, name from dealers where phone = any($1) order by phone, created_at, id",
        phones
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.phone, row.name)).collect())
}

pub async fn get_dealer(conn: &mut PgConnection, dealer: DealerId) -> sqlx::Result<Option<Dealer>> {
    dealer!(conn, "id = $1", dealer.0)
}

/// A dealer, locked: who changes his vehicles does it one after the other.
pub async fn lock_dealer(conn: &mut PgConnection, dealer: DealerId) -> sqlx::Result<Option<Dealer>> {
    dealer!(conn, "id = $1 for no key update", dealer.0)
}

/// Where a dealer is reached, E.164.
pub async fn get_phone(conn: &mut PgConnection, dealer: DealerId) -> sqlx::Result<String> {
    sqlx::query_scalar!("select phone from dealers where id = $1", dealer.0).fetch_one(conn).await
}

/// Every dealer's slug and name, by name.
pub async fn list_names(conn: &mut PgConnection) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!("select slug, name from dealers order by name, slug").fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name)).collect())
}

/// The names of these dealers.
pub async fn list_names_of(
    conn: &mut PgConnection,
    dealers: &[Uuid],
) -> sqlx::Result<Vec<(DealerId, String)>> {
    let rows = sqlx::query!(r#"select id as "id: DealerId", name from dealers where id = any($1)"#, dealers)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
