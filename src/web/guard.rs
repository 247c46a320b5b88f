//! Who may see a page. The first line of every page that is not for all.

use axum::extract::Request;

use super::{redirect, request::Current};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
    },
    domain::user::Role,
};

/// Where the second factor is set up.
pub const SECOND_FACTOR: &str = "/cuenta/segundo-factor";

/// Where one's number is proved, and where a forgotten password is set anew.
pub const NUMBER: &str = "/cuenta/numero";
pub const FORGOTTEN: &str = "/olvide-mi-clave";

/// The signed-in person; a visitor is sent to sign in and comes back here.
///
/// # Errors
/// `SignedOut` once the visitor has been sent away: the page has nothing more to do.
pub fn signed_in(current: &Current) -> Result<Actor> {
    current.actor.clone().ok_or_else(|| {
        redirect::from_leptos(&door(current, &current.path_and_query));
        AppError::SignedOut
    })
}

/// The signed-in person, also one who is still to set up his second factor.
///
/// # Errors
/// As [`signed_in`].
pub fn signed_in_or_enrolling(current: &Current) -> Result<Actor> {
    current.enrolling.clone().map_or_else(|| signed_in(current), Ok)
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

/// A signed-in person asks for what lies under the admins' forms and is none. (A visitor is sent to sign in by the form.)
pub fn is_of_admins_only(request: &Request) -> bool {
    let actor = request.extensions().get::<Actor>();
    request.uri().path().starts_with("/fn/admin/") && actor.is_some_and(|actor| actor.admin().is_err())
}

/// A dealer's user or an admin; others do not find the page.
///
/// # Errors
/// As [`dealer`].
pub fn dealer_or_admin(current: &Current) -> Result<Actor> {
    let actor = signed_in(current)?;
    if actor.role == Role::Buyer { Err(AppError::NotFound) } else { Ok(actor) }
}

/// Where whoever is not signed in gets in: the sign-in page that leads back to `path`; or, for who still lacks it, the
/// page of the second factor.
pub fn door(current: &Current, path: &str) -> String {
    if current.enrolling.is_some() { SECOND_FACTOR.to_owned() } else { sign_in_path(path) }
}

/// The sign-in page that leads back to `path`.
pub fn sign_in_path(path: &str) -> String {
    leading_back("/ingresar", path)
}

/// The page on which the code is asked for; from it the way leads to `path`.
pub fn code_path(path: &str) -> String {
    leading_back("/ingresar/codigo", path)
}

/// The sign-up page that leads back to `path`.
pub fn sign_up_path(path: &str) -> String {
    leading_back("/registro", path)
}

fn leading_back(page: &str, path: &str) -> String {
    let back: String = form_urlencoded::byte_serialize(redirect::local(path).as_bytes()).collect();
    format!("{page}?volver={back}")
}
