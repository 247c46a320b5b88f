//! The running month: what was spent by each day, what it comes to if it goes on like this, and the budget.

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::day_range;
use crate::{
    app::read_panel::MonthSpend,
    domain::{
        dop_rate::{DopRate, spoken},
        money::{dollars, dollars_in_column},
        time::spoken_date,
    },
    web::address::address,
};

/// Where a dealer's bars lead.
const OWN: &str = "/panel/mensajes";
const HEIGHT: Decimal = Decimal::from_parts(160, 0, 0, false, 0);
const STEP: u32 = 12;
const BAR: u32 = 9;

/// Each bar leads to its day on `page`; `budget` is a dealer's, if he has one.
#[component]
pub fn Spend<'a>(
    month: &'a MonthSpend,
    #[prop(optional_no_strip)] budget: Option<Decimal>,
    dop_rate: Option<&'a DopRate>,
    #[prop(default = OWN)] page: &'static str,
) -> impl IntoView + use<> {
    let spent = spoken(month.spent, dop_rate);
    let words = match (budget, page) {
        (Some(budget), _) => format!("{spent} de un presupuesto de {}", dollars(budget)),
        (None, OWN) => format!("{spent}, sin presupuesto fijado"),
        (None, _) => spent,
    };
    let of_day = |day: NaiveDate| address(page, day_range(day).to_pairs());
    if month.spent.is_zero() {
        return view! {
            <section class="panel stack">
                <h2>"Gasto de este mes"</h2>
                <p>{words}"."</p>
            </section>
        }
        .into_any();
    }
    let sums = running_sums(&month.days);
    let most = month.projected.max(month.spent).max(budget.unwrap_or_default());
    let most = if most > Decimal::ZERO { most } else { Decimal::ONE };
    let height = move |amount: Decimal| (amount * HEIGHT / most).round().to_i64().unwrap_or_default().max(0);
    let top = move |amount: Decimal| 160 - height(amount);
    let width = month.last_day.day() * STEP;
    let bars = sums.iter().map(|(day, sum)| {
        let label = format!("{}: {} en el mes", spoken_date(*day), dollars(*sum));
        view! {
            <a href=of_day(*day) aria-label=label>
                <rect class="touch" x=day.day0() * STEP y=0 width=STEP height=160></rect>
                <rect class="used" x=day.day0() * STEP y=top(*sum) width=BAR height=height(*sum)></rect>
            </a>
        }
    });
    let bars = bars.collect_view();
    let drawn = u32::try_from(sums.len()).unwrap_or_default();
    let coming = (drawn < month.last_day.day()).then(|| {
        let from = drawn * STEP;
        let points = format!("{from},{} {width},{}", top(month.spent), top(month.projected));
        view! { <polyline class="coming" points=points></polyline> }
    });
    let line = budget.map(|budget| {
        let points = format!("0,{} {width},{}", top(budget), top(budget));
        view! { <polyline class="budget" points=points></polyline> }
    });
    let rows = month.days.iter().zip(&sums).rev().map(|((day, cost), (_, sum))| {
        view! {
            <tr>
                <th scope="row"><a href=of_day(*day)>{spoken_date(*day)}</a></th>
                <td class="num" data-label="Ese día">{dollars_in_column(*cost)}</td>
                <td class="num" data-label="En el mes">{dollars_in_column(*sum)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let over = budget.is_some_and(|budget| month.projected > budget);
    view! {
        <section class="panel stack">
            <h2>"Gasto de este mes"</h2>
            <p>{words}". A este ritmo serán "<strong>{spoken(month.projected, dop_rate)}</strong>" el "{spoken_date(month.last_day)}
                {over.then_some(", más que el presupuesto")}"."</p>
            <figure class="chart">
                <svg viewBox=format!("0 0 {width} 160") preserveAspectRatio="none" role="group" aria-label="Gasto acumulado por día; cada barra lleva a su día">
                    {bars} {coming} {line}
                </svg>
            </figure>
            <details>
                <summary>"Ver como tabla"</summary>
                <table class="table">
                    <thead><tr><th scope="col">"Fecha"</th><th scope="col" class="num">"Ese día"</th><th scope="col" class="num">"En el mes"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </section>
    }
    .into_any()
}

fn running_sums(days: &[(NaiveDate, Decimal)]) -> Vec<(NaiveDate, Decimal)> {
    days.iter()
        .scan(Decimal::ZERO, |sum, (day, cost)| {
            *sum += *cost;
            Some((*day, *sum))
        })
        .collect()
}
