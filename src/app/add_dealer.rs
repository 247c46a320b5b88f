//! A dealer's account, added by OKLA's staff.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::{
    audit::{Change, record},
    error::{AppError, Result},
};
use crate::{
    domain::{audit::Action, ids::DealerId, vehicle::Dealer},
    store,
};

/// Adds a dealer.
///
/// # Errors
/// `Invalid` says what is wrong with a field, a taken slug included.
pub async fn add_dealer(
    pool: &PgPool,
    slug: &str,
    name: &str,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<Dealer> {
    let dealer = Dealer {
        id: DealerId::fresh(),
        slug: slug.to_owned(),
        name: name.trim().to_owned(),
        phone: phone.trim().to_owned(),
        location: None,
    };
    let mut tx = store::connection::begin(pool).await?;
    store::dealers::insert_dealer(&mut tx, &dealer, now).await.map_err(|error| explain(error, &dealer))?;
    let change = Change::new(Action::DealerAdded, &dealer.id, None, now);
    record(&mut tx, Change { dealer: Some(dealer.id), ..change }).await?;
    tx.commit().await?;
    Ok(dealer)
}

/// The table's constraints are the rules; each has its sentence.
fn explain(error: sqlx::Error, dealer: &Dealer) -> AppError {
    let constraint = error.as_database_error().and_then(|error| error.constraint().map(str::to_owned));
    match constraint.as_deref() {
        Some("dealers_slug_key") => AppError::invalid(
            "slug",
            "slug_taken",
            format!("Ya hay un concesionario «{}». Elija otro nombre corto.", dealer.slug),
        ),
        Some("dealers_slug_shape") => AppError::invalid(
            "slug",
            "slug_invalid",
            "El nombre corto lleva minúsculas sin acento, cifras y guiones, hasta 60: por ejemplo auto-feria.",
        ),
        Some("dealers_name_present") => AppError::invalid(
            "name",
            "name_invalid",
            "Escriba el nombre del concesionario, de hasta 120 letras.",
        ),
        Some("dealers_phone_e164") => AppError::invalid(
            "phone",
            "phone_invalid",
            "Escriba el teléfono con + y código de país, por ejemplo +18095550101.",
        ),
        _ => error.into(),
    }
}
