//! What rates charge against what Twilio and Meta charge.

use leptos::prelude::*;
use rust_decimal::Decimal;

use super::{DAYS, new_rate_path};
use crate::{
    app::read_rates::SAMPLE,
    domain::{
        money::{dollars_in_column, grouped, signed_dollars},
        rates::Drift,
    },
    web::{
        forms::RATES,
        parts::{Icon, icons},
    },
};

#[component]
pub fn Drifts<'a>(drifts: &'a [Drift], days: u64) -> impl IntoView + use<> {
    let choices = DAYS.map(|choice| {
        let current = (choice == days).then_some("true");
        view! { <a href=format!("{RATES}?dias={choice}") aria-current=current>{format!("{choice} días")}</a> }
    });
    let nothing = drifts.is_empty();
    let rows = drifts.iter().map(row).collect_view();
    view! {
        <section class="panel stack">
            <div class="pagehead">
                <h2>"Lo cobrado y lo confirmado"</h2>
                <nav class="sorts" aria-label="Período">{choices.collect_view()}</nav>
            </div>
            {if nothing {
                view! { <p>"Twilio todavía no informó el precio de ninguna parte entregada en este período."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Tarifa"</th>
                                <th scope="col" class="num">"Confirmadas"</th>
                                <th scope="col" class="num">"Cobrado"</th>
                                <th scope="col" class="num">"Twilio"</th>
                                <th scope="col" class="num">"Meta"</th>
                                <th scope="col" class="num">"Confirmado"</th>
                                <th scope="col">"Diferencia"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
            <p class="hint">
                {format!("US$ por parte, en promedio, de las partes entregadas entre los {} mensajes más nuevos del período. «Twilio» es lo que informa de cada parte: su propio cobro. «Meta» sale de sus registros de uso del mes, por categoría; no dicen el mercado.", grouped(SAMPLE.into()))}
            </p>
        </section>
    }
}

fn row(drift: &Drift) -> AnyView {
    let told = |amount: Option<Decimal>| amount.map_or_else(|| "todavía no".to_owned(), dollars_in_column);
    let difference = match drift.difference() {
        None => view! { <span class="soft">"falta lo de Meta"</span> }.into_any(),
        Some((more, percent)) => {
            let plus = if more > Decimal::ZERO { "+" } else { "" };
            let percent = percent.map(|percent| format!(" ({plus}{} %)", grouped(percent)));
            let words = format!("{}{}", signed_dollars(more), percent.unwrap_or_default());
            if drift.is_far() {
                view! { <strong class="warned"><Icon path=icons::WARN/>{words}</strong> }.into_any()
            } else {
                view! { <span>{words}</span> }.into_any()
            }
        }
    };
    let confirmed = drift.confirmed();
    let confirmed_price = confirmed.map(|price| price.normalize().to_string());
    let href = confirmed_price.filter(|_| drift.is_far()).map(|price| new_rate_path(drift.scope, &price));
    view! {
        <tr>
            <th scope="row">{drift.scope.label()}</th>
            <td class="num" data-label="Confirmadas">{grouped(drift.parts.into())}</td>
            <td class="num" data-label="Cobrado">{dollars_in_column(drift.estimate)}</td>
            <td class="num" data-label="Twilio">{dollars_in_column(drift.twilio)}</td>
            <td class="num" data-label="Meta">{told(drift.meta)}</td>
            <td class="num" data-label="Confirmado">{told(confirmed)}</td>
            <td data-label="Diferencia">
                <div>{difference}{href.map(|href| view! { <p><a href=href>"Usar lo confirmado"</a></p> })}</div>
            </td>
        </tr>
    }
    .into_any()
}
