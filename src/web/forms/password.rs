use leptos::prelude::*;

use super::{account::ACCOUNT, back_with, done, sign_in::origin};
use crate::{
    app::{
        change_password::change_password,
        error::AppError,
        reset_password::{begin_reset, finish_reset},
    },
    web::{
        error::WebError,
        guard::{FORGOTTEN as RESET_PAGE, sign_in_path},
        redirect,
        request::Current,
        session,
    },
};

/// The forms' names in the flash.
pub const FORGOTTEN: &str = "olvido";
pub const PASSWORD: &str = "clave";
const PAGE: &str = "/cuenta/clave";

/// Open to all: whoever forgot his password gets a code to send, whatever e-mail he types.
#[server(prefix = "/fn", endpoint = "clave-olvidada")]
pub async fn post_forgotten(#[server(default)] email: String) -> Result<(), WebError> {
    let current = Current::get()?;
    match begin_reset(&current.state, &email, current.address()).await {
        Ok(id) => {
            session::keep_reset(&current.session, id).await?;
            redirect::from_leptos(RESET_PAGE);
        }
        Err(error) => back_with(&current, FORGOTTEN, RESET_PAGE, &[("email", &email)], error).await?,
    }
    Ok(())
}

/// The browser that asked, once the code came in: sets the new password.
#[server(prefix = "/fn", endpoint = "clave-nueva")]
pub async fn post_new_password(#[server(default)] password: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(id) = session::reset(&current.session).await? else {
        let none = AppError::invalid("", "not_asked", "Escriba primero el correo de su cuenta.");
        back_with(&current, FORGOTTEN, RESET_PAGE, &[], none).await?;
        return Ok(());
    };
    match finish_reset(&current.state, id, &password).await {
        Ok(()) => {
            session::forget_reset(&current.session).await?;
            let said = "Su contraseña cambió y las sesiones abiertas se cerraron. Ingrese con la nueva.";
            done(&current, "ingresar", &sign_in_path("/"), said).await?;
        }
        Err(error) => {
            tracing::warn!(%error, address = %current.address(), "a reset of a password was refused");
            back_with(&current, FORGOTTEN, RESET_PAGE, &[], error).await?;
        }
    }
    Ok(())
}

/// Whoever is signed in: another password, with the one before.
#[server(prefix = "/fn", endpoint = "clave-cambiar")]
pub async fn post_change_password(
    #[server(default)] password: String,
    #[server(default)] nueva: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    let (passwords, this) = ((&*password, &*nueva), current.session.id());
    match change_password(&current.state, &actor, passwords, origin(&current), this).await {
        Ok(()) => {
            let said = "Su contraseña cambió. Las demás sesiones están cerradas.";
            done(&current, ACCOUNT, "/cuenta", said).await?;
        }
        Err(error) => back_with(&current, PASSWORD, PAGE, &[], error).await?,
    }
    Ok(())
}
