use leptos::prelude::*;

use super::{back_with, done, sign_in::origin};
use crate::{
    app::prove_number::{ask_for_code, change_number, take_number},
    web::{error::WebError, guard::NUMBER as PAGE, redirect, request::Current},
};

/// The form's name in the flash.
pub const NUMBER: &str = "numero";

/// Whoever is signed in: a new code to send.
#[server(prefix = "/fn", endpoint = "numero-codigo")]
pub async fn post_ask_for_code() -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    match ask_for_code(&current.state, &actor).await {
        Ok(()) => redirect::from_leptos(PAGE),
        Err(error) => back_with(&current, NUMBER, PAGE, &[], error).await?,
    }
    Ok(())
}

/// Whoever is signed in: the number that his code came from is his.
#[server(prefix = "/fn", endpoint = "numero-tomar")]
pub async fn post_take_number(#[server(default)] password: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    match take_number(&current.state, &actor, &password, origin(&current)).await {
        Ok(()) => done(&current, NUMBER, PAGE, "Su número quedó comprobado.").await?,
        Err(error) => back_with(&current, NUMBER, PAGE, &[], error).await?,
    }
    Ok(())
}

/// Whoever is signed in: another number, not proved.
#[server(prefix = "/fn", endpoint = "numero-cambiar")]
pub async fn post_change_number(
    #[server(default)] phone: String,
    #[server(default)] password: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    match change_number(&current.state, &actor, &phone, &password, origin(&current)).await {
        Ok(()) => done(&current, NUMBER, PAGE, "Su número cambió. Compruébelo con un código.").await?,
        Err(error) => back_with(&current, NUMBER, PAGE, &[("phone", &phone)], error).await?,
    }
    Ok(())
}
