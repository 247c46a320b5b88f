//! Adding a user from the command line, in any role.

use serde_json::json;

use super::{
    audit::{Change, record},
    error::{AppError, Result},
    passwords,
    state::Tools,
};
use crate::{
    domain::{
        audit::Action,
        ids::UserId,
        user::{Email, Role, check_password},
    },
    store::{self, users::NewUser},
};

pub struct AddUser<'a> {
    pub email: &'a str,
    pub name: Option<&'a str>,
    pub role: Role,
    /// The slug of the dealer that a dealer's user belongs to.
    pub dealer: Option<&'a str>,
    pub password: &'a str,
    pub demo: bool,
}

/// Adds the user.
///
/// # Errors
/// `Invalid` names what is wrong: the e-mail (also one that is taken), the password, the dealer.
pub async fn add_user(tools: &Tools, user: AddUser<'_>) -> Result<UserId> {
    let email = Email::parse(user.email).map_err(|problem| AppError::invalid("email", "invalid", problem))?;
    check_password(user.password).map_err(|problem| AppError::invalid("password", "invalid", problem))?;
    let mut tx = store::connection::begin(&tools.pool).await?;
    let dealer_id = match (user.role, user.dealer) {
        (Role::Dealer, Some(slug)) => {
            let known = store::dealers::get_dealer_by_slug(&mut tx, slug).await?;
            let problem =
                || AppError::invalid("dealer", "unknown", format!("No hay un concesionario «{slug}»."));
            Some(known.ok_or_else(problem)?.id)
        }
        (Role::Dealer, None) => {
            return Err(AppError::invalid("dealer", "missing", "Un usuario dealer necesita --dealer SLUG."));
        }
        (_, Some(_)) => {
            return Err(AppError::invalid("dealer", "unexpected", "--dealer es solo para el rol dealer."));
        }
        (_, None) => None,
    };
    let id = UserId::fresh();
    let password_hash = passwords::hash(user.password).await?;
    let new = NewUser {
        id,
        email: email.as_str(),
        name: user.name.unwrap_or_else(|| email.as_str().split('@').next().unwrap_or_default()),
        phone: None,
        phone_proved_at: None,
        password_hash: &password_hash,
        role: user.role.as_str(),
        dealer_id,
        demo: user.demo,
        created_at: tools.clock.now(),
    };
    if !store::users::insert_user(&mut tx, &new).await? {
        return Err(AppError::invalid("email", "taken", format!("Ya hay una cuenta {}.", email.as_str())));
    }
    let change = Change::new(Action::UserAdded, &id, None, new.created_at);
    let after = json!({ "role": new.role });
    record(&mut tx, Change { dealer: dealer_id, after, ..change }).await?;
    tx.commit().await?;
    Ok(id)
}
