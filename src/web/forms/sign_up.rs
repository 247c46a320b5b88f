use std::collections::HashMap;

use leptos::prelude::*;

use super::back_with;
use crate::{
    app::sign_up::{SignUp, sign_up},
    domain::consent::Consent,
    web::{
        error::WebError,
        guard::{NUMBER, sign_up_path},
        redirect,
        request::Current,
        session,
    },
};

/// Open to all: a buyer opens his account and is signed in.
#[server(prefix = "/fn", endpoint = "registro")]
pub async fn post_sign_up(
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] phone: String,
    #[server(default)] password: String,
    #[server(default)] consent: String,
    #[server(default)] back: String,
    #[server(flatten)] fields: HashMap<String, String>,
) -> Result<(), WebError> {
    let current = Current::get()?;
    // The boxes that one may leave.
    let ticked =
        Consent::FREE.map(|consent| (consent, fields.get(consent.field()).map_or("", String::as_str)));
    let form = SignUp {
        name: &name,
        email: &email,
        phone: &phone,
        password: &password,
        consent: &consent,
        free: ticked.iter().copied().filter(|(_, version)| !version.is_empty()).collect(),
        place: "/registro",
        address: current.address(),
    };
    match sign_up(&current.state, form).await {
        Ok(actor) => {
            session::begin(&current, actor.user_id, None).await?;
            // Whoever came to write goes on; else his number is proved first.
            let next = if redirect::local(&back) == "/" { NUMBER } else { &back };
            redirect::from_leptos(next);
        }
        Err(error) => {
            let typed = [("name", &*name), ("email", &*email), ("phone", &*phone), ("consent", &*consent)];
            let ticked = ticked.map(|(consent, version)| (consent.field(), version));
            let typed = [&typed[..], &ticked[..]].concat();
            back_with(&current, "registro", &sign_up_path(&back), &typed, error).await?;
        }
    }
    Ok(())
}
