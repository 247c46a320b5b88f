//! Listings that end: their dealers are told a week and a day before, and when it has happened; renewing them.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, TimeDelta};
use uuid::Uuid;

pub use crate::store::listings::ListingRow;

use super::{
    actor::Actor,
    deliver::Step,
    error::{AppError, Result},
    read_panel::dealer_of,
    say::{Notice, Saying, say},
    state::App,
};
use crate::{
    domain::{
        ids::{DealerId, VehicleId},
        phone::Phone,
        reminder::Errand,
        template::{Definition, Purpose},
        test_drive::Side,
        time::{day_begins, day_ends, day_in_santo_domingo, spoken_date},
    },
    store::{self, inbound::Unhandled, reminders::NewReminder},
};

/// A renewal's days.
pub const RENEWED_FOR: i32 = 30;
/// So long before its last day the first notice goes.
const NOTICED_DAYS: u64 = 7;
/// When one of the three notices goes, seen from a listing's last day.
struct Stage {
    errand: Errand,
    /// Days from the last day to the notice's own.
    from_last: i64,
    /// How many days are left, at most and at least, while it is of use.
    most_left: i64,
    least_left: i64,
}

const STAGES: [Stage; 3] = [
    Stage { errand: Errand::ListingWeek, from_last: -7, most_left: 7, least_left: 2 },
    Stage { errand: Errand::ListingDay, from_last: -1, most_left: 1, least_left: 0 },
    Stage { errand: Errand::ListingEnd, from_last: 1, most_left: -1, least_left: -3 },
];

/// Writes down which notices the calendar has made due, each once for a vehicle's last day.
pub async fn plan_listings(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let today = day_in_santo_domingo(now);
    let mut tx = store::connection::begin(&app.pool).await?;
    if !store::listings::try_to_plan(&mut tx).await? {
        return Ok(Step::Nothing);
    }
    for stage in &STAGES {
        let days = |left: i64| today + TimeDelta::days(left);
        let span = (days(stage.least_left), days(stage.most_left));
        let known_by = i32::try_from(stage.from_last).unwrap_or_default();
        let planned = store::listings::plan(&mut tx, stage.errand, span, known_by, today).await?;
        let reminders: Vec<NewReminder> = planned
            .into_iter()
            .map(|(vehicle, last_day)| NewReminder {
                errand: stage.errand,
                subject: vehicle,
                // As soon as telephones may ring on that day.
                due_at: app
                    .settings
                    .notice_hours
                    .opening(day_begins(last_day + TimeDelta::days(stage.from_last))),
                useful_until: day_ends(last_day - TimeDelta::days(stage.least_left)),
            })
            .collect();
        store::reminders::set_reminders(&mut tx, &reminders).await?;
    }
    tx.commit().await?;
    Ok(Step::Nothing)
}

/// What its dealer is told; `None`: it was renewed, or taken out of sight by himself.
pub(super) async fn write_notice(app: &App, errand: Errand, vehicle: Uuid) -> Result<Option<Notice>> {
    let vehicle = VehicleId(vehicle);
    let listing = store::listings::get_listing(&mut *app.pool.acquire().await?, vehicle).await?;
    let Some(listing) = listing.filter(|listing| !listing.hidden) else { return Ok(None) };
    let today = day_in_santo_domingo(app.clock.now());
    let Some(last_day) = listing.expires_on else { return Ok(None) };
    let left = (last_day - today).num_days();
    let is_now =
        |stage: &Stage| stage.errand == errand && (stage.least_left..=stage.most_left).contains(&left);
    let Ok(to) = Phone::parse_api(&listing.dealer_phone) else { return Ok(None) };
    if !STAGES.iter().any(is_now) {
        return Ok(None);
    }
    let purpose = if left < 0 { Purpose::ListingExpired } else { Purpose::ListingExpiry };
    let link = app.settings.page(&format!("/panel/vehiculos/{vehicle}/renovar"));
    let values = BTreeMap::from([
        ("dealer", listing.dealer),
        ("vehicle", listing.vehicle),
        ("when", when(left, last_day)),
        ("link", link.clone()),
    ]);
    let filled = Definition::of(purpose).fill(&values, &link);
    Ok(Some(Notice { dealer: listing.dealer_id, vehicle: Some(vehicle), thread: None, to, filled }))
}

/// `en 7 días, el 5 dic 2026`.
fn when(left: i64, last_day: NaiveDate) -> String {
    let date = spoken_date(last_day);
    match left {
        ..=-2 => format!("hace {} días, el {date}", -left),
        -1 => format!("ayer, {date}"),
        0 => format!("hoy, {date}"),
        1 => format!("mañana, {date}"),
        _ => format!("en {left} días, el {date}"),
    }
}

