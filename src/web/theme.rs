//! Light, dark or as the device says: a cookie set by a plain form, so that it needs no script and no flash of white.

use axum::{
    Form,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use serde::Deserialize;

use super::{redirect, request::cookie};

#[derive(Deserialize)]
pub struct ThemeForm {
    theme: String,
    back: String,
}

/// `POST /tema`: keeps the choice for a year and goes back.
pub async fn choose(Form(form): Form<ThemeForm>) -> Response {
    let cookie = match form.theme.as_str() {
        theme @ ("light" | "dark") => {
            format!("okla_tema={theme}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")
        }
        _ => "okla_tema=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly".to_owned(),
    };
    ([(header::SET_COOKIE, cookie)], redirect::see_other(&form.back)).into_response()
}

/// The theme the visitor chose; `None`: as the device says.
pub fn of_request() -> Option<&'static str> {
    let parts = use_context::<Parts>()?;
    match cookie(&parts.headers, "okla_tema")? {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}
