use leptos::prelude::*;

use super::{back_with, one_sending};
use crate::{
    app::{
        error::{AppError, FieldError, Result},
        send_message::{Recipient, SendMessage, send_message},
    },
    domain::{body::Body, ids::VehicleId, image_url::ImageUrl, kind::Kind, phone::Phone, user::Role},
    web::{error::WebError, flash, guard::sign_in_path, redirect, request::Current},
};

/// The form's name in the flash.
pub const FORM: &str = "escribir";
pub const PAGE: &str = "/panel/escribir";

/// A dealer's user: writes to a number, on his dealer's account.
#[server(prefix = "/fn", endpoint = "escribir")]
pub async fn post_write(
    #[server(default)] to: String,
    #[server(default)] vehicle: String,
    #[server(default)] message: String,
    #[server(default)] image_url: String,
    #[server(default)] form_key: String,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let typed = [
        ("to", to.as_str()),
        ("vehicle", &vehicle),
        ("message", &message),
        ("image_url", &image_url),
        ("form_key", &form_key),
    ];
    let Some(actor) = current.actor.clone().filter(|actor| actor.role == Role::Dealer) else {
        flash::keep(&current.session, FORM, &flash::Flash::new(&typed, Vec::new())).await?;
        redirect::from_leptos(&sign_in_path(PAGE));
        return Ok(());
    };
    let sent = match parse(&to, &vehicle, &message, &image_url, &form_key) {
        Ok(command) => send_message(&current.state, &actor, command).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(sent) => redirect::from_leptos(&format!("/panel/mensajes/{}", sent.id())),
        Err(error) => back_with(&current, FORM, PAGE, &typed, error).await?,
    }
    Ok(())
}

fn parse(to: &str, vehicle: &str, message: &str, image_url: &str, form_key: &str) -> Result<SendMessage> {
    let mut wrong = Vec::new();
    let phone =
        Phone::parse_form(to).map_err(|error| wrong.push(FieldError::new("to", "invalid", error.sentence())));
    let body = Body::parse(message)
        .map_err(|error| wrong.push(FieldError::new("message", "invalid", error.sentence())));
    let image_url = ImageUrl::parse(image_url)
        .map_err(|sentence| wrong.push(FieldError::new("image_url", "invalid", sentence)));
    let (Ok(phone), Ok(body), Ok(image_url)) = (phone, body, image_url) else {
        return Err(AppError::Invalid(wrong));
    };
    let about = vehicle.parse::<VehicleId>().ok();
    let image = image_url.as_ref().map_or("", ImageUrl::as_str);
    let key = one_sending(form_key, &[phone.as_str(), image, body.as_str()]);
    let to = Recipient::Number { phone, about };
    Ok(SendMessage {
        to,
        body,
        image_url,
        kind: Kind::Contact,
        key,
        reason: None,
        template: None,
        resend_of: None,
    })
}