/// A listing of the actor's dealer, to be renewed.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn get_listing(app: &App, actor: &Actor, vehicle: VehicleId) -> Result<ListingRow> {
    let dealer = dealer_of(actor)?;
    let listing = store::listings::get_listing(&mut *app.pool.acquire().await?, vehicle).await?;
    listing.filter(|listing| listing.dealer_id == dealer).ok_or(AppError::NotFound)
}

/// A listing of the actor's dealer, and what was to be said of its end and did not go or does not yet.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn read_listing(app: &App, actor: &Actor, vehicle: VehicleId) -> Result<(ListingRow, Vec<String>)> {
    let listing = get_listing(app, actor, vehicle).await?;
    let Some(last_day) = listing.expires_on else { return Ok((listing, Vec::new())) };
    // Of the last day that it had before it was renewed there is nothing to be said any more.
    let since = day_begins(last_day - Days::new(NOTICED_DAYS));
    let mut conn = app.pool.acquire().await?;
    let stand = store::reminders::list_standings(&mut conn, &Errand::OF_LISTING, vehicle.0, since).await?;
    Ok((listing, stand.iter().filter_map(|standing| standing.unsaid(Side::Dealer)).collect()))
}

/// What a renewal has led to.
pub struct Renewed {
    pub until: NaiveDate,
    /// Its dealer has taken it out of sight: renewed, it stays there.
    pub hidden: bool,
}

/// The last day that a renewal now would give.
pub fn renewed_until(last_day: NaiveDate, today: NaiveDate) -> NaiveDate {
    last_day.max(today) + Days::new(RENEWED_FOR.unsigned_abs().into())
}

/// Renews a listing of the actor's dealer that had `last_day` when he looked. Pressed twice, it is renewed once.
///
/// # Errors
/// `NotFound`, also for another's and for one without a last day.
pub async fn renew(app: &App, actor: &Actor, vehicle: VehicleId, last_day: NaiveDate) -> Result<Renewed> {
    let listing = get_listing(app, actor, vehicle).await?;
    let until = renew_once(app, listing.dealer_id, vehicle, last_day).await?.ok_or(AppError::NotFound)?;
    Ok(Renewed { until, hidden: listing.hidden })
}

async fn renew_once(
    app: &App,
    dealer: DealerId,
    vehicle: VehicleId,
    last_day: NaiveDate,
) -> Result<Option<NaiveDate>> {
    let now = app.clock.now();
    let until = renewed_until(last_day, day_in_santo_domingo(now));
    let mut conn = app.pool.acquire().await?;
    if store::listings::renew(&mut conn, dealer, vehicle, (last_day, until), now).await? {
        return Ok(Some(until));
    }
    let listing = store::listings::get_listing(&mut conn, vehicle).await?;
    Ok(listing.filter(|listing| listing.dealer_id == dealer).and_then(|listing| listing.expires_on))
}

/// «Renovar» was pressed on a notice: `true` if it was about a listing of whoever pressed.
pub(super) async fn renew_by_button(app: &App, inbound: &Unhandled) -> Result<bool> {
    let mut conn = app.pool.acquire().await?;
    let Some(sid) = &inbound.replied_to else { return Ok(false) };
    let Some(answered) = store::threads::get_answered(&mut conn, sid).await? else { return Ok(false) };
    let (Some(dealer), Some(vehicle)) = (answered.dealer, answered.vehicle) else { return Ok(false) };
    let listing = store::listings::get_listing(&mut conn, vehicle).await?;
    drop(conn);
    let is_his = |listing: &ListingRow| {
        let from = &inbound.from_address;
        listing.dealer_id == dealer && listing.dealer_phone == *from && answered.to_phone == *from
    };
    let Some(listing) = listing.filter(is_his) else { return Ok(false) };
    let Some(last_day) = listing.expires_on else { return Ok(false) };
    // Of a button pressed again the answer is where things stand.
    let was_renewed = last_day > day_in_santo_domingo(app.clock.now()) + Days::new(NOTICED_DAYS);
    let until = if was_renewed { Some(last_day) } else { renew_once(app, dealer, vehicle, last_day).await? };
    if let Some(until) = until {
        let (name, until) = (&listing.vehicle, spoken_date(until));
        let words = if listing.hidden {
            let page = app.settings.page("/panel/vehiculos");
            format!(
                "Listo: su publicación de {name} queda renovada hasta el {until}, pero está en pausa y los compradores no la ven. \
                 Publíquela de nuevo en {page}"
            )
        } else {
            format!("Listo: su publicación de {name} sigue a la vista hasta el {until}.")
        };
        say(app, &inbound.from_address, Saying::Text(words), format!("renewed:{}", inbound.id)).await?;
    }
    Ok(true)
}
