//! Setting a limit, for all or for one dealer.

use rust_decimal::Decimal;

use super::{
    error::{AppError, Result},
    state::Tools,
};
use crate::{domain::limits::Limit, store};

pub struct SetLimit<'a> {
    pub limit: Limit,
    /// `None`: no limit.
    pub value: Option<Decimal>,
    /// The dealer's slug; `None`: the rule for all.
    pub dealer: Option<&'a str>,
}

/// Sets it; it holds from the next message on.
///
/// # Errors
/// `Invalid` for an unknown dealer, or for a limit that is not a dealer's.
pub async fn set_limit(tools: &Tools, change: SetLimit<'_>) -> Result<()> {
    let dealer = match change.dealer {
        None => None,
        Some(_) if !change.limit.is_per_dealer() => {
            let problem = format!("{} vale para todos: quite --dealer.", change.limit.name());
            return Err(AppError::invalid("dealer", "not_per_dealer", problem));
        }
        Some(slug) => {
            let known = store::dealers::get_dealer_by_slug(&mut *tools.pool.acquire().await?, slug).await?;
            let problem =
                || AppError::invalid("dealer", "unknown", format!("No hay un concesionario «{slug}»."));
            Some(known.ok_or_else(problem)?.id)
        }
    };
    let mut tx = tools.pool.begin().await?;
    store::limits::lock_values(&mut tx).await?;
    store::limits::upsert_limit(&mut tx, change.limit.name(), dealer, change.value, tools.clock.now())
        .await?;
    // A limit that did not hold was not counted: whoever needs its counters next counts anew.
    store::limits::delete_counters(&mut tx, change.limit).await?;
    Ok(tx.commit().await?)
}
