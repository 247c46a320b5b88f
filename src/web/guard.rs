//! Who may see a page. The first line of every page that is not for all.

use super::{redirect, request::Current};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
    },
    domain::user::Role,
};

/// The signed-in person; a visitor is sent to sign in and comes back here.
///
/// # Errors
/// `SignedOut` once the visitor has been sent away: the page has nothing more to do.
pub fn signed_in(current: &Current) -> Result<Actor> {
    current.actor.clone().ok_or_else(|| {
        redirect::from_leptos(&sign_in_path(&current.path_and_query));
        AppError::SignedOut
    })
}

/// A dealer's user; another signed-in person does not find the page.
///
/// # Errors
/// As [`signed_in`], and `NotFound`.
pub fn dealer(current: &Current) -> Result<Actor> {
    let actor = signed_in(current)?;
    if actor.role == Role::Dealer { Ok(actor) } else { Err(AppError::NotFound) }
}

/// An admin; others do not find the page.
///
/// # Errors
/// As [`dealer`].
pub fn admin(current: &Current) -> Result<Actor> {
    let actor = signed_in(current)?;
    actor.admin().map(|()| actor)
}

/// A dealer's user or an admin; others do not find the page.
///
/// # Errors
/// As [`dealer`].
pub fn dealer_or_admin(current: &Current) -> Result<Actor> {
    let actor = signed_in(current)?;
    if actor.role == Role::Buyer { Err(AppError::NotFound) } else { Ok(actor) }
}

/// The sign-in page that leads back to `path`.
pub fn sign_in_path(path: &str) -> String {
    leading_back("/ingresar", path)
}

/// The sign-up page that leads back to `path`.
pub fn sign_up_path(path: &str) -> String {
    leading_back("/registro", path)
}

fn leading_back(page: &str, path: &str) -> String {
    let back: String = form_urlencoded::byte_serialize(redirect::local(path).as_bytes()).collect();
    format!("{page}?volver={back}")
}
