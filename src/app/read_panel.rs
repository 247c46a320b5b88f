//! A dealer's panel: what his messages of a period came to, and how his limits stand.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    read_costs::month_of,
    state::App,
};
use crate::{
    domain::{
        answers::{Answers, MEDIAN_LATEST},
        figures::{ByState, Cause, Totals},
        forecast::by_month_end,
        ids::{DealerId, VehicleId},
        range::{Choice, Range},
        time::{day_begins, day_ends, day_in_santo_domingo},
        user::Role,
    },
    store::{self, connection::begin_snapshot},
};

const CAUSES: usize = 5;
const VEHICLES: i64 = 8;

pub struct Panel {
    pub range: Range,
    /// Whether the dealer ever had a message.
    pub ever: bool,
    pub totals: Totals,
    /// Of the period it is compared with.
    pub before: Totals,
    /// Every day of the range, in order.
    pub days: Vec<(NaiveDate, ByState)>,
    /// The most frequent first.
    pub causes: Vec<(Cause, i64)>,
    pub vehicles: Vec<VehicleFigures>,
    /// How the dealer answered whoever first wrote in the period, and in the one it is compared with.
    pub answers: Answers,
    pub answers_before: Answers,
    pub month: MonthSpend,
}

pub struct VehicleFigures {
    /// `None`: about no vehicle.
    pub vehicle: Option<(VehicleId, String)>,
    pub messages: i64,
    pub arrived: i64,
    pub failed: i64,
    /// US$.
    pub cost: Decimal,
    /// How whoever first wrote about it was answered; `None`: it is not asked for.
    pub answers: Option<Answers>,
}

/// The running month, US$.
pub struct MonthSpend {
    /// What each day so far added.
    pub days: Vec<(NaiveDate, Decimal)>,
    pub last_day: NaiveDate,
    pub spent: Decimal,
    /// By the end of the month, if it goes on like this.
    pub projected: Decimal,
}

/// The dealer whose panel this person may see.
///
/// # Errors
/// `NotFound`: he has none.
pub fn dealer_of(actor: &Actor) -> Result<DealerId> {
    actor.dealer_id.filter(|_| actor.role == Role::Dealer).ok_or(AppError::NotFound)
}

/// All of the panel's figures, of one instant.
pub async fn read_panel(app: &App, actor: &Actor, range: Range) -> Result<Panel> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let today = day_in_santo_domingo(now);
    let mut snapshot = begin_snapshot(&app.pool).await?;
    let previous = range.before();
    // What was written since it was today belongs to its end, in every figure alike.
    let end = range.end(today);
    let days = store::figures::list_totals(&mut snapshot, dealer, previous.from, end).await?;
    let of = |from, to| Totals::of_all(days.range(from..=to).map(|(_, totals)| totals));
    let totals = of(range.from, end);
    let mut causes = store::figures::list_causes(&mut snapshot, dealer, range.from, end).await?;
    causes.truncate(CAUSES);
    let vehicles = store::figures::list_vehicles(&mut snapshot, dealer, range.from, end, VEHICLES).await?;
    let moments = (day_begins(range.from), day_ends(end));
    let answers = Answers {
        median: store::answers::get_median(&mut snapshot, dealer, moments.0, moments.1, MEDIAN_LATEST)
            .await?,
        ..store::answers::get_counts(&mut snapshot, dealer, range.from, end).await?
    };
    let answers_before =
        store::answers::get_counts(&mut snapshot, dealer, previous.from, previous.to).await?;
    let shown: Vec<_> = vehicles.iter().map(|row| row.vehicle).collect();
    let period = ((range.from, end), moments);
    let by_vehicle =
        store::answers::list_by_vehicle(&mut snapshot, dealer, &shown, period, MEDIAN_LATEST).await?;
    let month = read_month(&mut snapshot, dealer, now).await?;
    let all = Range::all(today);
    let ever = totals.sums.messages > 0
        || store::figures::get_totals(&mut snapshot, dealer, all.from, all.to).await?.sums.messages > 0;
    snapshot.commit().await?;

    let of_day = |day| of(day, if day == range.to { end } else { day }).states;
    Ok(Panel {
        range,
        ever,
        totals,
        before: of(previous.from, previous.to),
        days: range.days().map(|day| (day, of_day(day))).collect(),
        causes,
        vehicles: vehicles
            .into_iter()
            .map(|row| {
                let answers = by_vehicle.get(&row.vehicle).copied().unwrap_or_default();
                VehicleFigures { answers: Some(answers), ..VehicleFigures::from(row) }
            })
            .collect(),
        answers,
        answers_before,
        month,
    })
}

/// Why messages of a range failed, the most frequent first.
pub async fn read_causes(app: &App, actor: &Actor, range: &Range) -> Result<Vec<(Cause, i64)>> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let today = day_in_santo_domingo(app.clock.now());
    Ok(store::figures::list_causes(&mut conn, dealer, range.from, range.end(today)).await?)
}

async fn read_month(conn: &mut PgConnection, dealer: DealerId, now: DateTime<Utc>) -> Result<MonthSpend> {
    let range = Range::named(Choice::Month, day_in_santo_domingo(now));
    let totals = store::figures::list_totals(conn, dealer, range.from, range.to).await?;
    Ok(MonthSpend::of(&totals, range, now))
}

impl MonthSpend {
    /// Of the running month's days so far.
    pub fn of(totals: &BTreeMap<NaiveDate, Totals>, month: Range, now: DateTime<Utc>) -> Self {
        let cost_of = |day| totals.get(&day).map(|totals| totals.sums.cost).unwrap_or_default();
        let days: Vec<_> = month.days().map(|day| (day, cost_of(day))).collect();
        let spent = days.iter().map(|(_, cost)| cost).sum();
        Self { days, last_day: month_of(month.from).to, spent, projected: by_month_end(spent, now) }
    }
}

impl From<store::figures::VehicleRow> for VehicleFigures {
    fn from(row: store::figures::VehicleRow) -> Self {
        Self {
            vehicle: row.vehicle.zip(row.title),
            messages: row.messages,
            arrived: row.arrived,
            failed: row.failed,
            cost: row.cost,
            answers: None,
        }
    }
}
