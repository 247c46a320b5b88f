//! «Me interesa»: a buyer's press, and its dealer's notice: bundled, at most one a vehicle and quarter of an hour.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    actor::Actor,
    error::{AppError, Result},
    read_panel::dealer_of,
    say::Notice,
    state::App,
    throttle::{self, Door},
};
use crate::{
    domain::{
        ids::{UserId, VehicleId},
        phone::Phone,
        reminder::{Errand, Outcome},
        template::{Definition, Purpose},
        time::day_in_santo_domingo,
        user::Role,
    },
    store::{self, interests::InterestRow, reminders::NewReminder},
};

/// Between two notices of one vehicle.
const BETWEEN: TimeDelta = TimeDelta::minutes(15);
/// Who was interested longer ago is no news.
const NEWS: TimeDelta = TimeDelta::hours(24);
const PER_PAGE: i64 = 50;

/// A buyer presses it; pressed again, it stays as it is.
///
/// # Errors
/// `Forbidden` for whoever is no buyer; `NotFound` for what is not for sale; `Throttled`.
pub async fn show_interest(app: &App, actor: &Actor, vehicle: VehicleId) -> Result<()> {
    if actor.role != Role::Buyer {
        return Err(AppError::Forbidden {
            code: "buyers_only",
            message: "«Me interesa» es para compradores. Ingrese con una cuenta de comprador.",
        });
    }
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let seller = store::messages::get_seller_of(&mut tx, vehicle, day_in_santo_domingo(now), None).await?;
    let seller = seller.ok_or(AppError::NotFound)?;
    if store::interests::insert_interest(&mut tx, vehicle, seller.dealer_id, actor.user_id, now).await? {
        let unproved = store::phones::is_unproved(&mut tx, actor.user_id).await?;
        throttle::knock(app, &mut tx, Door::Interest { user: actor.user_id, unproved }).await?;
        let last = store::reminders::get_last_sent(&mut tx, Errand::NewInterest, vehicle.0).await?;
        plan(&mut tx, vehicle.0, last, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn plan(
    conn: &mut PgConnection,
    vehicle: Uuid,
    last: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let due_at = last.map_or(now, |last| (last + BETWEEN).max(now));
    let reminder =
        NewReminder { errand: Errand::NewInterest, subject: vehicle, due_at, useful_until: due_at + NEWS };
    Ok(store::reminders::ensure_reminder(conn, reminder).await?)
}

/// Since when a vehicle has interested whoever looks at it.
pub async fn interested_since(app: &App, user: UserId, vehicle: VehicleId) -> Result<Option<DateTime<Utc>>> {
    Ok(store::interests::get_interest(&mut *app.pool.acquire().await?, vehicle, user).await?)
}

/// What its dealer is told, of all until `now`.
pub(super) async fn write_notice(app: &App, vehicle: Uuid, now: DateTime<Utc>) -> Result<Option<Notice>> {
    let untold = store::interests::get_untold(&mut *app.pool.acquire().await?, vehicle, now).await?;
    let Some(untold) = untold.filter(|untold| untold.people > 0) else { return Ok(None) };
    let Ok(to) = Phone::parse_api(&untold.dealer_phone) else { return Ok(None) };
    let interest = match untold.people {
        1 => "una persona se interesó".to_owned(),
        people => format!("{people} personas se interesaron"),
    };
    let link = app.settings.page("/panel/intereses");
    let values = BTreeMap::from([
        ("dealer", untold.dealer),
        ("interest", interest),
        ("vehicle", untold.vehicle),
        ("link", link.clone()),
    ]);
    let filled = Definition::of(Purpose::NewInterest).fill(&values, &link);
    Ok(Some(Notice { dealer: untold.dealer_id, vehicle: Some(VehicleId(vehicle)), thread: None, to, filled }))
}

/// The notice is done with; whoever was interested after it is told of by the next.
pub(super) async fn mark_told(
    conn: &mut PgConnection,
    vehicle: Uuid,
    outcome: Outcome,
    at: DateTime<Utc>,
) -> Result<()> {
    let more = store::interests::mark_told(conn, vehicle, at).await?;
    if more {
        plan(conn, vehicle, Some(at).filter(|_| outcome == Outcome::Sent), at).await?;
    }
    Ok(())
}

/// A page of those whom a dealer's vehicles interest.
pub struct Interests {
    pub rows: Vec<InterestRow>,
    pub more: bool,
}

/// The latest first, after a place in that order.
///
/// # Errors
/// `NotFound` for whoever is no dealer's.
pub async fn list_interests(
    app: &App,
    actor: &Actor,
    after: Option<(DateTime<Utc>, UserId)>,
) -> Result<Interests> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let mut rows = store::interests::list_of_dealer(&mut conn, dealer, after, PER_PAGE + 1).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|found| found > PER_PAGE);
    if more {
        rows.pop();
    }
    Ok(Interests { rows, more })
}
