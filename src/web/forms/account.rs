use leptos::prelude::*;

use super::{back_with, done, sign_in::origin};
use crate::{
    app::{
        actor::Actor,
        error::AppError,
        sessions::end_other_sessions,
        set_second_factor::{begin_second_factor, confirm_second_factor, turn_off_second_factor},
    },
    web::{
        error::WebError,
        flash::{self, Flash},
        guard::{SECOND_FACTOR, sign_in_path},
        redirect,
        request::Current,
        session,
    },
};

/// The forms' names in the flash.
pub const ACCOUNT: &str = "cuenta";
pub const FACTOR: &str = "segundo-factor";
pub const CODE: &str = "codigo";
const PAGE: &str = "/cuenta";

/// Whoever is signed in, also who must set it up before all else: begins.
#[server(prefix = "/fn", endpoint = "segundo-factor-empezar")]
pub async fn post_begin_second_factor(#[server(default)] password: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = owner(&current) else { return Ok(()) };
    match begin_second_factor(&current.state, &actor, &password, origin(&current)).await {
        Ok(sealed) => {
            session::keep_begun(&current.session, &sealed).await?;
            redirect::from_leptos(SECOND_FACTOR);
        }
        Err(error) => refused(&current, &actor, error).await?,
    }
    Ok(())
}

/// As above: turns it on with the app's first code, and shows the recovery codes once.
#[server(prefix = "/fn", endpoint = "segundo-factor-confirmar")]
pub async fn post_confirm_second_factor(#[server(default)] codigo: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = owner(&current) else { return Ok(()) };
    let (begun, this) = (session::begun(&current.session).await?, current.session.id());
    match confirm_second_factor(&current.state, &actor, begun.as_deref(), &codigo, this).await {
        Ok(confirmed) => {
            session::prove_factor(&current.session, confirmed.since).await?;
            let told = Flash::new(&[("codigos", &confirmed.codes)], Vec::new());
            flash::keep(&current.session, FACTOR, &told).await?;
            redirect::from_leptos(SECOND_FACTOR);
        }
        Err(error) => back_with(&current, FACTOR, SECOND_FACTOR, &[], error).await?,
    }
    Ok(())
}

/// Whoever is signed in: turns his own off, with his password and a code.
#[server(prefix = "/fn", endpoint = "segundo-factor-quitar")]
pub async fn post_turn_off_second_factor(
    #[server(default)] password: String,
    #[server(default)] codigo: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, SECOND_FACTOR) else { return Ok(()) };
    match turn_off_second_factor(&current.state, &actor, &password, &codigo, origin(&current)).await {
        Ok(()) => done(&current, FACTOR, SECOND_FACTOR, "El segundo factor está desactivado.").await?,
        Err(error) => refused(&current, &actor, error).await?,
    }
    Ok(())
}

/// Whoever is signed in: ends his sessions but this one.
#[server(prefix = "/fn", endpoint = "sesiones-cerrar-otras")]
pub async fn post_end_other_sessions() -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = super::signed_in(&current, PAGE) else { return Ok(()) };
    match end_other_sessions(&current.state, &actor, current.session.id()).await {
        Ok(_) => done(&current, ACCOUNT, PAGE, "Las demás sesiones están cerradas.").await?,
        Err(error) => back_with(&current, ACCOUNT, PAGE, &[], error).await?,
    }
    Ok(())
}

async fn refused(current: &Current, actor: &Actor, error: AppError) -> crate::app::error::Result<()> {
    tracing::warn!(%error, user = %actor.user_id, address = %current.address(), "a change of the second factor was refused");
    back_with(current, FACTOR, SECOND_FACTOR, &[], error).await
}

fn owner(current: &Current) -> Option<Actor> {
    let actor = current.enrolling.clone().or_else(|| current.actor.clone());
    if actor.is_none() {
        redirect::from_leptos(&sign_in_path(SECOND_FACTOR));
    }
    actor
}
