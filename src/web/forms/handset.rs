use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::back_with;
use crate::{
    app::{
        error::AppError,
        write_from_handset::{Typed, write_from_handset},
    },
    domain::phone::Phone,
    web::{
        error::WebError,
        parts::{answering_path, handset_path},
        redirect,
        request::Current,
    },
};

/// The form's name in the flash.
pub const FORM: &str = "telefono";

/// Open to all in demo mode, which only this machine reaches; elsewhere it is not there.
#[server(prefix = "/fn", endpoint = "telefono")]
pub async fn post_handset(
    #[server(default)] number: String,
    #[server(default)] text: String,
    #[server(default)] archivo: String,
    #[server(default)] boton: String,
    #[server(default)] responde: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Ok(number) = Phone::parse_api(&number) else {
        not_found();
        return Ok(());
    };
    let page = handset_path(&number);
    let typed = Typed { text: &text, sample: &archivo, button: &boton, reply_to: &responde };
    match write_from_handset(&current.state, &number, typed).await {
        Ok(()) => redirect::from_leptos(&page),
        Err(AppError::NotFound) => not_found(),
        Err(error) => {
            let page = if responde.is_empty() { page } else { answering_path(&number, &responde) };
            back_with(&current, FORM, &page, &[("text", &text)], error).await?;
        }
    }
    Ok(())
}

fn not_found() {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(StatusCode::NOT_FOUND);
    }
}
