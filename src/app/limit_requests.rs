//! Dealers ask for more; an admin grants it for a while or says why not.

use rust_decimal::Decimal;
use serde_json::json;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    read_panel::dealer_of,
    state::App,
    take_limits::Rules,
};
use crate::{
    domain::{
        audit::Action,
        ids::RequestId,
        limits::{Limit, UNLIMITED},
        reason::Reason,
    },
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

/// What a dealer asked for, and what holds for him now.
pub struct OwnRequest {
    pub request: RequestRow,
    /// What was granted holds. Of what was granted before this was kept nobody knows.
    pub holds: Option<bool>,
    /// What his limit lets through now, in its units; `None`: everything.
    pub most: Option<i64>,
}

/// What a dealer asked for lately, the newest first.
///
/// # Errors
/// `NotFound`: not a dealer's user.
pub async fn list_own_requests(app: &App, actor: &Actor) -> Result<Vec<OwnRequest>> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let rules = Rules::load(&mut conn, std::iter::once(dealer), now).await?;
    let requests = store::limits::requests::list_of_dealer(&mut conn, dealer, SHOWN, now).await?;
    let own = requests.into_iter().filter_map(|request| {
        let most = rules.most(request.name.parse().ok()?, Some(dealer)).filter(|most| *most < UNLIMITED);
        let is_over = request.granted_until.is_some_and(|end| end <= now);
        let holds = request.granted_version.map(|granted| request.version == Some(granted) && !is_over);
        Some(OwnRequest { request, holds, most })
    });
    Ok(own.collect())
}

/// An admin says no, and why; the dealer reads it.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: decided already.
pub async fn deny_request(app: &App, actor: &Actor, id: RequestId, answer: Reason) -> Result<()> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let verdict = Verdict { granted: None, answer: answer.as_str(), by: actor.user_id };
    let decided = store::limits::requests::decide(&mut tx, id, &verdict, now).await?;
    let problem = "Esta solicitud ya está decidida. Vuelva a «Límites» y mire cómo quedó.";
    let (dealer, limit) = decided.ok_or_else(|| AppError::invalid("", "decided_already", problem))?;
    let change = Change {
        dealer: Some(dealer),
        after: json!({ "limit": limit }),
        reason: answer.into(),
        ..Change::new(Action::RequestDenied, &id, Some(actor.user_id), now)
    };
    record(&mut tx, change).await?;
    Ok(tx.commit().await?)
}
