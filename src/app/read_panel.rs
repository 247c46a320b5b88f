//! A dealer's panel: what his messages of a period came to, and how his limits stand.

use std::collections::HashMap;

use chrono::{DateTime, Months, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    state::App,
};
use crate::{
    domain::{
        figures::{ByState, Cause, Totals},
        ids::{DealerId, VehicleId},
        range::{Choice, Range},
        time::{day_begins, day_in_santo_domingo, first_day_of_month},
        user::Role,
    },
    store::{self, connection::begin_snapshot, figures::StateRow},
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
    /// Every day of the range, in order; by month, a whole month's are all at its first.
    pub days: Vec<(NaiveDate, ByState)>,
    /// The most frequent first.
    pub causes: Vec<(Cause, i64)>,
    pub vehicles: Vec<VehicleFigures>,
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
    let states = store::figures::list_states(&mut snapshot, dealer, range.from, range.end(today)).await?;
    let days = if range.is_by_month() {
        store::figures::list_days_by_month(&mut snapshot, dealer, range.from, range.end(today)).await?
    } else {
        store::figures::list_days(&mut snapshot, dealer, range.from, range.to).await?
    };
    let before = read_totals(&mut snapshot, dealer, &range.before(), today).await?;
    let vehicles =
        store::figures::list_vehicles(&mut snapshot, dealer, range.from, range.end(today), VEHICLES).await?;
    let month = read_month(&mut snapshot, dealer, now).await?;
    let ever = !states.is_empty()
        || read_totals(&mut snapshot, dealer, &Range::all(today), today).await?.sums.messages > 0;
    snapshot.commit().await?;

    let mut panel = Panel {
        range,
        ever,
        totals: Totals::default(),
        before,
        days: range.days().map(|day| (day, ByState::default())).collect(),
        causes: by_frequency(&states),
        vehicles: vehicles.into_iter().map(VehicleFigures::from).collect(),
        month,
    };
    panel.causes.truncate(CAUSES);
    for row in days {
        let place = usize::try_from((row.day - range.from).num_days()).ok();
        if let Some((_, day)) = place.and_then(|place| panel.days.get_mut(place)) {
            day.add(row.status, row.messages);
        }
    }
    for row in &states {
        panel.totals.add(row.status, row.by_buyer, row.sums);
    }
    Ok(panel)
}

/// Why messages of a range failed, the most frequent first.
pub async fn read_causes(app: &App, actor: &Actor, range: &Range) -> Result<Vec<(Cause, i64)>> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let today = day_in_santo_domingo(app.clock.now());
    Ok(by_frequency(&store::figures::list_states(&mut conn, dealer, range.from, range.end(today)).await?))
}

fn by_frequency(states: &[StateRow]) -> Vec<(Cause, i64)> {
    let mut causes: HashMap<Cause, i64> = HashMap::new();
    for row in states {
        if let Some(cause) = row.cause {
            *causes.entry(cause).or_default() += row.sums.messages;
        }
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(cause, count)| (std::cmp::Reverse(*count), cause.to_string()));
    causes
}

/// What a dealer's messages of a range come to.
pub async fn read_totals(
    conn: &mut PgConnection,
    dealer: DealerId,
    range: &Range,
    today: NaiveDate,
) -> Result<Totals> {
    let mut totals = Totals::default();
    for row in store::figures::list_states(conn, dealer, range.from, range.end(today)).await? {
        totals.add(row.status, row.by_buyer, row.sums);
    }
    Ok(totals)
}

async fn read_month(conn: &mut PgConnection, dealer: DealerId, now: DateTime<Utc>) -> Result<MonthSpend> {
    let range = Range::named(Choice::Month, day_in_santo_domingo(now));
    let costs = store::figures::list_costs(conn, dealer, range.from, range.to).await?;
    let days: Vec<_> = range.days().map(|day| (day, costs.get(&day).copied().unwrap_or_default())).collect();
    let spent = days.iter().map(|(_, cost)| cost).sum();
    let begins = first_day_of_month(range.from);
    let ends = begins + Months::new(1);
    let seconds = |from, to| Decimal::from((day_begins(to) - day_begins(from)).num_seconds());
    let passed = Decimal::from((now - day_begins(begins)).num_seconds().max(1));
    Ok(MonthSpend {
        days,
        last_day: ends.pred_opt().unwrap_or(ends),
        spent,
        projected: (spent * seconds(begins, ends) / passed).round_dp(2),
    })
}

impl From<store::figures::VehicleRow> for VehicleFigures {
    fn from(row: store::figures::VehicleRow) -> Self {
        Self {
            vehicle: row.vehicle.zip(row.title),
            messages: row.messages,
            arrived: row.arrived,
            failed: row.failed,
            cost: row.cost,
        }
    }
}
