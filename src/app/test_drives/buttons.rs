//! What is said of a test drive on WhatsApp: the buttons under its messages, and «cancelar».

use chrono::TimeDelta;

use super::{cancel_as, set_time_of};
use crate::{
    app::{
        error::{AppError, Result},
        say::{Saying, say},
        state::App,
    },
    domain::{
        ids::{DriveId, MessageId},
        test_drive::{DriveStatus, Side},
        time::spoken_appointment,
    },
    store::{self, inbound::Unhandled, test_drives::DriveRow},
};

/// So long after a message about a test drive «cancelar» may be about it, though nothing of it is open any more.
const MEANT: TimeDelta = TimeDelta::days(7);

/// A button under a message about a test drive; `false`: it is about none of whoever pressed it, or only words.
pub async fn press(app: &App, inbound: &Unhandled) -> Result<bool> {
    let Some(button) = inbound.button.as_deref().and_then(|button| button.strip_prefix("prueba-")) else {
        return Ok(false);
    };
    let quoted = quoted(app, inbound).await?;
    let found = match quoted {
        Some(message) => find(app, message, inbound).await?,
        None => None,
    };
    let Some((drive, side)) = found else {
        match button {
            // Its title is a word by which others leave; whoever presses it means an appointment.
            "cancelar" => nothing_open(app, inbound).await?,
            "primera" | "segunda" | "otra" => {
                let page = app.settings.page("/panel/pruebas");
                let why = match quoted {
                    Some(_) => "Esa prueba de manejo ya no está abierta, porque se canceló o ya pasó",
                    None => "No encontramos esa prueba de manejo",
                };
                answer(app, inbound, format!("{why}: no se puso ninguna hora. Véalas aquí: {page}")).await?;
            }
            _ => return Ok(false),
        }
        return Ok(true);
    };
    match (button, side) {
        ("primera", Side::Dealer) => set(app, inbound, &drive, 0).await?,
        ("segunda", Side::Dealer) => set(app, inbound, &drive, 1).await?,
        ("otra", Side::Dealer) => other_time(app, inbound, &drive).await?,
        ("cancelar", _) => cancel(app, inbound, &drive, side).await?,
        // «Allí estaré» is for the other side to read.
        _ => return Ok(false),
    }
    Ok(true)
}

/// «Cancelar» as the whole message, in answer to a message about a test drive: to the one it quotes, else to the latest that
/// was sent to its writer.
pub async fn cancel_by_word(app: &App, inbound: &Unhandled) -> Result<bool> {
    let message = if inbound.replied_to.is_some() {
        quoted(app, inbound).await?
    } else {
        let mut conn = app.pool.acquire().await?;
        store::test_drives::get_latest_if_drive(&mut conn, &inbound.from_address).await?
    };
    let Some(message) = message else { return Ok(false) };
    if let Some((drive, side)) = find(app, message, inbound).await? {
        cancel(app, inbound, &drive, side).await?;
        return Ok(true);
    }
    // It answers an appointment that is off already, or over; long after it, it means us.
    let since = inbound.received_at - MEANT;
    let mut conn = app.pool.acquire().await?;
    let is_meant = store::test_drives::is_about_drive(&mut conn, message, since).await?;
    drop(conn);
    if is_meant {
        nothing_open(app, inbound).await?;
    }
    Ok(is_meant)
}

async fn nothing_open(app: &App, inbound: &Unhandled) -> Result<()> {
    let words = "No queda ninguna prueba de manejo que cancelar: ya estaba cancelada o ya pasó. Si no quiere más mensajes \
                 de OKLA, responda BAJA.";
    answer(app, inbound, words.to_owned()).await
}

/// The message of ours that is answered, if it went to whoever answers.
async fn quoted(app: &App, inbound: &Unhandled) -> Result<Option<MessageId>> {
    let Some(sid) = &inbound.replied_to else { return Ok(None) };
    let answered = store::threads::get_answered(&mut *app.pool.acquire().await?, sid).await?;
    Ok(answered.filter(|answered| answered.to_phone == inbound.from_address).map(|answered| answered.message))
}

/// The open test drive that a message is about, and on which side of it the writer is.
async fn find(app: &App, message: MessageId, inbound: &Unhandled) -> Result<Option<(DriveRow, Side)>> {
    let mut conn = app.pool.acquire().await?;
    let Some(id) = store::test_drives::find_open(&mut conn, message).await? else { return Ok(None) };
    let Some(drive) = store::test_drives::get_drive(&mut conn, id).await? else { return Ok(None) };
    let side = if drive.dealer_phone == inbound.from_address {
        Side::Dealer
    } else if drive.buyer_phone.as_ref() == Some(&inbound.from_address) {
        Side::Buyer
    } else {
        return Ok(None);
    };
    Ok(Some((drive, side)))
}

async fn other_time(app: &App, inbound: &Unhandled, drive: &DriveRow) -> Result<()> {
    let page = app.settings.page(&format!("/panel/pruebas/{}", drive.id));
    answer(app, inbound, format!("Ponga otra hora para {} aquí: {page}", drive.buyer)).await
}

async fn set(app: &App, inbound: &Unhandled, drive: &DriveRow, place: usize) -> Result<()> {
    let Some(slot) = drive.slots.get(place).copied() else { return other_time(app, inbound, drive).await };
    if drive.status == DriveStatus::Set {
        let words = drive.starts_at.map(spoken_appointment).unwrap_or_default();
        let page = app.settings.page(&format!("/panel/pruebas/{}", drive.id));
        return answer(app, inbound, format!("Ya estaba confirmada para el {words}. Para cambiarla: {page}"))
            .await;
    }
    match set_time_of(app, drive.dealer_id, drive.id, slot).await {
        // Both are told by the notice.
        Ok(()) => Ok(()),
        Err(AppError::Invalid(problems)) => {
            let why = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            let page = app.settings.page(&format!("/panel/pruebas/{}", drive.id));
            answer(app, inbound, format!("{why} Puede hacerlo aquí: {page}")).await
        }
        Err(error) => Err(error),
    }
}

async fn cancel(app: &App, inbound: &Unhandled, drive: &DriveRow, side: Side) -> Result<()> {
    let mut tx = store::connection::begin(&app.pool).await?;
    let id: DriveId = drive.id;
    let is_off = cancel_as(&mut tx, id, side, app.clock.now()).await?;
    tx.commit().await?;
    if !is_off {
        return answer(app, inbound, "Esa prueba de manejo ya pasó: no queda nada que cancelar.".to_owned())
            .await;
    }
    let told = match side.other() {
        Side::Buyer if drive.buyer_phone.is_none() => format!("{} lo verá en OKLA", drive.buyer),
        Side::Buyer => format!("Le avisamos a {}", drive.buyer),
        Side::Dealer => format!("Le avisamos a {}", drive.dealer),
    };
    answer(app, inbound, format!("Listo: la prueba de manejo de {} quedó cancelada. {told}.", drive.vehicle))
        .await
}

/// Once for what it answers.
async fn answer(app: &App, inbound: &Unhandled, words: String) -> Result<()> {
    say(app, &inbound.from_address, Saying::Text(words), format!("drive:{}", inbound.id)).await?;
    Ok(())
}
