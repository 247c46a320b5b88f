//! What would arrive if it were sent now: the same words, cut or put into a template by the same hands as a message's.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    compose::{Letter, Names, list_usable, with_image},
    error::{OPTED_OUT, Result},
    opt_out::has_left,
    reading::reading_link,
    send_message::{Addressee, Recipient, find_addressee},
    state::App,
    test_drives::fill_request,
};
use crate::{
    domain::{
        body::{Body, InvalidBody},
        contact_reason::ContactReason,
        ids::{DriveId, MessageId},
        image_url::ImageUrl,
        kind::Kind,
        parts::split,
        window::closes_at,
    },
    store,
};

/// Whether free text reaches the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Until then.
    Open(DateTime<Utc>),
    Closed,
    /// That is nobody's business who has no conversation with that number.
    Untold,
}

/// What arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub window: Window,
    /// One a Twilio message; none: the words cannot be sent.
    pub bubbles: Vec<String>,
    /// A picture that comes with the first.
    pub image: Option<ImageUrl>,
    /// It goes by template: the recipient has not written for a day, or it asks for a test drive.
    pub by_template: bool,
    /// Of the words what waits for his answer.
    pub waits: bool,
    /// The recipient wants nothing of ours, or the template may not be used now, in words.
    pub unavailable: Option<String>,
    /// Why the words cannot be sent.
    pub problem: Option<String>,
}

impl Preview {
    /// Of no words that can be sent.
    pub fn of_nothing(window: Window) -> Self {
        Self {
            window,
            bubbles: Vec::new(),
            image: None,
            by_template: false,
            waits: false,
            unavailable: None,
            problem: None,
        }
    }
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

impl Words<'_> {
    /// Goes by a template of its own, whomever free text reaches.
    fn asks_for_drive(&self) -> bool {
        self.reason == Some(ContactReason::TestDrive) && !self.slots.is_empty()
    }
}

/// Whether the actor may know that a recipient wrote to OKLA lately, or left: he might have done so to others. Who has sent to
/// that number has read it on the message's page.
pub(super) async fn may_know(conn: &mut PgConnection, actor: &Actor, to: &Recipient) -> Result<bool> {
    let Recipient::Number { phone, .. } = to else { return Ok(true) };
    let Some(dealer) = actor.dealer_id else { return Ok(false) };
    Ok(store::threads::is_with(conn, dealer, phone.as_str()).await?)
}

/// What the words would arrive as, and by which way.
///
/// # Errors
/// As for sending, for a recipient that the actor may not write to.
pub async fn preview(app: &App, actor: &Actor, to: &Recipient, said: Words<'_>) -> Result<Preview> {
    let addressee = find_addressee(app, actor, to).await?;
    let mut conn = app.pool.acquire().await?;
    let phone = addressee.phone.as_str();
    let (window, gone) = if may_know(&mut conn, actor, to).await? {
        let heard = store::inbound::get_last_heard(&mut conn, phone).await?;
        let end = heard.map(closes_at).filter(|end| *end > app.clock.now());
        let gone = has_left(app, &mut conn, phone).await?.then(|| OPTED_OUT.to_owned());
        (end.map_or(Window::Closed, Window::Open), gone)
    } else {
        (Window::Untold, None)
    };
    let nothing = Preview { unavailable: gone, ..Preview::of_nothing(window) };
    let body = match Body::parse(said.words) {
        Ok(body) => body,
        Err(InvalidBody::Empty) => return Ok(nothing),
        Err(error) => return Ok(Preview { problem: Some(error.sentence()), ..nothing }),
    };
    if matches!(window, Window::Open(_)) && !said.asks_for_drive() {
        return Ok(Preview { bubbles: split(body.as_str()), image: said.image_url, ..nothing });
    }
    by_template(app, &mut conn, actor, &addressee, &body, &said, nothing).await
}

/// The words within their template.
async fn by_template(
    app: &App,
    conn: &mut PgConnection,
    actor: &Actor,
    addressee: &Addressee,
    body: &Body,
    said: &Words<'_>,
    nothing: Preview,
) -> Result<Preview> {
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
    let names = Names::load(conn, &[letter]).await?;
    let filled = match (addressee.payer, addressee.vehicle) {
        (Some(dealer), Some(vehicle)) if said.asks_for_drive() => {
            let link =
                app.settings.page(&format!("/panel/pruebas/{}", said.drive.unwrap_or_else(DriveId::fresh)));
            let (dealer, vehicle) =
                (names.dealer(dealer).unwrap_or("OKLA"), names.vehicle(vehicle).unwrap_or_default());
            let words = with_image(letter.words, letter.image_url);
            fill_request(dealer, &actor.name, vehicle, &said.slots, words, &link)
        }
        _ => names.compose(&letter),
    };
    let usable = list_usable(conn).await?.contains_key(&filled.purpose);
    Ok(Preview {
        by_template: true,
        waits: filled.rest.is_some(),
        unavailable: nothing.unavailable.or_else(|| (!usable).then(|| filled.purpose.unavailable())),
        bubbles: vec![filled.text],
        ..nothing
    })
}
