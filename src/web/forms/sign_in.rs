use axum::http::{HeaderValue, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::back_with;
use crate::{
    app::sign_in::{SignIn, sign_in},
    web::{cookie, error::WebError, guard::sign_in_path, redirect, request::Current, session},
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
    let attempt = SignIn {
        email: &email,
        password: &password,
        address: current.address(),
        device: current.cookie(DEVICE_COOKIE),
    };
    match sign_in(&current.state, attempt).await {
        Ok(signed_in) => {
            tracing::info!(user = %signed_in.actor.user_id, address = %current.address(), "signed in");
            session::begin(&current.state, &current.session, &signed_in.actor).await?;
            keep_device(&current, &signed_in.device);
            redirect::from_leptos(&back);
        }
        Err(error) => {
            tracing::warn!(%error, address = %current.address(), "a sign-in was refused");
            back_with(&current, "ingresar", &sign_in_path(&back), &[("email", &email)], error).await?;
        }
    }
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

fn keep_device(current: &Current, device: &str) {
    let cookie = cookie::line(&current.state.config.public_url, DEVICE_COOKIE, device, 31_536_000);
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}
