//! Taking a message in: who may write to whom, and then, with others in one transaction, limits, the message, its parts,
//! its charge and its place in the outbox. Nothing is sent here.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    accept::{Draft, Key, Receipt, Verdict},
    actor::Actor,
    error::{AppError, Result},
    notices::Change,
    offers::offer_to,
    opt_out::address_hash,
    reading::reading_link,
    state::App,
    templates::ask_about_templates,
};
use crate::{
    domain::{
        body::Body,
        contact_reason::ContactReason,
        ids::{DealerId, MessageId, ThreadId, VehicleId},
        image_url::ImageUrl,
        kind::Kind,
        parts::split,
        phone::Phone,
        template::{Filled, Purpose},
        time::day_in_santo_domingo,
        user::Role,
    },
    metrics, store,
};

/// A message to be sent, its values already sound.
#[derive(Clone, Debug)]
pub struct SendMessage {
    pub to: Recipient,
    pub body: Body,
    pub image_url: Option<ImageUrl>,
    pub kind: Kind,
    /// Why a buyer writes.
    pub reason: Option<ContactReason>,
    /// It goes by this template, whomever free text reaches.
    pub template: Option<Filled>,
    /// A second request with the same key and the same content finds the first message instead of sending again.
    pub key: Option<String>,
    /// The failed message that it repeats.
    pub resend_of: Option<MessageId>,
}

impl SendMessage {
    /// What it is for: whatever goes by the template of offers is one.
    fn kind(&self) -> Kind {
        let by_offers = self.template.as_ref().is_some_and(|filled| filled.purpose == Purpose::Offer);
        if by_offers { Kind::Offer } else { self.kind }
    }
}

/// To whom.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// The seller of a vehicle, at the dealer's number.
    SellerOf(VehicleId),
    /// A number, perhaps about a vehicle.
    Number { phone: Phone, about: Option<VehicleId> },
    /// The other side of a conversation of the sender's, whatever has become of the vehicle.
    Thread(ThreadId),
}

/// What became of a request to send.
#[derive(Clone, Debug)]
pub enum Sent {
    /// Taken in; the workers deliver it.
    Accepted(MessageId, Receipt),
    /// The key was bound by an earlier request to this message.
    Before(Before),
}

impl Sent {
    pub fn id(&self) -> MessageId {
        match self {
            Self::Accepted(id, _) => *id,
            Self::Before(before) => before.message,
        }
    }
}

/// An earlier request with the same key.
#[derive(Clone, Debug)]
pub struct Before {
    pub message: MessageId,
    pub at: DateTime<Utc>,
    /// The status and the body of the answer it got; `None`: it has got none yet.
    pub answer: Option<(u16, String)>,
}

