//! Light, dark or as the device says: a cookie set by a plain form, so that it needs no script and no flash of white.

use axum::{
    Form,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use serde::Deserialize;

use super::redirect;

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
    use_context::<axum::http::request::Parts>().and_then(|parts| of_headers(&parts.headers))
}

fn of_headers(headers: &HeaderMap) -> Option<&'static str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let chosen =
        cookies.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix("okla_tema="))?;
    match chosen {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}
