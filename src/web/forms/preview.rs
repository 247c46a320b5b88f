//! What arrives of what stands in a form.

use leptos::prelude::*;

use super::{ANSWER, CONTACT, OFFER, OWN_ANSWER, Typed, WRITE, WRITE_PAGE, signed_in};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, FieldError, Result},
        offers::preview_offer,
        preview::{Preview, Window, Words, preview},
        send_message::Recipient,
        threads::thread_of_own,
    },
    domain::{
        contact_reason::ContactReason, ids::VehicleId, image_url::ImageUrl, phone::Phone,
        test_drive::read_slot, user::Role, vehicle::Vehicle,
    },
    web::{
        error::WebError,
        flash::{self, Flash},
        islands::PreviewOf,
        live::draw,
        parts::{Arrives, OfferArrives, contact_words},
        redirect,
        request::Current,
    },
};

/// For the island what is drawn; for a plain form its page again, with what was typed.
pub async fn show_preview(of: &str, typed: &Typed<'_>) -> std::result::Result<String, WebError> {
    let current = Current::get()?;
    let of = of.parse::<PreviewOf>().ok();
    if current.wants_page() {
        keep(&current, of, typed).await?;
        return Ok(String::new());
    }
    let now = current.state.clock.now();
    let (Some(actor), Some(of)) = (current.actor.clone(), of) else {
        return Ok(draw(|| view! { <Arrives preview=None now=now/> }));
    };
    let to = match of {
        PreviewOf::Offer(vehicle) => return Ok(offer(&current, &actor, typed, vehicle).await?),
        PreviewOf::Vehicle(id) => Ok(Some(Recipient::SellerOf(id))),
        PreviewOf::Thread(id) => Ok(Some(Recipient::Thread(id))),
        PreviewOf::Message(id) => {
            thread_of_own(&current.state, &actor, id).await.map(|id| Some(Recipient::Thread(id)))
        }
        PreviewOf::Number(about) => number(&actor, typed.to, about),
    };
    let previewed = match to {
        Ok(to) => preview_to(&current, &actor, to.as_ref(), typed).await,
        Err(error) => Err(error),
    };
    let problem = match previewed {
        Ok(preview) => return Ok(draw(|| view! { <Arrives preview=Some(&preview) now=now/> })),
        Err(AppError::Invalid(problems)) => spoken(problems),
        Err(AppError::NotFound | AppError::Forbidden { .. }) => String::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(draw(|| view! { <Arrives preview=None problem=problem now=now/> }))
}

/// What is typed, for the page of its form to show.
async fn keep(current: &Current, of: Option<PreviewOf>, typed: &Typed<'_>) -> Result<()> {
    let mut about = String::new();
    let (page, form) = match of {
        Some(PreviewOf::Vehicle(id)) => (format!("/vehiculos/{id}/contactar"), CONTACT),
        Some(PreviewOf::Thread(id)) => (format!("/panel/conversaciones/{id}"), ANSWER),
        Some(PreviewOf::Message(id)) => (format!("/mensajes/{id}"), OWN_ANSWER),
        Some(PreviewOf::Number(vehicle)) => {
            about = vehicle.map(|id| id.to_string()).unwrap_or_default();
            (WRITE_PAGE.to_owned(), WRITE)
        }
        Some(PreviewOf::Offer(_)) => ("/panel/ofertas/nueva".to_owned(), OFFER),
        None => ("/".to_owned(), CONTACT),
    };
    if signed_in(current, &page).is_some() {
        let number = [("to", typed.to), ("vehicle", &about)];
        let typed = [&typed.fields()[..], &number].concat();
        flash::keep(&current.session, form, &Flash::new(&typed, Vec::new())).await?;
        redirect::from_leptos(&page);
    }
    Ok(())
}

/// Who may write to numbers, and to which, if it is one.
fn number(actor: &Actor, to: &str, about: Option<VehicleId>) -> Result<Option<Recipient>> {
    if actor.role != Role::Dealer {
        return Err(AppError::NotFound);
    }
    Ok(Phone::parse_form(to).ok().map(|phone| Recipient::Number { phone, about }))
}

async fn offer(
    current: &Current,
    actor: &Actor,
    typed: &Typed<'_>,
    vehicle: Option<VehicleId>,
) -> Result<String> {
    let (text, said) = match preview_offer(&current.state, actor, typed.message, vehicle).await {
        Ok(preview) => (Some(preview.text), preview.unavailable.unwrap_or_default()),
        Err(AppError::Invalid(problems)) => (None, spoken(problems)),
        Err(AppError::NotFound | AppError::Forbidden { .. }) => (None, String::new()),
        Err(error) => return Err(error),
    };
    Ok(draw(|| view! { <OfferArrives text=text said=said/> }))
}

fn spoken(problems: Vec<FieldError>) -> String {
    problems.into_iter().next().map(|problem| problem.message).unwrap_or_default()
}

/// What the words would arrive as; `to`: nobody yet.
pub async fn preview_to(
    current: &Current,
    actor: &Actor,
    to: Option<&Recipient>,
    typed: &Typed<'_>,
) -> Result<Preview> {
    let Some(to) = to else { return Ok(Preview::of_nothing(Window::Untold)) };
    let now = current.state.clock.now();
    let slots = [typed.slot1, typed.slot2].into_iter().filter_map(|slot| read_slot(slot, now).ok().flatten());
    let said = Words {
        words: typed.message,
        image_url: ImageUrl::parse(typed.image_url).unwrap_or_default(),
        reason: typed.reason.parse().ok(),
        slots: slots.collect(),
        drive: if let Recipient::SellerOf(vehicle) = to { typed.drive(*vehicle) } else { None },
    };
    preview(&current.state, actor, to, said).await
}

/// Of what stands in a vehicle's contact form; `None`: it could not be sent as it is.
pub async fn contact_preview(
    current: &Current,
    actor: &Actor,
    vehicle: &Vehicle,
    flash: &Flash,
) -> Result<Option<Preview>> {
    let value = |field: &str| flash.value(field);
    let (words, reason) = (contact_words(vehicle, flash), value("reason"));
    let typed = Typed {
        message: &words,
        reason: if reason.is_empty() { ContactReason::Availability.as_str() } else { &reason },
        slot1: &value("slot1"),
        slot2: &value("slot2"),
        image_url: &value("image_url"),
        form_key: &value("form_key"),
        to: "",
    };
    shown(preview_to(current, actor, Some(&Recipient::SellerOf(vehicle.card.id)), &typed).await)
}

/// Of what stands in a form that writes to a number; of whatever is none, only how it is decided.
pub async fn number_preview(
    current: &Current,
    actor: &Actor,
    about: Option<VehicleId>,
    typed: &Typed<'_>,
) -> Result<Option<Preview>> {
    let to = number(actor, typed.to, about)?;
    shown(preview_to(current, actor, to.as_ref(), typed).await)
}

/// What cannot be sent has no preview.
pub fn shown(preview: Result<Preview>) -> Result<Option<Preview>> {
    match preview {
        Ok(preview) => Ok(Some(preview)),
        Err(AppError::Invalid(_) | AppError::Forbidden { .. } | AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
