use axum::http::{HeaderValue, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::{account::CODE, back_with};
use crate::{
    app::{
        error::AppError,
        sign_in::{EnterCode, Opened, Origin, SignIn, SignedIn, enter_code, sign_in},
    },
    web::{
        cookie,
        error::WebError,
        guard::{SECOND_FACTOR, code_path, sign_in_path},
        redirect,
        request::Current,
        session,
    },
};

/// Lets this device pass when strangers knock at the same account.
const DEVICE_COOKIE: &str = "okla_equipo";

/// Open to all: it is the door.
#[server(prefix = "/fn", endpoint = "ingresar")]
pub async fn post_sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] back: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let attempt = SignIn { email: &email, password: &password, origin: origin(&current) };
    match sign_in(&current.state, attempt).await {
        Ok(Opened::In(signed_in)) => enter(&current, &signed_in, &back).await?,
        Ok(Opened::Code(user)) => {
            session::await_code(&current, user).await?;
            redirect::from_leptos(&code_path(&back));
        }
        Err(error) => {
            tracing::warn!(%error, address = %current.address(), "a sign-in was refused");
            back_with(&current, "ingresar", &sign_in_path(&back), &[("email", &email)], error).await?;
        }
    }
    Ok(())
}

/// Whoever gave the right password a moment ago.
#[server(prefix = "/fn", endpoint = "ingresar-codigo")]
pub async fn post_code(
    #[server(default)] codigo: String,
    #[server(default)] back: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(user) = session::awaited(&current).await? else {
        let late = AppError::invalid("", "late", "Pasaron más de cinco minutos: ingrese de nuevo.");
        back_with(&current, "ingresar", &sign_in_path(&back), &[], late).await?;
        return Ok(());
    };
    let attempt = EnterCode { user, code: &codigo, origin: origin(&current) };
    match enter_code(&current.state, attempt).await {
        Ok(signed_in) => enter(&current, &signed_in, &back).await?,
        Err(AppError::SignedOut) => redirect::from_leptos(&sign_in_path(&back)),
        Err(error) => {
            tracing::warn!(%error, %user, address = %current.address(), "a code was refused");
            back_with(&current, CODE, &code_path(&back), &[], error).await?;
        }
    }
    Ok(())
}

async fn enter(current: &Current, signed_in: &SignedIn, back: &str) -> crate::app::error::Result<()> {
    tracing::info!(user = %signed_in.actor.user_id, address = %current.address(), "signed in");
    session::begin(current, signed_in.actor.user_id, signed_in.second_factor).await?;
    keep_device(current, &signed_in.device);
    redirect::from_leptos(if signed_in.must_enrol { SECOND_FACTOR } else { back });
    Ok(())
}

/// Whoever is signed in, or nobody.
#[server(prefix = "/fn", endpoint = "salir")]
pub async fn post_sign_out() -> Result<(), WebError> {
    let current = Current::get()?;
    session::end(&current.session).await?;
    tracing::info!("signed out");
    redirect::from_leptos("/");
    Ok(())
}

pub(super) fn origin(current: &Current) -> Origin<'_> {
    Origin { address: current.address(), device: current.cookie(DEVICE_COOKIE) }
}

fn keep_device(current: &Current, device: &str) {
    let cookie = cookie::line(&current.state.config.public_url, DEVICE_COOKIE, device, 31_536_000);
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}
