//! A new password, set by whoever knows the one before. His other sessions end.

use tower_sessions::session::Id;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    passwords,
    sign_in::{Origin, prove_password},
    state::App,
};
use crate::{
    domain::{audit::Action, user::check_password},
    store,
};

/// Changes it; the session `this` stays.
///
/// # Errors
/// `Invalid`: the wrong password, or the new one will not do; `Throttled`.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    (password, fresh): (&str, &str),
    origin: Origin<'_>,
    this: Option<Id>,
) -> Result<()> {
    check_password(fresh).map_err(|problem| AppError::invalid("nueva", "invalid", problem))?;
    prove_password(app, actor, password, origin).await?;
    let hash = passwords::hash(fresh).await?;
    let mut tx = store::connection::begin(&app.pool).await?;
    store::users::update_password(&mut tx, actor.user_id, &hash).await?;
    let kept = this.map(|id| store::sessions::hash(&id));
    store::sessions::delete_sessions(&mut tx, actor.user_id, kept.as_deref()).await?;
    let change = Change::new(Action::PasswordChanged, &actor.user_id, Some(actor.user_id), app.clock.now());
    record(&mut tx, change).await?;
    tx.commit().await?;
    tracing::info!(user = %actor.user_id, "a password was changed");
    Ok(())
}
