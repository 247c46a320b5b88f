//! Test drives: a buyer asks with one or two times, the dealer sets one or moves it, either calls it off; both are told.

mod buttons;
mod notices;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub use self::buttons::{cancel_by_word, press};
pub(super) use self::notices::write_notice;
use super::{
    actor::Actor,
    compose::with_image,
    error::{AppError, Result},
    read_panel::dealer_of,
    send_message::{Recipient, SendMessage, Sent, send_message},
    state::App,
};
pub use crate::store::test_drives::DriveRow;
use crate::{
    domain::{
        body::Body,
        contact_reason::ContactReason,
        ids::{DealerId, DriveId, MessageId, VehicleId},
        image_url::ImageUrl,
        kind::Kind,
        reminder::Errand,
        template::{Definition, Filled, Purpose, WORDS},
        test_drive::{DriveStatus, LASTS, Side, TOO_NEAR, read_slot, reminded_at},
        time::{day_in_santo_domingo, parse_moment, spoken_appointment},
        user::Role,
    },
    store::{self, reminders::NewReminder, test_drives::NewDrive},
};

/// Of a dealer's or a buyer's, the latest.
const SHOWN: i64 = 100;

/// What a buyer asks for.
pub struct AskDrive {
    /// The form's, so that a second press is the same one.
    pub id: DriveId,
    pub vehicle: VehicleId,
    /// One or two.
    pub slots: Vec<DateTime<Utc>>,
    pub words: Body,
    pub image_url: Option<ImageUrl>,
    pub key: Option<String>,
}

/// Asks the seller of a vehicle for a test drive: a message of the buyer's with buttons.
///
/// # Errors
/// `Forbidden` for whoever is no buyer; `Invalid` where he has one of this vehicle open; as for sending a message.
pub async fn ask(app: &App, actor: &Actor, asked: AskDrive) -> Result<Sent> {
    if actor.role != Role::Buyer {
        return Err(AppError::Forbidden {
            code: "buyers_only",
            message: "Las pruebas de manejo las piden los compradores. Ingrese con una cuenta de comprador.",
        });
    }
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let seller =
        store::messages::get_seller_of(&mut tx, asked.vehicle, day_in_santo_domingo(now), None).await?;
    let seller = seller.ok_or(AppError::NotFound)?;
    store::test_drives::close_passed(&mut tx, now).await?;
    let drive = NewDrive {
        id: asked.id,
        vehicle: asked.vehicle,
        dealer: seller.dealer_id,
        buyer: actor.user_id,
        slots: asked.slots.clone(),
    };
    if !store::test_drives::insert_drive(&mut tx, &drive, now).await?
        && store::test_drives::get_drive(&mut tx, asked.id)
            .await?
            .is_none_or(|known| known.buyer_id != actor.user_id)
    {
        let sentence = "Ya pidió una prueba de este vehículo. Mírela en «Pruebas de manejo», o cancélela allí para pedir otra.";
        return Err(AppError::invalid("slot1", "drive_open", sentence));
    }
    let drive = store::test_drives::get_drive(&mut tx, asked.id).await?.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    let sent = send_message(app, actor, request(app, actor, &drive, asked)).await;
    let mut conn = app.pool.acquire().await?;
    match &sent {
        Ok(sent) => store::test_drives::set_message(&mut conn, drive.id, sent.id()).await?,
        // Whether its message was taken in after all is found out later.
        Err(error) if error.is_fault() => {}
        Err(_) => store::test_drives::delete_unasked(&mut conn, drive.id).await?,
    }
    sent
}

/// The message that asks for it.
fn request(app: &App, actor: &Actor, drive: &DriveRow, asked: AskDrive) -> SendMessage {
    let link = app.settings.page(&format!("/panel/pruebas/{}", drive.id));
    let words = with_image(asked.words.as_str(), asked.image_url.as_ref().map(ImageUrl::as_str));
    let filled = fill_request(&drive.dealer, &actor.name, &drive.vehicle, &drive.slots, words, &link);
    SendMessage {
        to: Recipient::SellerOf(asked.vehicle),
        body: asked.words,
        image_url: asked.image_url,
        kind: Kind::TestDrive,
        reason: Some(ContactReason::TestDrive),
        template: Some(filled),
        key: asked.key,
        resend_of: None,
    }
}

