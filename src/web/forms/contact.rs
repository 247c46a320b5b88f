use chrono::{DateTime, Utc};

use crate::{
    app::{
        error::{AppError, FieldError, Result},
        send_message::{Recipient, SendMessage, send_message},
        test_drives::{AskDrive, ask},
    },
    domain::{
        body::Body,
        contact_reason::ContactReason,
        ids::{DriveId, VehicleId},
        image_url::ImageUrl,
        kind::Kind,
        test_drive::read_slot,
    },
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

/// What a form holds in which somebody writes, as typed.
#[derive(Default)]
pub struct Typed<'a> {
    pub reason: &'a str,
    pub slot1: &'a str,
    pub slot2: &'a str,
    pub message: &'a str,
    pub image_url: &'a str,
    pub form_key: &'a str,
    /// The number that is written to, where the form asks for one.
    pub to: &'a str,
}

impl<'a> Typed<'a> {
    /// As the flash keeps it.
    pub fn fields(&self) -> [(&'static str, &'a str); 6] {
        [
            ("reason", self.reason),
            ("slot1", self.slot1),
            ("slot2", self.slot2),
            ("message", self.message),
            ("image_url", self.image_url),
            ("form_key", self.form_key),
        ]
    }

    /// What makes a second press the same sending to the seller of a vehicle.
    fn key(
        &self,
        vehicle: VehicleId,
        image_url: Option<&ImageUrl>,
        body: &Body,
        proposes: bool,
    ) -> Option<String> {
        let vehicle = vehicle.to_string();
        let image = image_url.map_or("", ImageUrl::as_str);
        let what = [&vehicle, image, self.reason, body.as_str(), self.slot1.trim(), self.slot2.trim()];
        one_sending(self.form_key, if proposes { &what } else { &what[..4] })
    }

    /// The test drive that this form would ask for.
    pub fn drive(&self, vehicle: VehicleId) -> Option<DriveId> {
        let (body, image_url) = (Body::parse(self.message).ok()?, ImageUrl::parse(self.image_url).ok()?);
        self.key(vehicle, image_url.as_ref(), &body, true)?.strip_prefix("form:")?.parse().ok()
    }
}

/// Takes a contact form in, for the plain form and for the island alike: a page gets redirects and a flash, the island
/// gets the answer.
pub async fn contact(vehicle: &str, form: &Typed<'_>) -> std::result::Result<ContactAnswer, WebError> {
    let current = Current::get()?;
    let typed = form.fields();
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
    let sent = match read(vehicle, form, current.state.clock.now()) {
        Ok(Wanted::Write(command)) => send_message(&current.state, &actor, command).await,
        Ok(Wanted::Drive(asked)) => ask(&current.state, &actor, asked).await,
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

/// What the form asks for.
enum Wanted {
    Write(SendMessage),
    Drive(AskDrive),
}

fn read(vehicle: &str, form: &Typed<'_>, now: DateTime<Utc>) -> Result<Wanted> {
    let mut wrong = Vec::new();
    let vehicle = vehicle.parse::<VehicleId>().map_err(|_| {
        wrong.push(FieldError::new(
            "",
            "unknown_vehicle",
            "No reconocimos el vehículo. Vuelva a su página e inténtelo de nuevo.",
        ));
    });
    // A form that was open before reasons were asked for has none.
    let reason = form.reason.parse::<ContactReason>().ok();
    let slots = read_slots(form, reason, now, &mut wrong);
    let body = Body::parse(form.message)
        .map_err(|error| wrong.push(FieldError::new("message", "invalid", error.sentence())));
    let image_url = ImageUrl::parse(form.image_url)
        .map_err(|sentence| wrong.push(FieldError::new("image_url", "invalid", sentence)));
    let (Ok(vehicle), Ok(body), Ok(image_url), true) = (vehicle, body, image_url, wrong.is_empty()) else {
        return Err(AppError::Invalid(wrong));
    };
    let key = form.key(vehicle, image_url.as_ref(), &body, !slots.is_empty());
    if !slots.is_empty() {
        let id = form.drive(vehicle).unwrap_or_else(DriveId::fresh);
        return Ok(Wanted::Drive(AskDrive { id, vehicle, slots, words: body, image_url, key }));
    }
    Ok(Wanted::Write(SendMessage {
        to: Recipient::SellerOf(vehicle),
        body,
        image_url,
        kind: Kind::Contact,
        reason,
        key,
        template: None,
        resend_of: None,
    }))
}

/// The times that are proposed for a test drive: at least one.
fn read_slots(
    form: &Typed<'_>,
    reason: Option<ContactReason>,
    now: DateTime<Utc>,
    wrong: &mut Vec<FieldError>,
) -> Vec<DateTime<Utc>> {
    let mut slots = Vec::new();
    if reason != Some(ContactReason::TestDrive) {
        return slots;
    }
    for (field, text) in [("slot1", form.slot1), ("slot2", form.slot2)] {
        match read_slot(text, now) {
            Ok(Some(slot)) if !slots.contains(&slot) => slots.push(slot),
            Ok(_) => {}
            Err(sentence) => wrong.push(FieldError::new(field, "invalid", sentence)),
        }
    }
    if slots.is_empty() && wrong.is_empty() {
        let sentence =
            "Primera hora: elija cuándo quiere probarlo. Si solo quiere preguntar, elija otro motivo.";
        wrong.push(FieldError::new("slot1", "missing", sentence));
    }
    slots
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
