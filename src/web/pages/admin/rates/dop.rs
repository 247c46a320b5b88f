//! What a dollar costs in pesos.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::{
    app::read_rates::ShownDopRate,
    domain::time::{day_in_santo_domingo, spoken_date},
    web::{
        flash::Flash,
        parts::{Field, Moment},
    },
};

#[component]
pub fn DopRates<'a>(rows: &'a [ShownDopRate], flash: &'a Flash, now: DateTime<Utc>) -> impl IntoView + use<> {
    let holds = rows.first();
    let seen = holds.map(|row| row.id.to_string()).unwrap_or_default();
    let words = match holds {
        Some(row) => format!(
            "RD$ {} por US$ 1, del {}, {}. Los concesionarios ven su gasto también en RD$.",
            row.rate.plain(),
            spoken_date(row.rate.day),
            row.rate.source
        ),
        None => "Ninguna: los concesionarios ven su gasto solo en US$.".to_owned(),
    };
    let source = holds.map_or_else(|| "Banco Central".to_owned(), |row| row.rate.source.clone());
    let typed = |field: &str, other: String| {
        Some(flash.value(field)).filter(|text| !text.is_empty()).unwrap_or(other)
    };
    let today = day_in_santo_domingo(now).to_string();
    let has_past = rows.len() > 1;
    let past = rows.iter().map(|row| {
        let by = row.set_by.clone().unwrap_or_else(|| "alguien que ya no está".to_owned());
        view! {
            <tr>
                <th scope="row">{spoken_date(row.rate.day)}</th>
                <td class="num" data-label="RD$ por US$ 1">{row.rate.plain()}</td>
                <td data-label="Fuente">{row.rate.source.clone()}</td>
                <td data-label="Puesta"><span><Moment at=row.set_at now=now/>", "{by}</span></td>
            </tr>
        }
    });
    let past = past.collect_view();
    view! {
        <section class="panel stack" id="tasa">
            <h2>"RD$ por dólar"</h2>
            <p>{words}</p>
            <form method="post" action="/fn/admin/tasa" class="stack">
                <input type="hidden" name="vista" value=seen/>
                <div class="columns">
                    <Field field="pesos" label="RD$ por US$ 1" complete="off" value=flash.value("pesos") problem=flash.problem("pesos")/>
                    <Field field="fecha" label="Fecha de la tasa" kind="date" complete="off" value=typed("fecha", today) problem=flash.problem("fecha")/>
                    <Field field="fuente" label="Fuente" complete="off" value=typed("fuente", source) problem=flash.problem("fuente")/>
                </div>
                <p class="hint">"Solo se muestra: lo que se cobra y lo que se guarda está en US$."</p>
                <button class="button second">"Guardar la tasa"</button>
            </form>
            {has_past.then(|| view! {
                <details>
                    <summary>"Tasas anteriores"</summary>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Fecha"</th>
                                <th scope="col" class="num">"RD$ por US$ 1"</th>
                                <th scope="col">"Fuente"</th>
                                <th scope="col">"Puesta"</th>
                            </tr>
                        </thead>
                        <tbody>{past}</tbody>
                    </table>
                </details>
            })}
        </section>
    }
}
