//! Light, dark or as the device says: a cookie set by a plain form, so that it needs no script and no flash of white.

use axum::{
    Form,
    extract::State,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use serde::Deserialize;

use super::{cookie, redirect, state::AppState};

const COOKIE: &str = "okla_tema";
const YEAR: u32 = 31_536_000;

#[derive(Deserialize)]
pub struct ThemeForm {
    theme: String,
    back: String,
}

/// `POST /tema`: keeps the choice for a year and goes back.
pub async fn choose(State(state): State<AppState>, Form(form): Form<ThemeForm>) -> Response {
    let (theme, seconds) = match form.theme.as_str() {
        theme @ ("light" | "dark") => (theme, YEAR),
        _ => ("", 0),
    };
    let cookie = cookie::line(&state.config.public_url, COOKIE, theme, seconds);
    ([(header::SET_COOKIE, cookie)], redirect::see_other(&form.back)).into_response()
}

/// The theme the visitor chose; `None`: as the device says.
pub fn of_request() -> Option<&'static str> {
    let parts = use_context::<Parts>()?;
    let state = AppState::of_request().ok()?;
    match cookie::value(&parts.headers, &state.config.public_url, COOKIE)? {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}
