//! What each side is told of a test drive.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    app::{error::Result, say::Notice, state::App},
    domain::{
        ids::DriveId,
        phone::Phone,
        reminder::Errand,
        template::{Definition, Purpose},
        test_drive::{DriveStatus, Side},
        time::{day_in_santo_domingo, spoken_appointment},
    },
    store::{self, test_drives::DriveRow},
};

/// As things stand now; `None`: it has another state by now, or whoever it concerns may not be told.
pub(in crate::app) async fn write_notice(app: &App, errand: Errand, drive: Uuid) -> Result<Option<Notice>> {
    let drive = store::test_drives::get_drive(&mut *app.pool.acquire().await?, DriveId(drive)).await?;
    let Some(drive) = drive else { return Ok(None) };
    let (side, purpose, wanted) = match errand {
        Errand::DriveSetBuyer => (Side::Buyer, Purpose::TestDriveConfirmed, DriveStatus::Set),
        Errand::DriveSetDealer => (Side::Dealer, Purpose::TestDriveConfirmed, DriveStatus::Set),
        Errand::DriveNearBuyer => (Side::Buyer, Purpose::TestDriveReminder, DriveStatus::Set),
        Errand::DriveNearDealer => (Side::Dealer, Purpose::TestDriveReminder, DriveStatus::Set),
        Errand::DriveOffBuyer => (Side::Buyer, Purpose::TestDriveCanceled, DriveStatus::Canceled),
        Errand::DriveOffDealer => (Side::Dealer, Purpose::TestDriveCanceled, DriveStatus::Canceled),
        Errand::NewInterest
        | Errand::ListingWeek
        | Errand::ListingDay
        | Errand::ListingEnd
        | Errand::NewAnswer => {
            return Ok(None);
        }
    };
    let phone = match side {
        Side::Buyer => drive.buyer_phone.clone(),
        Side::Dealer => Some(drive.dealer_phone.clone()),
    };
    let Some(to) = phone.and_then(|phone| Phone::parse_api(&phone).ok()) else { return Ok(None) };
    if drive.status != wanted {
        return Ok(None);
    }
    let Some(when) = when(app, errand, &drive) else { return Ok(None) };
    let (person, other, link) = match side {
        Side::Buyer => (&drive.buyer, &drive.dealer, format!("/pruebas/{}", drive.id)),
        Side::Dealer => (&drive.dealer, &drive.buyer, format!("/panel/pruebas/{}", drive.id)),
    };
    let link = match purpose {
        Purpose::TestDriveCanceled => app.settings.page(&format!("/vehiculos/{}", drive.vehicle_id)),
        _ => app.settings.page(&link),
    };
    let values = BTreeMap::from([
        ("person", person.clone()),
        ("vehicle", drive.vehicle.clone()),
        ("when", when),
        ("other", other.clone()),
        ("link", link.clone()),
    ]);
    let filled = Definition::of(purpose).fill(&values, &link);
    let notice = Notice {
        dealer: drive.dealer_id,
        vehicle: Some(drive.vehicle_id),
        thread: drive.thread_id,
        to,
        filled,
    };
    Ok(Some(notice))
}

/// The time it has, or had, or was proposed for; a reminder says the day as one would.
fn when(app: &App, errand: Errand, drive: &DriveRow) -> Option<String> {
    let at = drive.starts_at.or_else(|| drive.slots.first().copied())?;
    let words = spoken_appointment(at);
    if !matches!(errand, Errand::DriveNearBuyer | Errand::DriveNearDealer) {
        return Some(words);
    }
    let days = (day_in_santo_domingo(at) - day_in_santo_domingo(app.clock.now())).num_days();
    Some(match days {
        0 => format!("hoy {words}"),
        1 => format!("mañana {words}"),
        _ => words,
    })
}
