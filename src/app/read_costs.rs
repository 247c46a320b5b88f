//! A dealer's costs: month by month, and one month by kind and by vehicle.

use chrono::{Months, NaiveDate};

use super::{
    actor::Actor,
    error::{AppError, Result},
    read_panel::{VehicleFigures, dealer_of},
    state::App,
};
use crate::{
    domain::{
        figures::{Sums, Totals},
        kind::Kind,
        range::{Choice, Range},
        state_group::StateGroup,
        time::{day_in_santo_domingo, first_day_of_month},
    },
    store::{self, connection::begin_snapshot},
};

/// So many months are shown, the present one included.
const MONTHS: u32 = 13;
const VEHICLES: i64 = 200;

pub struct Costs {
    /// The newest first; its first day.
    pub months: Vec<(NaiveDate, Sums)>,
    /// The month that is broken down.
    pub month: Range,
    pub kinds: Vec<(Kind, Sums)>,
    pub vehicles: Vec<VehicleFigures>,
    /// What is not about these.
    pub others: Option<VehicleFigures>,
}

/// All days of a month.
pub fn month_of(day: NaiveDate) -> Range {
    let from = first_day_of_month(day);
    let next = from + Months::new(1);
    Range { choice: Choice::Own, from, to: next.pred_opt().unwrap_or(from) }
}

/// The costs, of one instant; `month` is any day of the month that is broken down, or else the present one is.
pub async fn read_costs(app: &App, actor: &Actor, month: Option<NaiveDate>) -> Result<Costs> {
    let dealer = dealer_of(actor)?;
    let today = day_in_santo_domingo(app.clock.now());
    let month = month_of(month.unwrap_or(today));
    let first = first_day_of_month(today) - Months::new(MONTHS - 1);
    let mut snapshot = begin_snapshot(&app.pool).await?;
    let months = store::figures::list_months(&mut snapshot, dealer, first, month_of(today).to).await?;
    let kinds = store::figures::list_kinds(&mut snapshot, dealer, month.from, month.to).await?;
    let vehicles =
        store::figures::list_vehicles(&mut snapshot, dealer, month.from, month.to, VEHICLES).await?;
    let totals = store::figures::get_totals(&mut snapshot, dealer, month.from, month.to).await?;
    snapshot.commit().await?;
    let vehicles: Vec<_> = vehicles.into_iter().map(VehicleFigures::from).collect();
    let others = others(&totals, &vehicles);
    let fault = |word: &str| AppError::Fault(format!("figures: {word:?}"));
    Ok(Costs {
        months: months
            .into_iter()
            .map(|row| Ok((format!("{}-01", row.period).parse().map_err(|_| fault(&row.period))?, row.sums)))
            .collect::<Result<_>>()?,
        month,
        kinds: kinds
            .into_iter()
            .map(|row| Ok((row.period.parse().map_err(|_| fault(&row.period))?, row.sums)))
            .collect::<Result<_>>()?,
        vehicles,
        others,
    })
}

fn others(totals: &Totals, shown: &[VehicleFigures]) -> Option<VehicleFigures> {
    let mut rest = VehicleFigures {
        vehicle: None,
        messages: totals.sums.messages,
        arrived: totals.arrived(),
        failed: totals.of(StateGroup::Failed),
        cost: totals.sums.cost,
        answers: None,
    };
    for line in shown {
        rest.messages -= line.messages;
        rest.arrived -= line.arrived;
        rest.failed -= line.failed;
        rest.cost -= line.cost;
    }
    (rest.messages > 0).then_some(rest)
}