/// Accepts the message.
///
/// # Errors
/// `Limit`; `Withheld` for an offer that its recipient may not get; `Forbidden` for a recipient the sender may not write to;
/// `Invalid` for a vehicle that is not for sale; `KeyReused` for a key that is bound to something else.
pub async fn send_message(app: &App, actor: &Actor, command: SendMessage) -> Result<Sent> {
    let key = command.key.as_ref().map(|word| Key { word: word.clone(), request_hash: hash(&command) });
    if let Some(key) = &key
        && let Some(before) = find_before(app, actor, key).await?
    {
        // Whatever has become of the vehicle meanwhile.
        return Ok(Sent::Before(before));
    }
    let addressee = find_addressee(app, actor, &command.to).await?;
    let kind = command.kind();
    let offer = match kind {
        Kind::Offer => Some(offer_to(app, actor, &command).await?),
        _ => None,
    };
    let body = match &offer {
        Some(offer) => Body::parse(&offer.filled.text)
            .map_err(|error| AppError::Fault(format!("an offer cannot be written: {error}")))?,
        None => command.body.clone(),
    };
    let id = MessageId::fresh();
    let draft = Draft {
        id,
        link: reading_link(&app.settings, id)?,
        template: offer.as_ref().map_or(command.template, |offer| Some(offer.filled.clone())),
        offer: offer.as_ref().map(|offer| offer.offering),
        continues: None,
        thread: offer.as_ref().and_then(|offer| offer.thread),
        to_hash: Some(address_hash(app, addressee.phone.as_str())?),
        sender: actor.user_id,
        role: actor.role,
        dealer: actor.dealer_id,
        payer: addressee.payer,
        vehicle: addressee.vehicle,
        kind,
        reason: command.reason,
        to: addressee.phone,
        parts: split(body.as_str()),
        body,
        image_url: command.image_url,
        key: key.clone(),
        resend_of: command.resend_of,
    };
    let (change, to) = (Change { message: id, dealer: draft.payer }, draft.to.masked());
    let mut verdict = app.accepts.submit(draft.clone()).await?;
    if matches!(verdict, Verdict::NoTemplate(_)) && ask_about_templates(app).await? {
        verdict = app.accepts.submit(draft).await?;
    }
    match verdict {
        Verdict::Accepted(receipt) => {
            metrics::message_accepted();
            app.notices.outbox_waiting();
            app.notices.message_changed(change);
            tracing::info!(message = %id, to, "message accepted");
            Ok(Sent::Accepted(id, receipt))
        }
        Verdict::Refused(refusal) => {
            metrics::message_refused(refusal.limit.code());
            Err(AppError::Limit(refusal))
        }
        Verdict::Paused(paused) => {
            metrics::message_refused("paused");
            Err(AppError::Paused(paused))
        }
        Verdict::NoTemplate(purpose) => {
            metrics::message_refused("template_unavailable");
            Err(AppError::NoTemplate(purpose))
        }
        Verdict::OptedOut => {
            metrics::message_refused("opted_out");
            Err(AppError::OptedOut)
        }
        Verdict::Gone => Err(AppError::SignedOut),
        Verdict::Withheld(why) => {
            metrics::message_refused(why.code());
            let retry_after = why.until().and_then(|until| (until - app.clock.now()).to_std().ok());
            Err(AppError::Withheld { why, retry_after })
        }
        Verdict::KeyTaken => sent_before(app, actor, key).await,
    }
}

/// SHA-256 of all that is asked for.
fn hash(command: &SendMessage) -> [u8; 32] {
    let to = match &command.to {
        Recipient::SellerOf(vehicle) => format!("seller of {vehicle}"),
        Recipient::Number { phone, about } => format!("{} about {about:?}", phone.as_str()),
        Recipient::Thread(thread) => format!("in {thread}"),
    };
    let image = command.image_url.as_ref().map_or("", ImageUrl::as_str);
    let kind = command.kind.as_str();
    let template = command.template.as_ref().map_or(String::new(), |filled| format!("\n{}", filled.purpose));
    Sha256::digest(format!("{to}\n{kind}\n{image}\n{}{template}", command.body.as_str())).into()
}

async fn sent_before(app: &App, actor: &Actor, key: Option<Key>) -> Result<Sent> {
    let key =
        key.ok_or_else(|| AppError::Fault("a message without a key was taken for a repeat".to_owned()))?;
    // Gone: the limit that refused the first request has freed the key in this very moment.
    find_before(app, actor, &key).await?.map(Sent::Before).ok_or(AppError::KeyInProgress)
}

async fn find_before(app: &App, actor: &Actor, key: &Key) -> Result<Option<Before>> {
    let mut conn = app.pool.acquire().await?;
    let Some(bound) = store::idempotency::get_key(&mut conn, actor.user_id, &key.word).await? else {
        return Ok(None);
    };
    if bound.request_hash != key.request_hash {
        return Err(AppError::KeyReused);
    }
    let answer = bound.answer_status.and_then(|status| u16::try_from(status).ok()).zip(bound.answer_body);
    Ok(Some(Before { message: bound.message, at: bound.created_at, answer }))
}

