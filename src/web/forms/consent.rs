use leptos::prelude::*;

use super::{account::ACCOUNT, back_with, done};
use crate::{
    app::consents::change_consent,
    web::{error::WebError, request::Current},
};

const PAGE: &str = "/cuenta";

/// Whoever is signed in: agrees to something, with the version of the words that he read.
#[server(prefix = "/fn", endpoint = "permiso-dar")]
pub async fn post_give_consent(
    #[server(default)] permiso: String,
    #[server(default)] version: String,
) -> Result<(), WebError> {
    change(&permiso, Some(&version), "Su permiso quedó anotado.").await
}

/// Whoever is signed in: takes back what he agreed to.
#[server(prefix = "/fn", endpoint = "permiso-retirar")]
pub async fn post_withdraw_consent(#[server(default)] permiso: String) -> Result<(), WebError> {
    change(&permiso, None, "Su permiso quedó retirado.").await
}

async fn change(purpose: &str, version: Option<&str>, said: &str) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    match change_consent(&current.state, &actor, purpose, version, PAGE).await {
        Ok(()) => done(&current, ACCOUNT, PAGE, said).await?,
        Err(error) => back_with(&current, ACCOUNT, PAGE, &[], error).await?,
    }
    Ok(())
}