/// What it says.
pub(super) fn fill_request(
    dealer: &str,
    person: &str,
    vehicle: &str,
    slots: &[DateTime<Utc>],
    words: String,
    link: &str,
) -> Filled {
    let slots: Vec<String> = slots.iter().map(|slot| spoken_appointment(*slot)).collect();
    let values = BTreeMap::from([
        ("dealer", dealer.to_owned()),
        ("person", person.to_owned()),
        ("vehicle", vehicle.to_owned()),
        ("slots", slots.join(" o ")),
        (WORDS, words),
        ("link", link.to_owned()),
    ]);
    Definition::of(Purpose::TestDriveRequest).fill(&values, link)
}

/// A dealer's: those open, and those that are done with.
pub struct DealersDrives {
    pub open: Vec<DriveRow>,
    pub done: Vec<DriveRow>,
}

/// # Errors
/// `NotFound` for whoever is no dealer's.
pub async fn list_dealers(app: &App, actor: &Actor) -> Result<DealersDrives> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let (open, done) = store::test_drives::list_of_dealer(&mut conn, dealer, SHOWN).await?;
    Ok(DealersDrives { open, done })
}

/// A buyer's own, the latest first.
pub async fn list_own(app: &App, actor: &Actor) -> Result<Vec<DriveRow>> {
    let mut conn = app.pool.acquire().await?;
    Ok(store::test_drives::list_of_buyer(&mut conn, actor.user_id, SHOWN).await?)
}

/// One of the actor's dealer, or of his own as a buyer, and on which side he is.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn get(app: &App, actor: &Actor, id: DriveId) -> Result<(DriveRow, Side)> {
    let drive = store::test_drives::get_drive(&mut *app.pool.acquire().await?, id).await?;
    let drive = drive.ok_or(AppError::NotFound)?;
    let side = side_of(actor, &drive)?;
    Ok((drive, side))
}

/// What was to be said of one that the actor has read, to either side, and did not go or does not yet, in words for his side;
/// nothing once its time has passed.
pub async fn list_unsaid(app: &App, drive: &DriveRow, side: Side) -> Result<Vec<String>> {
    let last = drive.starts_at.or_else(|| drive.slots.iter().max().copied());
    if last.is_some_and(|last| last < app.clock.now()) {
        return Ok(Vec::new());
    }
    let errands: &[Errand] =
        if drive.status == DriveStatus::Canceled { &Errand::OF_CANCELED } else { &Errand::OF_SET };
    let mut conn = app.pool.acquire().await?;
    let stand = store::reminders::list_standings(&mut conn, errands, drive.id.0, drive.created_at).await?;
    Ok(stand.iter().filter_map(|standing| standing.unsaid(side)).collect())
}

fn side_of(actor: &Actor, drive: &DriveRow) -> Result<Side> {
    match actor.role {
        Role::Dealer if actor.dealer_id == Some(drive.dealer_id) => Ok(Side::Dealer),
        Role::Buyer if actor.user_id == drive.buyer_id => Ok(Side::Buyer),
        _ => Err(AppError::NotFound),
    }
}

/// The dealer gives it a time, or another one, as a form's field has it; both are told. One that was proposed may be near.
///
/// # Errors
/// `NotFound`, also for another's; `Invalid` for one that is called off or over, for a time that has passed, and for one at
/// which the vehicle or the buyer is engaged.
pub async fn set_time(app: &App, actor: &Actor, id: DriveId, when: &str) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let drive = store::test_drives::get_drive(&mut *app.pool.acquire().await?, id).await?;
    let drive = drive.filter(|drive| drive.dealer_id == dealer).ok_or(AppError::NotFound)?;
    let wrong = |sentence: &str| AppError::invalid("when", "invalid", sentence);
    let proposed = parse_moment(when).filter(|at| drive.slots.contains(at));
    let starts_at = match proposed {
        Some(at) => at,
        None => read_slot(when, app.clock.now())
            .map_err(wrong)?
            .ok_or_else(|| wrong("Elija la fecha y la hora."))?,
    };
    set_time_of(app, dealer, id, starts_at).await
}

