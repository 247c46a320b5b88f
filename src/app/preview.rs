//! What would arrive if it were sent now: the same words, cut or put into a template by the same hands as a message's.

use chrono::{DateTime, Utc};

use super::{
    actor::Actor,
    compose::{Letter, Names, list_usable, with_image},
    error::{AppError, OPTED_OUT, Result},
    opt_out::has_left,
    reading::reading_link,
    send_message::{Recipient, find_addressee},
    state::App,
    test_drives::fill_request,
};
use crate::{
    domain::{
        body::Body,
        contact_reason::ContactReason,
        ids::{DriveId, MessageId},
        image_url::ImageUrl,
        kind::Kind,
        parts::split,
        window::closes_at,
    },
    store,
};

/// What arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// One a Twilio message.
    pub bubbles: Vec<String>,
    /// The recipient has not written for a day: it goes by template.
    pub by_template: bool,
    /// Of the words what waits for his answer.
    pub waits: bool,
    /// The recipient wants nothing of ours, or the template may not be used now, in words.
    pub unavailable: Option<String>,
    /// Until when free text reaches him.
    pub closes_at: Option<DateTime<Utc>>,
}

/// What is about to be sent.
pub struct Words<'a> {
    pub words: &'a str,
    pub image_url: Option<ImageUrl>,
    /// Why a buyer writes, and the times that he proposes.
    pub reason: Option<ContactReason>,
    pub slots: Vec<DateTime<Utc>>,
    /// The test drive that would be asked for, if it is known yet.
    pub drive: Option<DriveId>,
}

/// What the words would arrive as.
///
/// # Errors
/// `Invalid` for words that cannot be sent; as for sending for a recipient that the actor may not write to.
pub async fn preview(app: &App, actor: &Actor, to: &Recipient, said: Words<'_>) -> Result<Preview> {
    let body =
        Body::parse(said.words).map_err(|error| AppError::invalid("message", "invalid", error.sentence()))?;
    let addressee = find_addressee(app, actor, to).await?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let heard = store::inbound::get_last_heard(&mut conn, addressee.phone.as_str()).await?;
    let closes_at = heard.map(closes_at).filter(|end| *end > now);
    let gone = has_left(app, &mut conn, addressee.phone.as_str()).await?.then(|| OPTED_OUT.to_owned());
    let asks_for_drive = said.reason == Some(ContactReason::TestDrive) && !said.slots.is_empty();
    if closes_at.is_some() && !asks_for_drive {
        return Ok(Preview {
            bubbles: split(body.as_str()),
            by_template: false,
            waits: false,
            unavailable: gone,
            closes_at,
        });
    }
    // Every message's is as long.
    let link = reading_link(&app.settings, MessageId::fresh())?;
    let letter = Letter {
        sender: actor.user_id,
        role: actor.role,
        dealer: addressee.payer,
        vehicle: addressee.vehicle,
        kind: Kind::Contact,
        words: body.as_str(),
        image_url: said.image_url.as_ref().map(ImageUrl::as_str),
        reason: said.reason,
        link: &link,
    };
    let names = Names::load(&mut conn, &[letter]).await?;
    let filled = match (addressee.payer, addressee.vehicle) {
        (Some(dealer), Some(vehicle)) if asks_for_drive => {
            let link =
                app.settings.page(&format!("/panel/pruebas/{}", said.drive.unwrap_or_else(DriveId::fresh)));
            let (dealer, vehicle) =
                (names.dealer(dealer).unwrap_or("OKLA"), names.vehicle(vehicle).unwrap_or_default());
            let words = with_image(letter.words, letter.image_url);
            fill_request(dealer, &actor.name, vehicle, &said.slots, words, &link)
        }
        _ => names.compose(&letter),
    };
    let usable = list_usable(&mut conn).await?.contains_key(&filled.purpose);
    Ok(Preview {
        waits: filled.rest.is_some(),
        unavailable: gone.or_else(|| (!usable).then(|| filled.purpose.unavailable())),
        bubbles: vec![filled.text],
        by_template: true,
        closes_at,
    })
}
