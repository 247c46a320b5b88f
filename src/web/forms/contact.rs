use crate::{
    app::{
        error::{AppError, FieldError, Result},
        send_message::{Recipient, SendMessage, send_message},
    },
    domain::{body::Body, ids::VehicleId, image_url::ImageUrl, kind::Kind},
    web::{
        error::WebError,
        flash::{self, Flash, Problem},
        forms::{one_sending, problems},
        guard::door,
        islands::{ContactAnswer, Refused},
        redirect,
        request::Current,
    },
};

/// The form's name in the flash.
pub const FORM: &str = "contactar";

/// Takes a contact form in, for the plain form and for the island alike: a page gets redirects and a flash, the island
/// gets the answer.
pub async fn contact(
    vehicle: &str,
    reason: &str,
    message: &str,
    image_url: &str,
    form_key: &str,
) -> std::result::Result<ContactAnswer, WebError> {
    let current = Current::get()?;
    let typed = [("reason", reason), ("message", message), ("image_url", image_url), ("form_key", form_key)];
    let form_page = match vehicle.parse::<VehicleId>() {
        Ok(id) => format!("/vehiculos/{id}/contactar"),
        Err(_) => "/".to_owned(),
    };
    let Some(actor) = current.actor.clone() else {
        flash::keep(&current.session, FORM, &Flash::new(&typed, Vec::new())).await?;
        let page = door(&current, &form_page);
        redirect_page(&current, &page);
        return Ok(ContactAnswer::SignIn { page });
    };
    let sent = match parse(vehicle, reason, message, image_url, form_key) {
        Ok(command) => send_message(&current.state, &actor, command).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(sent) => {
            let page = format!("/mensajes/{}", sent.id());
            redirect_page(&current, &page);
            Ok(ContactAnswer::Accepted { page })
        }
        Err(error) => {
            let problems = problems(error);
            if current.wants_page() {
                flash::keep(&current.session, FORM, &Flash::new(&typed, problems.clone())).await?;
                redirect::from_leptos(&form_page);
            }
            Ok(ContactAnswer::Refused(problems.into_iter().map(refused).collect()))
        }
    }
}

fn parse(vehicle: &str, reason: &str, message: &str, image_url: &str, form_key: &str) -> Result<SendMessage> {
    let mut wrong = Vec::new();
    let vehicle = vehicle.parse::<VehicleId>().map_err(|_| {
        wrong.push(FieldError::new(
            "",
            "unknown_vehicle",
            "No reconocimos el vehículo. Vuelva a su página e inténtelo de nuevo.",
        ));
    });
    let body = Body::parse(message)
        .map_err(|error| wrong.push(FieldError::new("message", "invalid", error.sentence())));
    let image_url = ImageUrl::parse(image_url)
        .map_err(|sentence| wrong.push(FieldError::new("image_url", "invalid", sentence)));
    let (Ok(vehicle), Ok(body), Ok(image_url)) = (vehicle, body, image_url) else {
        return Err(AppError::Invalid(wrong));
    };
    let image = image_url.as_ref().map_or("", ImageUrl::as_str);
    let key = one_sending(form_key, &[&vehicle.to_string(), image, reason, body.as_str()]);
    Ok(SendMessage {
        to: Recipient::SellerOf(vehicle),
        body,
        image_url,
        kind: Kind::Contact,
        // A form that was open before reasons were asked for has none.
        reason: reason.parse().ok(),
        key,
        template: None,
        resend_of: None,
        continues: None,
    })
}

/// A status set for the island would be its answer's: only a page is sent elsewhere.
fn redirect_page(current: &Current, page: &str) {
    if current.wants_page() {
        redirect::from_leptos(page);
    }
}

fn refused(problem: Problem) -> Refused {
    Refused { field: problem.field, message: problem.message }
}
