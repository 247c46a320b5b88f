use leptos::prelude::*;

use super::new::Pick;
use crate::{
    app::offers::Asked,
    domain::contact_reason::ContactReason,
    web::{
        flash::Flash,
        parts::{Field, FieldError},
    },
};

/// As many stand open to choose from.
const OPEN: usize = 8;

/// Whom an offer is for: everybody who wrote, or those whom all that is chosen here leaves.
#[component]
pub(super) fn AudienceFields<'a>(asked: &'a [Asked], flash: &'a Flash) -> impl IntoView + use<> {
    let pairs = |all: Vec<(String, String)>, none: &str| {
        std::iter::once((String::new(), none.to_owned())).chain(all).collect::<Vec<_>>()
    };
    let reasons = ContactReason::ALL.map(|reason| (reason.to_string(), reason.label().to_owned()));
    let answered = [("si", "Los que ya respondió"), ("no", "Los que no ha respondido")];
    let answered = answered.map(|(word, said)| (word.to_owned(), said.to_owned()));
    let (reason, response) = (flash.value("motivo"), flash.value("respondidos"));
    view! {
        <section class="panel stack">
            <h2>"A quién"</h2>
            <p class="hint">"Compradores con cuenta que le escribieron, con su número comprobado, y que aceptaron recibir ofertas. Sin elegir nada, todos."</p>
            <About asked=asked flash=flash/>
            <Pick field="motivo" label="Motivo con que escribieron" options=pairs(reasons.into(), "Cualquiera") value=&reason/>
            <Pick field="respondidos" label="Respuesta" options=pairs(answered.into(), "Todos") value=&response/>
            <Field field="desde" label="Escribió desde" kind="date" complete="off" value=flash.value("desde") problem=flash.problem("desde")/>
            <Field field="hasta" label="Escribió hasta" kind="date" complete="off" value=flash.value("hasta") problem=flash.problem("hasta")/>
        </section>
    }
}

/// The makes and vehicles that somebody asked about, to choose several of.
#[component]
fn About<'a>(asked: &'a [Asked], flash: &'a Flash) -> impl IntoView + use<> {
    let (chosen_makes, chosen) = (flash.value("marca"), flash.value("interes"));
    let is_chosen = |asked: &Asked| chosen.lines().any(|id| id == asked.id);
    let asked: Vec<&Asked> = asked.iter().filter(|asked| asked.was_asked_about || is_chosen(asked)).collect();
    let mut makes: Vec<&str> = asked.iter().map(|asked| asked.make.as_str()).collect();
    makes.sort_unstable();
    makes.dedup();
    let makes: Vec<_> = makes
        .into_iter()
        .enumerate()
        .map(|(place, make)| many("marca", place, make, make, chosen_makes.lines().any(|own| own == make)))
        .collect();
    let count = asked.len();
    let marked = asked.iter().filter(|asked| is_chosen(asked)).count();
    let vehicles: Vec<_> = asked
        .into_iter()
        .enumerate()
        .map(|(place, asked)| many("interes", place, &asked.id, &asked.title, is_chosen(asked)))
        .collect();
    let summary = match marked {
        0 => format!("Vehículos ({count})"),
        marked => format!("Vehículos ({marked} de {count} marcados)"),
    };
    let is_open = marked > 0 || count <= OPEN;
    let problem = flash.problem("interes");
    (count > 0).then(|| {
        view! {
            <fieldset class="field about" id="interes" aria-describedby="interes-hint interes-error">
                <legend>"Preguntaron por"</legend>
                <p class="hint" id="interes-hint">"Marque marcas, vehículos o ambos: llega a quien preguntó por alguno. Sin marcar nada, por cualquiera."</p>
                <div class="choices">{makes}</div>
                <details open=is_open>
                    <summary>{summary}</summary>
                    <div class="many">{vehicles}</div>
                </details>
                <FieldError field="interes" message=problem/>
            </fieldset>
        }
    })
}

/// One of several; each has a name of its own, for a form's fields are read by their names.
fn many(field: &str, place: usize, value: &str, label: &str, chosen: bool) -> impl IntoView + use<> {
    let (name, value, label) = (format!("{field}-{place}"), value.to_owned(), label.to_owned());
    view! { <label class="check"><input type="checkbox" name=name value=value checked=chosen/>{label}</label> }
}
