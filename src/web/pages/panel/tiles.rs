//! A period's figures at a glance; each is a link to exactly the messages it counts.

use leptos::prelude::*;
use rust_decimal::Decimal;

use super::list_address;
use crate::{
    app::read_panel::Panel,
    domain::{
        answers::{Answers, MEDIAN_LATEST},
        dop_rate::{DopRate, spoken},
        figures::percent,
        money::{dollars, grouped},
        state_group::StateGroup,
        time::about,
    },
};

#[component]
pub fn Tiles<'a>(panel: &'a Panel, dop_rate: Option<&'a DopRate>) -> impl IntoView + use<> {
    let (now, before) = (&panel.totals, &panel.before);
    let all = now.sums.messages;
    let states = |groups: &[StateGroup]| {
        let words: Vec<_> = groups.iter().map(|group| group.as_str()).collect();
        list_address(panel.range, &[("estado", words.join(","))])
    };
    let share = |part: i64| percent(part, all).map_or_else(String::new, |share| format!("{share} %"));
    let failed = now.of(StateGroup::Failed);
    let cause = panel.causes.first().map(|(cause, _)| cause.label());
    let spent = now.sums.cost;
    let per_contact = now.cost_per_contact();
    view! {
        <ul class="tiles" aria-label="Cifras del período">
            <Tile label="Enviados" value=grouped(all.into()) href=list_address(panel.range, &[])
                more=change(all, before.sums.messages)/>
            <Tile label="Entregados" value=share(now.arrived())
                href=states(&[StateGroup::Delivered, StateGroup::Read])
                more=points(now.arrived(), all, before.arrived(), before.sums.messages)/>
            <Tile label="Leídos" value=share(now.of(StateGroup::Read)) href=states(&[StateGroup::Read])
                more=points(now.of(StateGroup::Read), all, before.of(StateGroup::Read), before.sums.messages)/>
            <Tile label="Fallidos" value=if failed == 0 { "Sin fallos".to_owned() } else { format!("{} · {}", grouped(failed.into()), share(failed)) }
                href=states(&[StateGroup::Failed]) tone=(failed * 20 > all).then_some("bad")
                more=format!("{}{}", change(failed, before.of(StateGroup::Failed)), cause.map(|cause| format!(". Sobre todo: {cause}")).unwrap_or_default())/>
            <Tile label="Respondidos" value=panel.answers.share().map_or_else(|| "Sin contactos".to_owned(), |share| format!("{share} %"))
                href="/panel/conversaciones".to_owned() more=answered(&panel.answers, &panel.answers_before)/>
            <Tile label="Gasto" value=spoken(spent, dop_rate) href=format!("{}&orden=costo", list_address(panel.range, &[]))
                more=format!("{}. {} confirmado, {} estimado. Parte de Twilio: {}.", change_of_cost(spent, before.sums.cost), dollars(now.sums.confirmed), dollars(spent - now.sums.confirmed), dollars(now.sums.told))/>
            <Tile label="Costo por contacto" value=per_contact.map_or_else(|| "Sin contactos".to_owned(), dollars)
                href=list_address(panel.range, &[("de", "compradores".to_owned())])
                more=format!("{} mensajes de compradores; {}", grouped(now.contacts.into()), before.cost_per_contact().map_or_else(|| "ninguno antes".to_owned(), |cost| format!("{} cada uno antes", dollars(cost))))/>
            <Tile label="Costo por contacto respondido"
                value=panel.answers.cost_of_each(now.contact_cost).map_or_else(|| "Sin respuestas".to_owned(), dollars)
                href="/panel/conversaciones".to_owned()
                more=format!("{} de {} conversaciones nuevas respondidas", grouped(panel.answers.answered.into()), grouped(panel.answers.asked.into()))/>
        </ul>
    }
}

/// How soon, and against the period before.
fn answered(now: &Answers, before: &Answers) -> String {
    let median = now.median.map_or_else(
        || "Ninguna respuesta todavía".to_owned(),
        |median| {
            let half = if now.asked > MEDIAN_LATEST {
                format!("De las últimas {}, la mitad", grouped(MEDIAN_LATEST.into()))
            } else {
                "La mitad".to_owned()
            };
            let took = about(median);
            let within = if took.starts_with("menos") { took } else { format!("menos de {took}") };
            format!("{half}, en {within}")
        },
    );
    format!("{median}. {}", points(now.answered, now.asked, before.answered, before.asked))
}

/// One figure, and where it leads.
#[component]
pub fn Tile(
    label: &'static str,
    value: String,
    href: String,
    more: String,
    #[prop(optional_no_strip)] tone: Option<&'static str>,
) -> impl IntoView {
    let class = tone.map_or_else(|| "tile".to_owned(), |tone| format!("tile {tone}"));
    view! {
        <li>
            <a class=class href=href>
                <span>{label}</span>
                <strong>{value}</strong>
                <span>{more}</span>
            </a>
        </li>
    }
}

/// Against the period before, in percent of it.
fn change(now: i64, before: i64) -> String {
    match percent(now - before, before) {
        None => "Nada en el período anterior".to_owned(),
        Some(change) if change.is_zero() => "Igual que el período anterior".to_owned(),
        Some(change) => {
            format!("{}{} % contra {} antes", sign(change), grouped(change), grouped(before.into()))
        }
    }
}

/// The same of US$.
fn change_of_cost(now: Decimal, before: Decimal) -> String {
    if before.is_zero() {
        return "Nada en el período anterior".to_owned();
    }
    let change = ((now - before) * Decimal::ONE_HUNDRED / before).round_dp(1);
    format!("{}{} % contra {} antes", sign(change), grouped(change), dollars(before))
}

/// Against the period before, in points.
fn points(now: i64, all: i64, before: i64, all_before: i64) -> String {
    match (percent(now, all), percent(before, all_before)) {
        (Some(now), Some(before)) if now == before => format!("Igual que antes ({before} %)"),
        (Some(now), Some(before)) => {
            format!("{}{} puntos contra {before} % antes", sign(now - before), now - before)
        }
        _ => "Nada en el período anterior".to_owned(),
    }
}

/// The minus is the number's own.
fn sign(change: Decimal) -> &'static str {
    if change > Decimal::ZERO { "+" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_said_against_the_period_before() {
        assert_eq!(change(120, 100), "+20 % contra 100 antes");
        assert_eq!(change(50, 100), "-50 % contra 100 antes");
        assert_eq!(change(100, 100), "Igual que el período anterior");
        assert_eq!(change(5, 0), "Nada en el período anterior");
        assert_eq!(points(95, 100, 90, 100), "+5 puntos contra 90 % antes");
        assert_eq!(points(1, 1, 0, 0), "Nada en el período anterior");
    }
}
