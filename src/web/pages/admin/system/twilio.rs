use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::{Ago, StateWord, count};
use crate::{
    app::{
        compare_usage::Comparison,
        read_system::{SenderRow, System},
    },
    domain::{
        money::dollars,
        sender::{Quality, is_online},
        time::{lapse, spoken_month},
    },
    web::parts::{Moment, Tone},
};

/// Our number in Twilio's words.
#[component]
pub fn Sender(sender: Option<SenderRow>, meta_tier: Option<i64>, now: DateTime<Utc>) -> impl IntoView {
    let sender = sender.unwrap_or_default();
    let tier =
        meta_tier.map_or_else(|| "sin límite".to_owned(), |most| format!("{} personas en 24 h", count(most)));
    let quality = sender.quality.as_deref().and_then(Quality::parse);
    let tone = match quality {
        Some(Quality::High) => Tone::Ok,
        Some(Quality::Medium) => Tone::Warn,
        Some(Quality::Low) => Tone::Bad,
        None => Tone::Info,
    };
    let told = sender.told_at.is_some();
    let status = match &sender.status {
        Some(status) if is_online(status) => view! { <StateWord tone=Tone::Ok words="En línea"/> }.into_any(),
        Some(status) => view! { <StateWord tone=Tone::Bad words=status.clone()/> }.into_any(),
        None if told => view! { <StateWord tone=Tone::Bad words="La cuenta no lo tiene"/> }.into_any(),
        None => view! { <StateWord tone=Tone::Info words="Todavía no se sabe"/> }.into_any(),
    };
    let unrated = if told { "Sin calificar" } else { "Todavía no se sabe" };
    view! {
        <section class="panel stack">
            <h2>"El número en WhatsApp"</h2>
            <dl class="pairs">
                <dt>"Estado"</dt><dd>{status}</dd>
                <dt>"Calidad"</dt><dd><StateWord tone=tone words=quality.map_or(unrated, Quality::label)/></dd>
                <dt>"Límite de Meta"</dt>
                <dd>{sender.messaging_limit.unwrap_or_else(|| "Twilio no lo dice".to_owned())}</dd>
                <dt>"Rige en OKLA"</dt><dd>{tier}</dd>
            </dl>
            <p class="hint">
                {match sender.told_at {
                    Some(at) => view! { "Según Twilio, "<Ago at=at now=now/>"." }.into_any(),
                    None => "Twilio todavía no lo ha dicho.".into_any(),
                }}
                " Se pregunta cada hora. La palabra de Twilio manda: cuando dice un límite, ese rige en «Personas nuevas que permite Meta», y el cambio queda en la auditoría."
            </p>
        </section>
    }
}

/// Twilio's month against our ledger.
#[component]
pub fn Months(months: Vec<Comparison>, now: DateTime<Utc>) -> impl IntoView {
    let nothing = months.is_empty();
    let amount = |amount: Option<Decimal>| amount.map_or_else(|| "—".to_owned(), dollars);
    let rows = months.into_iter().map(|month| {
        let asked = month.asked_at.map(|at| view! { <Ago at=at now=now/> });
        view! {
            <tr>
                <th scope="row" data-label="Mes (UTC)">{spoken_month(month.month)}</th>
                <td class="num" data-label="Nuestro libro">{dollars(month.ledger)}</td>
                <td class="num" data-label="Twilio">{amount(month.confirmed)}</td>
                <td class="num" data-label="Diferencia">{amount(month.drift())}</td>
                <td class="num" data-label="Sin costo">{count(month.untold)}</td>
                <td data-label="Preguntado">{asked}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel stack">
            <h2>"El mes de Twilio y el nuestro"</h2>
            <p class="hint">"Lo que se cobra a los concesionarios contra lo que Twilio dice que debe la cuenta, ambos del momento en que se preguntó (cada 6 horas). «Partes sin costo»: aquellas cuyo precio Twilio todavía no dijo."</p>
            {if nothing {
                view! { <p>"Twilio todavía no ha contestado cuánto lleva el mes."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Mes (UTC)"</th>
                                <th scope="col" class="num">"Nuestro libro (estimado)"</th>
                                <th scope="col" class="num">"Twilio (confirmado)"</th>
                                <th scope="col" class="num">"Diferencia"</th>
                                <th scope="col" class="num">"Partes sin costo"</th>
                                <th scope="col">"Preguntado"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
        </section>
    }
}

/// What runs.
#[component]
pub fn Versions<'a>(system: &'a System) -> impl IntoView + use<> {
    let now = system.now;
    let migration = system.migration.clone().map(|(name, at)| view! { {name}", "<Moment at=at now=now/> });
    let apart = lapse(system.clock_apart.abs());
    view! {
        <section class="panel stack">
            <h2>"Versiones"</h2>
            <dl class="pairs">
                <dt>"Este servidor"</dt><dd>"OKLA "{env!("CARGO_PKG_VERSION")}</dd>
                <dt>"Última migración"</dt><dd>{migration}</dd>
                <dt>"PostgreSQL"</dt><dd class="break">{system.database_version.clone()}</dd>
                <dt>"Los relojes"</dt><dd>"El del servidor y el de la base de datos difieren en "{apart}"."</dd>
            </dl>
        </section>
    }
}
