use leptos::prelude::*;

use super::back_with;
use crate::{
    app::sign_up::{SignUp, sign_up},
    web::{error::WebError, guard::sign_up_path, redirect, request::Current, session},
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
) -> Result<(), WebError> {
    let current = Current::get()?;
    let form = SignUp {
        name: &name,
        email: &email,
        phone: &phone,
        password: &password,
        consent: &consent,
        address: current.address(),
    };
    match sign_up(&current.state, form).await {
        Ok(actor) => {
            session::begin(&current, actor.user_id, None).await?;
            redirect::from_leptos(&back);
        }
        Err(error) => {
            let typed = [("name", &*name), ("email", &*email), ("phone", &*phone), ("consent", &*consent)];
            back_with(&current, "registro", &sign_up_path(&back), &typed, error).await?;
        }
    }
    Ok(())
}
