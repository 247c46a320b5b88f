//! Charts drawn on the server: each bar a link to the messages it counts, each chart also a table.

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;

use super::{day_range, list_address};
use crate::{
    app::read_panel::{Panel, VehicleFigures},
    domain::{
        answers::MEDIAN_LATEST,
        figures::ByState,
        money::{dollars_in_column, grouped},
        range::Range,
        state_group::StateGroup,
        time::{about, spoken_date},
    },
    web::address::address,
};

const HEIGHT: i64 = 160;
/// Of a bar with the gap after it.
const STEP: usize = 12;
const BAR: usize = 9;

/// A bar: its days and what they come to.
struct Bin {
    range: Range,
    counts: ByState,
}

impl Bin {
    fn label(&self) -> String {
        if self.range.from == self.range.to {
            spoken_date(self.range.from)
        } else {
            format!("{} – {}", spoken_date(self.range.from), spoken_date(self.range.to))
        }
    }
}

/// By the day, or of a long period by the month.
fn bins(days: &[(NaiveDate, ByState)], by_month: bool) -> Vec<Bin> {
    let mut bins: Vec<Bin> = Vec::new();
    for (day, counts) in days {
        match bins.last_mut() {
            Some(bin)
                if by_month
                    && bin.range.from.month() == day.month()
                    && bin.range.from.year() == day.year() =>
            {
                bin.range.to = *day;
                bin.counts.add_all(counts);
            }
            _ => bins.push(Bin { range: day_range(*day), counts: *counts }),
        }
    }
    bins
}

/// Messages by date and state; each bar leads to its dates on `page`.
#[component]
pub fn ByState<'a>(
    days: &'a [(NaiveDate, ByState)],
    range: Range,
    #[prop(default = "/panel/mensajes")] page: &'static str,
) -> impl IntoView + use<> {
    let bins = bins(days, range.is_by_month());
    let link = |bin: &Bin| address(page, bin.range.to_pairs());
    let most = bins.iter().map(|bin| bin.counts.all()).max().unwrap_or_default().max(1);
    let width = bins.len() * STEP;
    let bars = bins.iter().zip(0..).map(|(bin, index)| bar(bin, link(bin), index, most)).collect_view();
    let rows = bins.iter().rev().map(|bin| {
        let href = link(bin);
        let cells = StateGroup::ALL.map(|group| {
            view! { <td class="num" data-label=group.label()>{grouped(bin.counts.of(group).into())}</td> }
        });
        view! {
            <tr>
                <th scope="row"><a href=href>{bin.label()}</a></th>
                {cells.collect_view()}
                <td class="num" data-label="Todos">{grouped(bin.counts.all().into())}</td>
            </tr>
        }
    });
    let (first, last) = (bins.first().map(Bin::label), bins.last().map(Bin::label));
    view! {
        <section class="panel stack">
            <h2>{if range.is_by_month() { "Mensajes por mes" } else { "Mensajes por día" }}</h2>
            <ul class="legend" aria-hidden="true">
                {StateGroup::ALL.map(|group| view! { <li data-group=group.as_str()>{group.label()}</li> }).collect_view()}
            </ul>
            <figure class="chart">
                <svg viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="group" aria-label="Mensajes por fecha y estado; cada barra lleva a su fecha">
                    {bars}
                </svg>
                <figcaption class="axis"><span>{first}</span><span>{format!("Máximo: {}", grouped(most.into()))}</span><span>{last}</span></figcaption>
            </figure>
            <details>
                <summary>"Ver como tabla"</summary>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Fecha"</th>
                            {StateGroup::ALL.map(|group| view! { <th scope="col" class="num">{group.label()}</th> }).collect_view()}
                            <th scope="col" class="num">"Todos"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </details>
        </section>
    }
}

fn bar(bin: &Bin, href: String, index: usize, most: i64) -> AnyView {
    let x = index * STEP;
    let mut top = HEIGHT;
    let parts = StateGroup::ALL.map(|group| {
        let height = (bin.counts.of(group) * HEIGHT / most).max(i64::from(bin.counts.of(group) > 0));
        top -= height;
        (height > 0).then(|| {
            view! { <rect data-group=group.as_str() x=x y=top width=BAR height=height></rect> }
        })
    });
    let said: Vec<String> = StateGroup::ALL
        .into_iter()
        .filter(|group| bin.counts.of(*group) > 0)
        .map(|group| format!("{} {}", group.label().to_lowercase(), bin.counts.of(group)))
        .collect();
    if said.is_empty() {
        return ().into_any();
    }
    let label = format!("{}: {} mensajes ({})", bin.label(), bin.counts.all(), said.join(", "));
    view! {
        <a href=href aria-label=label>
            <rect class="touch" x=x y=0 width=STEP height=HEIGHT></rect>
            {parts.collect_view()}
        </a>
    }
    .into_any()
}

#[component]
pub fn Causes<'a>(panel: &'a Panel) -> impl IntoView + use<> {
    let most = panel.causes.first().map_or(1, |(_, count)| *count).max(1);
    let rows = panel.causes.iter().map(|(cause, count)| {
        let href = list_address(panel.range, &[("causa", cause.to_string())]);
        view! { <Line label=cause.label() value=grouped((*count).into()) share=*count * 100 / most href=href/> }
    });
    let rows = rows.collect_view();
    let table = panel.causes.iter().map(|(cause, count)| {
        view! {
            <tr>
                <th scope="row">{cause.label()}</th>
                <td class="num" data-label="Mensajes">{grouped((*count).into())}</td>
            </tr>
        }
    });
    let table = table.collect_view();
    let nothing = panel.causes.is_empty();
    let failures = address("/panel/fallidos", panel.range.to_pairs());
    view! {
        <section class="panel stack">
            <h2>"Por qué fallaron"</h2>
            {nothing.then(|| view! { <p>"Sin fallos en este período."</p> })}
            <ul class="lines">{rows}</ul>
            {(!nothing).then(|| view! {
                <details>
                    <summary>"Ver como tabla"</summary>
                    <table class="table">
                        <thead><tr><th scope="col">"Causa"</th><th scope="col" class="num">"Mensajes"</th></tr></thead>
                        <tbody>{table}</tbody>
                    </table>
                </details>
                <p><a href=failures>"Qué hacer con los fallidos"</a></p>
            })}
        </section>
    }
}

