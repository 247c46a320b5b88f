//! What an admin changes of somebody's account, each with its line in the audit.

use serde_json::json;
use sqlx::PgConnection;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    sessions::named,
    state::App,
};
use crate::{
    domain::{
        audit::Action,
        ids::{DealerId, TokenId, UserId},
        reason::Reason,
        user::Role,
    },
    store::{self, user_list::LockedUser},
};

/// Disables an account, which ends its sessions and its tokens, or enables it again.
///
/// # Errors
/// `NotFound`: not an admin's, or nobody's. `Invalid`: one's own.
pub async fn set_disabled(
    app: &App,
    actor: &Actor,
    id: UserId,
    disabled: bool,
    reason: Reason,
) -> Result<()> {
    let mut tx = store::connection::begin(&app.pool).await?;
    set_disabled_held(app, &mut tx, actor, id, disabled, reason).await?;
    Ok(tx.commit().await?)
}

/// The same as a part of what else is done in the transaction.
pub(super) async fn set_disabled_held(
    app: &App,
    conn: &mut PgConnection,
    actor: &Actor,
    id: UserId,
    disabled: bool,
    reason: Reason,
) -> Result<()> {
    let user = lock_other(conn, actor, id).await?;
    if user.disabled_at.is_some() == disabled {
        return Ok(());
    }
    store::user_list::set_disabled(conn, id, disabled.then(|| app.clock.now())).await?;
    if disabled {
        end_all(app, conn, id).await?;
    }
    let action = if disabled { Action::UserDisabled } else { Action::UserEnabled };
    record(conn, Change { reason: reason.into(), ..of_user(app, actor, action, id) }).await
}

/// Gives him another role, and as a dealer's user a dealer. Sessions and tokens of the role before end.
///
/// # Errors
/// `NotFound`: not an admin's, or nobody's. `Invalid`: one's own; a dealer too few or too many.
pub async fn change_role(
    app: &App,
    actor: &Actor,
    id: UserId,
    (role, dealer): (Role, Option<DealerId>),
    reason: Reason,
) -> Result<()> {
    let mut tx = store::connection::begin(&app.pool).await?;
    change_role_held(app, &mut tx, actor, id, (role, dealer), reason).await?;
    Ok(tx.commit().await?)
}

/// The same as a part of what else is done in the transaction.
pub(super) async fn change_role_held(
    app: &App,
    conn: &mut PgConnection,
    actor: &Actor,
    id: UserId,
    (role, dealer): (Role, Option<DealerId>),
    reason: Reason,
) -> Result<()> {
    let user = lock_other(conn, actor, id).await?;
    if (role == Role::Dealer) != dealer.is_some() {
        let problem = match dealer {
            None => "Concesionario: diga de cuál es.",
            Some(_) => "Concesionario: déjelo vacío; solo lo lleva quien trabaja en uno.",
        };
        return Err(AppError::invalid("concesionario", "mismatch", problem));
    }
    if user.role == role.as_str() && user.dealer_id == dealer {
        return Err(AppError::invalid("papel", "same", "Rol: ya es ese."));
    }
    store::user_list::set_role(conn, id, role.as_str(), dealer).await?;
    end_all(app, conn, id).await?;
    let (before, after) = (json!({ "role": user.role, "dealer": user.dealer_id }), json!({ "role": role }));
    let change = of_user(app, actor, Action::RoleChanged, id);
    record(conn, Change { dealer, before, after, reason: reason.into(), ..change }).await
}

/// Takes another's second factor away: he lost his telephone, and sets up a new one.
///
/// # Errors
/// `NotFound`: not an admin's, or nobody's. `Invalid`: one's own, or he has none.
pub async fn reset_second_factor_of(app: &App, actor: &Actor, id: UserId, reason: Reason) -> Result<()> {
    let mut tx = store::connection::begin(&app.pool).await?;
    lock_other(&mut tx, actor, id).await?;
    if !store::second_factors::delete_factor(&mut tx, id).await? {
        return Err(AppError::invalid("", "off", "No tiene segundo factor."));
    }
    store::sessions::delete_sessions(&mut tx, id, None).await?;
    let change = of_user(app, actor, Action::SecondFactorReset, id);
    record(&mut tx, Change { reason: reason.into(), ..change }).await?;
    Ok(tx.commit().await?)
}

/// Ends the session of that name, or all of his; how many there were.
///
/// # Errors
/// `NotFound`: not an admin's, or none was open.
pub async fn end_sessions(app: &App, actor: &Actor, id: UserId, name: Option<&str>) -> Result<u64> {
    actor.admin()?;
    let mut tx = store::connection::begin(&app.pool).await?;
    let ended = match name {
        Some(name) => store::sessions::delete_session(&mut tx, id, &named(name)).await?.into(),
        None => store::sessions::delete_sessions(&mut tx, id, None).await?,
    };
    if ended == 0 {
        return Err(AppError::NotFound);
    }
    let before = json!({ "sessions": ended });
    record(&mut tx, Change { before, ..of_user(app, actor, Action::SessionsEnded, id) }).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends an API token: the next request with it is refused, on every server.
///
/// # Errors
/// `NotFound`: not an admin's, or there is none, or it was revoked before.
pub async fn revoke_token_of(app: &App, actor: &Actor, token: TokenId) -> Result<UserId> {
    actor.admin()?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let id = store::users::mark_token_revoked(&mut tx, token, now).await?.ok_or(AppError::NotFound)?;
    let before = json!({ "token": token });
    record(&mut tx, Change { before, ..of_user(app, actor, Action::TokenRevoked, id) }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Somebody else's account, held until the transaction ends; and the admin still is one, whoever changes him meanwhile.
pub(super) async fn lock_other(conn: &mut PgConnection, actor: &Actor, id: UserId) -> Result<LockedUser> {
    actor.admin()?;
    if id == actor.user_id {
        let problem = "Es su propia cuenta: pídaselo a otro administrador.";
        return Err(AppError::invalid("", "own", problem));
    }
    let mut locked = store::user_list::lock_users(conn, [actor.user_id, id]).await?;
    let is_admin = |user: &LockedUser| user.role == Role::Admin.as_str() && user.disabled_at.is_none();
    if !locked.iter().any(|user| user.id == actor.user_id && is_admin(user)) {
        return Err(AppError::NotFound);
    }
    let at = locked.iter().position(|user| user.id == id).ok_or(AppError::NotFound)?;
    Ok(locked.swap_remove(at))
}

async fn end_all(app: &App, conn: &mut PgConnection, id: UserId) -> Result<()> {
    store::sessions::delete_sessions(conn, id, None).await?;
    store::users::mark_tokens_revoked(conn, id, app.clock.now()).await?;
    Ok(())
}

fn of_user(app: &App, actor: &Actor, action: Action, id: UserId) -> Change {
    Change::new(action, &id, Some(actor.user_id), app.clock.now())
}