async fn set_time_of(app: &App, dealer: DealerId, id: DriveId, starts_at: DateTime<Utc>) -> Result<()> {
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let drive = store::test_drives::lock_drive(&mut tx, id).await?;
    let drive = drive.filter(|drive| drive.dealer_id == dealer).ok_or(AppError::NotFound)?;
    if !matches!(drive.status, DriveStatus::Asked | DriveStatus::Set) {
        let sentence = format!(
            "Esta prueba está {}. Pídale al comprador que proponga otra.",
            drive.status.label().to_lowercase()
        );
        return Err(AppError::invalid("when", "not_open", sentence));
    }
    if starts_at <= now {
        return Err(AppError::invalid("when", "passed", "Esa hora ya pasó. Proponga otra."));
    }
    if drive.status == DriveStatus::Set && drive.starts_at == Some(starts_at) {
        return Ok(());
    }
    match store::test_drives::set_time(&mut tx, id, starts_at, starts_at + LASTS, now).await {
        Err(error) if engaged(&error).is_some() => {
            return Err(AppError::invalid("when", "engaged", engaged(&error).unwrap_or_default()));
        }
        done => done?,
    }
    let tell = |errand| NewReminder { errand, subject: id.0, due_at: now, useful_until: starts_at };
    let mut reminders = vec![tell(Errand::DriveSetBuyer), tell(Errand::DriveSetDealer)];
    let due_at = reminded_at(starts_at);
    if due_at > now {
        let near = |errand| NewReminder { errand, subject: id.0, due_at, useful_until: starts_at - TOO_NEAR };
        reminders.extend([near(Errand::DriveNearBuyer), near(Errand::DriveNearDealer)]);
    }
    store::reminders::set_reminders(&mut tx, &reminders).await?;
    if due_at <= now {
        // Of the time it had before nobody is reminded.
        let near = [Errand::DriveNearBuyer, Errand::DriveNearDealer];
        store::reminders::drop_open(&mut tx, &near, id.0, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Who is engaged at that time, in words.
fn engaged(error: &sqlx::Error) -> Option<&'static str> {
    match error.as_database_error()?.constraint()? {
        "test_drives_vehicle_free" => Some(
            "Ese vehículo ya tiene una prueba de manejo a esa hora. Elija otra, con una hora de diferencia.",
        ),
        "test_drives_buyer_free" => Some("El comprador ya tiene otra prueba a esa hora. Elija otra."),
        _ => None,
    }
}

/// Either side calls it off; the other is told.
///
/// # Errors
/// `NotFound`, also for another's; `Invalid` for one that is over.
pub async fn cancel(app: &App, actor: &Actor, id: DriveId) -> Result<()> {
    let drive = store::test_drives::get_drive(&mut *app.pool.acquire().await?, id).await?;
    let side = side_of(actor, &drive.ok_or(AppError::NotFound)?)?;
    let mut tx = store::connection::begin(&app.pool).await?;
    let is_off = cancel_as(&mut tx, id, side, app.clock.now()).await?;
    tx.commit().await?;
    if is_off {
        return Ok(());
    }
    Err(AppError::invalid("", "over", "Esta prueba ya pasó: no queda nada que cancelar."))
}

/// `false`: it is over. One that is called off stays so, and by whom.
pub(super) async fn cancel_as(
    conn: &mut PgConnection,
    id: DriveId,
    side: Side,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some(drive) = store::test_drives::lock_drive(conn, id).await? else { return Ok(false) };
    match drive.status {
        DriveStatus::Over => return Ok(false),
        DriveStatus::Canceled => return Ok(true),
        DriveStatus::Asked | DriveStatus::Set => {}
    }
    store::test_drives::cancel(conn, id, side, now).await?;
    let errand = match side {
        Side::Buyer => Errand::DriveOffDealer,
        Side::Dealer => Errand::DriveOffBuyer,
    };
    // Whoever is on his way because of it is told before all.
    let last = drive.starts_at.or_else(|| drive.slots.iter().max().copied()).unwrap_or(now);
    let reminder = NewReminder { errand, subject: id.0, due_at: now, useful_until: last.max(now + LASTS) };
    store::reminders::set_reminders(conn, &[reminder]).await?;
    Ok(true)
}

/// The test drive that a message asked for, for its page.
pub async fn get_asked_by(app: &App, message: MessageId) -> Result<Option<DriveId>> {
    Ok(store::test_drives::get_asked_by(&mut *app.pool.acquire().await?, message).await?)
}