#[component]
pub fn Vehicles<'a>(panel: &'a Panel) -> impl IntoView + use<> {
    let most = panel.vehicles.first().map_or(1, |line| line.messages).max(1);
    let bars = panel.vehicles.iter().map(|line| {
        let (href, title) = vehicle_link(line, panel.range);
        view! { <Line label=title value=grouped(line.messages.into()) share=line.messages * 100 / most href=href/> }
    });
    let bars = bars.collect_view();
    view! {
        <section class="panel stack">
            <h2>"Los vehículos con más mensajes"</h2>
            <ul class="lines">{bars}</ul>
            <details>
                <summary>"Ver como tabla"</summary>
                <VehicleTable lines=&panel.vehicles range=panel.range others=None/>
            </details>
        </section>
    }
}

/// Each vehicle's figures; `others` are those of all that have no line of their own.
#[component]
pub fn VehicleTable<'a>(
    lines: &'a [VehicleFigures],
    range: Range,
    others: Option<&'a VehicleFigures>,
) -> impl IntoView + use<> {
    let with_answers = lines.iter().any(|line| line.answers.is_some());
    let not_all = lines.iter().any(|line| line.answers.is_some_and(|answers| answers.asked > MEDIAN_LATEST));
    let rows = lines.iter().map(|line| {
        let (href, title) = vehicle_link(line, range);
        view! { <tr><th scope="row"><a href=href>{title}</a></th>{vehicle_cells(line)}</tr> }
    });
    let rows = rows.collect_view();
    let others = others.map(|others| {
        view! { <tr><th scope="row">"Los demás"</th>{vehicle_cells(others)}</tr> }
    });
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Vehículo"</th>
                    <th scope="col" class="num">"Mensajes"</th>
                    <th scope="col" class="num">"Entregados"</th>
                    <th scope="col" class="num">"Fallidos"</th>
                    <th scope="col" class="num">"Costo"</th>
                    {with_answers.then(|| view! {
                        <th scope="col" class="num">"Respondidos"</th>
                        <th scope="col" class="num">"Primera respuesta"</th>
                    })}
                </tr>
            </thead>
            <tbody>{rows}{others}</tbody>
        </table>
        {not_all.then(|| view! {
            <p class="hint">{format!("«Primera respuesta» sale de las últimas {} conversaciones de cada vehículo.", grouped(MEDIAN_LATEST.into()))}</p>
        })}
    }
}

fn vehicle_cells(line: &VehicleFigures) -> AnyView {
    view! {
        <td class="num" data-label="Mensajes">{grouped(line.messages.into())}</td>
        <td class="num" data-label="Entregados">{grouped(line.arrived.into())}</td>
        <td class="num" data-label="Fallidos">{grouped(line.failed.into())}</td>
        <td class="num" data-label="Costo">{dollars_in_column(line.cost)}</td>
        {line.answers.map(|answers| {
            let share = answers.share().map_or_else(|| "—".to_owned(), |share| format!("{share} %"));
            view! {
                <td class="num" data-label="Respondidos">{share}</td>
                <td class="num" data-label="Primera respuesta">{answers.median.map_or_else(|| "—".to_owned(), about)}</td>
            }
        })}
    }
    .into_any()
}

/// Where a vehicle's messages are listed, and its name.
fn vehicle_link(line: &VehicleFigures, range: Range) -> (String, String) {
    let (id, title) = match &line.vehicle {
        Some((id, title)) => (id.to_string(), title.clone()),
        None => ("ninguno".to_owned(), "Sin vehículo".to_owned()),
    };
    (list_address(range, &[("vehiculo", id)]), title)
}

/// A horizontal bar with its words and its number.
#[component]
fn Line(label: String, value: String, share: i64, href: String) -> impl IntoView {
    view! {
        <li>
            <a href=href><span>{label}</span><strong>{value}</strong></a>
            <svg class="fill" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="used" width=share height="6"></rect>
            </svg>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::range::Choice;

    #[test]
    fn long_periods_are_drawn_by_the_month_and_nothing_is_lost() {
        let range = Range {
            choice: Choice::Own,
            from: "2026-01-15".parse().unwrap(),
            to: "2026-06-02".parse().unwrap(),
        };
        let one = ByState::new([0, 0, 1, 0, 0, 0]);
        let days: Vec<_> = range.days().map(|day| (day, one)).collect();
        let bins = bins(&days, true);
        let ends: Vec<_> =
            bins.iter().map(|bin| (bin.range.from.to_string(), bin.range.to.to_string())).collect();
        assert_eq!(ends.first(), Some(&("2026-01-15".to_owned(), "2026-01-31".to_owned())));
        assert_eq!(ends.last(), Some(&("2026-06-01".to_owned(), "2026-06-02".to_owned())));
        assert_eq!(bins.iter().map(|bin| bin.counts.all()).sum::<i64>(), i64::try_from(days.len()).unwrap());
        assert_eq!(super::bins(&days[..62], false).len(), 62);
    }
}