pub(super) struct Addressee {
    pub(super) phone: Phone,
    /// The dealer it is charged to and shown to.
    pub(super) payer: Option<DealerId>,
    pub(super) vehicle: Option<VehicleId>,
}

/// A buyer writes to dealers only; a dealer or an admin to anyone, on his own account.
pub(super) async fn find_addressee(app: &App, actor: &Actor, to: &Recipient) -> Result<Addressee> {
    let vehicle = match to {
        Recipient::SellerOf(id) => Some(*id),
        Recipient::Number { about, .. } => *about,
        Recipient::Thread(thread) => return other_end(app, actor, *thread).await,
    };
    if let (Recipient::Number { phone, about: None }, Role::Dealer | Role::Admin) = (to, actor.role) {
        return Ok(Addressee { phone: phone.clone(), payer: actor.dealer_id, vehicle: None });
    }
    let mut conn = app.pool.acquire().await?;
    look_up(&mut conn, actor, to, vehicle, day_in_santo_domingo(app.clock.now())).await
}

/// The dealer of a buyer's conversation; of a dealer's, whoever has no account.
async fn other_end(app: &App, actor: &Actor, thread: ThreadId) -> Result<Addressee> {
    let ends = store::threads::get_ends(&mut *app.pool.acquire().await?, thread).await?;
    let ends = ends.ok_or(AppError::NotFound)?;
    let address = match actor.role {
        Role::Buyer if ends.buyer == Some(actor.user_id) => ends.dealer_phone,
        Role::Dealer if actor.dealer_id == Some(ends.dealer) => ends.address.ok_or(AppError::NotFound)?,
        Role::Buyer | Role::Dealer | Role::Admin => return Err(AppError::NotFound),
    };
    let phone = Phone::parse_api(&address).map_err(|_| {
        AppError::invalid(
            "message",
            "no_number",
            "Esta persona oculta su número y todavía no se sabe cuál es: OKLA no puede escribirle. Cuando conteste a un mensaje de OKLA, podrá.",
        )
    })?;
    Ok(Addressee { phone, payer: Some(ends.dealer), vehicle: ends.vehicle })
}

async fn look_up(
    conn: &mut PgConnection,
    actor: &Actor,
    to: &Recipient,
    vehicle: Option<VehicleId>,
    today: NaiveDate,
) -> Result<Addressee> {
    let seller = match vehicle {
        Some(id) => {
            let seller = store::messages::get_seller_of(conn, id, today, actor.dealer_id).await?;
            Some(seller.ok_or_else(vehicle_not_for_sale)?)
        }
        None => None,
    };
    let phone = match (to, &seller) {
        (Recipient::Number { phone, .. }, _) => phone.clone(),
        (Recipient::SellerOf(_), Some(seller)) => Phone::parse_api(&seller.phone)
            .map_err(|error| AppError::Fault(format!("dealers {}: phone: {error}", seller.dealer_id)))?,
        (Recipient::SellerOf(_) | Recipient::Thread(_), _) => return Err(vehicle_not_for_sale()),
    };
    let payer = match actor.role {
        Role::Dealer | Role::Admin => actor.dealer_id,
        Role::Buyer => {
            let reached = match seller.filter(|seller| seller.phone == phone.as_str()) {
                Some(seller) => Some(seller),
                None if vehicle.is_some() => None,
                None => store::messages::get_seller_at(conn, phone.as_str()).await?,
            };
            Some(reached.ok_or_else(recipient_not_allowed)?.dealer_id)
        }
    };
    Ok(Addressee { phone, payer, vehicle })
}

fn vehicle_not_for_sale() -> AppError {
    AppError::invalid(
        "vehicleId",
        "unknown_vehicle",
        "Ese vehículo no está a la venta. Revise el enlace o busque otro.",
    )
}

fn recipient_not_allowed() -> AppError {
    AppError::Forbidden {
        code: "recipient_not_allowed",
        message: "Un comprador solo puede escribir a un concesionario o al vendedor de un vehículo.",
    }
}
