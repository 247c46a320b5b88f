//! What arrives of what stands in a form.

use super::{ANSWER, CONTACT, OFFER, OWN_ANSWER, Typed, signed_in};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        offers::preview_offer,
        preview::{Preview, Words, preview},
        send_message::Recipient,
        threads::thread_of_own,
    },
    domain::{contact_reason::ContactReason, image_url::ImageUrl, test_drive::read_slot, vehicle::Vehicle},
    web::{
        error::WebError,
        flash::{self, Flash},
        islands::{PreviewOf, Previewed},
        parts::{contact_words, note},
        redirect,
        request::Current,
    },
};

/// For the island the answer; for a plain form its page again, with what was typed.
pub async fn show_preview(of: &str, typed: &Typed<'_>) -> std::result::Result<Previewed, WebError> {
    let current = Current::get()?;
    let of = of.parse::<PreviewOf>();
    let (page, form) = match &of {
        Ok(PreviewOf::Vehicle(id)) => (format!("/vehiculos/{id}/contactar"), CONTACT),
        Ok(PreviewOf::Thread(id)) => (format!("/panel/conversaciones/{id}"), ANSWER),
        Ok(PreviewOf::Message(id)) => (format!("/mensajes/{id}"), OWN_ANSWER),
        Ok(PreviewOf::Offer(_)) => ("/panel/ofertas/nueva".to_owned(), OFFER),
        Err(_) => ("/".to_owned(), CONTACT),
    };
    let nothing = Previewed { bubbles: Vec::new(), note: String::new() };
    if current.wants_page() {
        if signed_in(&current, &page).is_some() {
            flash::keep(&current.session, form, &Flash::new(&typed.fields(), Vec::new())).await?;
            redirect::from_leptos(&page);
        }
        return Ok(nothing);
    }
    let (Some(actor), Ok(of)) = (current.actor.clone(), of) else { return Ok(nothing) };
    match previewed(&current, &actor, of, typed).await {
        Ok(previewed) => Ok(previewed),
        Err(AppError::Invalid(problems)) => {
            let words = problems.into_iter().next().map(|problem| problem.message).unwrap_or_default();
            Ok(Previewed { note: words, ..nothing })
        }
        Err(AppError::NotFound | AppError::Forbidden { .. }) => Ok(nothing),
        Err(error) => Err(error.into()),
    }
}

async fn previewed(current: &Current, actor: &Actor, of: PreviewOf, typed: &Typed<'_>) -> Result<Previewed> {
    let to = match of {
        PreviewOf::Vehicle(id) => Recipient::SellerOf(id),
        PreviewOf::Thread(id) => Recipient::Thread(id),
        PreviewOf::Message(id) => Recipient::Thread(thread_of_own(&current.state, actor, id).await?),
        PreviewOf::Offer(vehicle) => {
            let preview = preview_offer(&current.state, actor, typed.message, vehicle).await?;
            let note = preview.unavailable.unwrap_or_default();
            return Ok(Previewed { bubbles: vec![preview.text], note });
        }
    };
    let preview = preview_to(current, actor, &to, typed).await?;
    let note = preview.unavailable.clone().unwrap_or_else(|| note(&preview).to_owned());
    Ok(Previewed { note, bubbles: preview.bubbles })
}

/// What the words would arrive as.
pub async fn preview_to(
    current: &Current,
    actor: &Actor,
    to: &Recipient,
    typed: &Typed<'_>,
) -> Result<Preview> {
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
    };
    shown(preview_to(current, actor, &Recipient::SellerOf(vehicle.card.id), &typed).await)
}

/// What cannot be sent has no preview.
pub fn shown(preview: Result<Preview>) -> Result<Option<Preview>> {
    match preview {
        Ok(preview) => Ok(Some(preview)),
        Err(AppError::Invalid(_) | AppError::Forbidden { .. } | AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
