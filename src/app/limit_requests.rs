//! Dealers ask for more; an admin grants it for a while or says why not.

use rust_decimal::Decimal;
use serde_json::json;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    read_panel::dealer_of,
    state::App,
};
use crate::{
    domain::{audit::Action, ids::RequestId, limits::Limit, reason::Reason},
    store::{
        self,
        limits::requests::{NewRequest, Verdict},
    },
};

pub use crate::store::limits::requests::RequestRow;

/// How many of his a dealer sees.
const SHOWN: i64 = 10;

/// A dealer's user asks for another value of a limit of his dealer's.
///
/// # Errors
/// `NotFound`: not a dealer's user. `Invalid`: not a dealer's limit, or one waits already.
pub async fn ask_for_limit(
    app: &App,
    actor: &Actor,
    limit: Limit,
    value: Decimal,
    reason: Reason,
) -> Result<()> {
    let dealer = dealer_of(actor)?;
    if !limit.is_per_dealer() {
        return Err(AppError::invalid("limite", "not_per_dealer", "Límite: elija uno de la lista."));
    }
    let new = NewRequest {
        id: RequestId::fresh(),
        dealer,
        limit,
        value,
        reason: reason.as_str(),
        asked_by: actor.user_id,
    };
    let mut conn = app.pool.acquire().await?;
    if store::limits::requests::insert_request(&mut conn, &new, app.clock.now()).await? {
        return Ok(());
    }
    let problem = "Ya hay una solicitud suya para este límite: espere la respuesta de OKLA.";
    Err(AppError::invalid("limite", "asked_already", problem))
}

/// What a dealer asked for lately, the newest first.
///
/// # Errors
/// `NotFound`: not a dealer's user.
pub async fn list_own_requests(app: &App, actor: &Actor) -> Result<Vec<RequestRow>> {
    let dealer = dealer_of(actor)?;
    Ok(store::limits::requests::list_of_dealer(&mut *app.pool.acquire().await?, dealer, SHOWN).await?)
}

/// An admin says no, and why; the dealer reads it.
///
/// # Errors
/// `NotFound`: not an admin's, or decided already.
pub async fn deny_request(app: &App, actor: &Actor, id: RequestId, answer: Reason) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = app.pool.begin().await?;
    let verdict = Verdict { granted: false, answer: answer.as_str(), by: actor.user_id };
    let decided = store::limits::requests::decide(&mut tx, id, &verdict, now).await?;
    let (dealer, limit) = decided.ok_or(AppError::NotFound)?;
    let change = Change {
        dealer: Some(dealer),
        after: json!({ "limit": limit }),
        reason: answer.into(),
        ..Change::new(Action::RequestDenied, &id, Some(actor.user_id), now)
    };
    record(&mut tx, change).await?;
    Ok(tx.commit().await?)
}
