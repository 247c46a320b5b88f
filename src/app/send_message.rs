//! Taking a message in: who may write to whom, limits, the message, its part, its charge and its place in the outbox,
//! all in one transaction. Nothing is sent here.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    actor::Actor,
    error::{AppError, Result},
    state::App,
    take_limits::take_limits,
};
use crate::{
    domain::{
        body::Body,
        ids::{DealerId, MessageId, PartId, VehicleId},
        image_url::ImageUrl,
        kind::Kind,
        limits::Sender,
        phone::Phone,
        rates::PRICE_PER_PART,
        user::Role,
    },
    store::{self, messages::NewMessage},
};

/// A message to be sent, its values already sound.
#[derive(Clone, Debug)]
pub struct SendMessage {
    pub to: Recipient,
    pub body: Body,
    pub image_url: Option<ImageUrl>,
    pub kind: Kind,
    /// Made with the form: a second press finds the first message instead of sending again.
    pub form_key: Option<Uuid>,
}

/// To whom.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// The seller of a vehicle, at the dealer's number.
    SellerOf(VehicleId),
    /// A number, perhaps about a vehicle.
    Number { phone: Phone, about: Option<VehicleId> },
}

/// Accepts the message; the workers deliver it.
///
/// # Errors
/// `Limit`; `Forbidden` for a recipient the sender may not write to; `Invalid` for a vehicle that is not for sale.
pub async fn send_message(app: &App, actor: &Actor, command: SendMessage) -> Result<MessageId> {
    if command.kind == Kind::Offer {
        return Err(consent_required());
    }
    let now = app.clock.now();
    let id = MessageId::fresh();
    let mut tx = app.pool.begin().await?;
    let addressee = find_addressee(&mut tx, actor, &command.to).await?;
    let message = NewMessage {
        id,
        sender_id: actor.user_id,
        sender_role: actor.role.as_str(),
        dealer_id: addressee.payer,
        vehicle_id: addressee.vehicle,
        kind: command.kind.as_str(),
        to_phone: addressee.phone.as_str(),
        body: command.body.as_str(),
        image_url: command.image_url.as_ref().map(ImageUrl::as_str),
        parts: 1,
        form_key: command.form_key,
        created_at: now,
    };
    if !store::messages::insert_message(&mut tx, &message).await? {
        tx.rollback().await?;
        return sent_before(app, actor, command.form_key).await;
    }
    let sender = Sender {
        user_id: actor.user_id,
        role: actor.role,
        dealer_id: actor.dealer_id,
        to: addressee.phone.as_str(),
    };
    take_limits(&mut tx, id, &sender, 1, now).await?;
    store::parts::insert_part(&mut tx, PartId(id.0), id, 1, command.body.as_str(), now).await?;
    store::ledger::settle(&mut tx, id, addressee.payer, "charge", PRICE_PER_PART, now).await?;
    tx.commit().await?;
    app.notices.outbox_waiting();
    tracing::info!(message = %id, to = addressee.phone.masked(), "message accepted");
    Ok(id)
}

struct Addressee {
    phone: Phone,
    /// The dealer it is charged to and shown to.
    payer: Option<DealerId>,
    vehicle: Option<VehicleId>,
}

/// A buyer writes to dealers only; a dealer or an admin to anyone, on his own account.
async fn find_addressee(conn: &mut PgConnection, actor: &Actor, to: &Recipient) -> Result<Addressee> {
    let vehicle = match to {
        Recipient::SellerOf(id) => Some(*id),
        Recipient::Number { about, .. } => *about,
    };
    let seller = match vehicle {
        Some(id) => Some(store::messages::get_seller_of(conn, id).await?.ok_or_else(vehicle_not_for_sale)?),
        None => None,
    };
    let phone = match (to, &seller) {
        (Recipient::Number { phone, .. }, _) => phone.clone(),
        (Recipient::SellerOf(_), Some(seller)) => Phone::parse_api(&seller.phone)
            .map_err(|error| AppError::Fault(format!("dealers {}: phone: {error}", seller.dealer_id)))?,
        (Recipient::SellerOf(_), None) => return Err(vehicle_not_for_sale()),
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

/// Nobody's consent to offers is recorded yet, so nobody gets one.
fn consent_required() -> AppError {
    AppError::Forbidden {
        code: "consent_required",
        message: "Las ofertas necesitan el consentimiento registrado del destinatario, y todavía no hay ninguno.",
    }
}

async fn sent_before(app: &App, actor: &Actor, form_key: Option<Uuid>) -> Result<MessageId> {
    let key = form_key
        .ok_or_else(|| AppError::Fault("a message without a form key was taken for a repeat".to_owned()))?;
    let mut conn = app.pool.acquire().await?;
    let first = store::messages::get_message_by_form_key(&mut conn, actor.user_id, key).await?;
    first.ok_or_else(|| AppError::Fault("the form's first message has gone".to_owned()))
}
