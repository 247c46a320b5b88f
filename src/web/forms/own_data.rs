use leptos::prelude::*;

use super::{back_with, done, sign_in::origin};
use crate::{
    app::{
        erase_person::erase_person,
        own_data::{change_email, change_name},
    },
    web::{error::WebError, guard::sign_in_path, request::Current, session},
};

/// The forms' names in the flash.
pub const DATA: &str = "datos";
pub const ERASE: &str = "borrar";
const PAGE: &str = "/cuenta/datos";
const ERASE_PAGE: &str = "/cuenta/borrar";

/// Whoever is signed in: his name.
#[server(prefix = "/fn", endpoint = "datos-nombre")]
pub async fn post_name(#[server(default)] name: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    match change_name(&current.state, &actor, &name).await {
        Ok(()) => done(&current, DATA, PAGE, "Su nombre quedó corregido.").await?,
        Err(error) => back_with(&current, DATA, PAGE, &[("name", &name)], error).await?,
    }
    Ok(())
}

/// Whoever is signed in: his e-mail, with his password.
#[server(prefix = "/fn", endpoint = "datos-correo")]
pub async fn post_email(
    #[server(default)] email: String,
    #[server(default)] password: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    match change_email(&current.state, &actor, &email, &password, origin(&current)).await {
        Ok(()) => {
            done(&current, DATA, PAGE, "Su correo quedó corregido: ingrese con él desde ahora.").await?;
        }
        Err(error) => back_with(&current, DATA, PAGE, &[("email", &email)], error).await?,
    }
    Ok(())
}

/// Whoever is signed in: has himself erased.
#[server(prefix = "/fn", endpoint = "borrar-cuenta")]
pub async fn post_erase(
    #[server(default)] palabra: String,
    #[server(default)] password: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, ERASE_PAGE) else { return Ok(()) };
    match erase_person(&current.state, &actor, (&palabra, &password), origin(&current)).await {
        Ok(()) => {
            session::end(&current.session).await?;
            done(&current, "ingresar", &sign_in_path("/"), "Su cuenta y sus datos están borrados.").await?;
        }
        Err(error) => {
            tracing::warn!(%error, user = %actor.user_id, "an erasing was refused");
            back_with(&current, ERASE, ERASE_PAGE, &[("palabra", &palabra)], error).await?;
        }
    }
    Ok(())
}
