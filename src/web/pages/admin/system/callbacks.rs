use std::time::Duration;

use leptos::prelude::*;

use super::{StateWord, count};
use crate::{
    app::read_system::{CallbacksRow, MOST_TIMED, STAGES, StageRow, System},
    domain::time::lapse,
    web::{
        flash::Flash,
        forms::millis,
        parts::{Notice, Tone},
    },
};

/// What Twilio tells us, and whether it finds us.
#[component]
pub fn Callbacks<'a>(system: &'a System, flash: Flash) -> impl IntoView + use<> {
    let refused = system.refused_signatures();
    let tone = if system.refused_lately() { Tone::Warn } else { Tone::Ok };
    let [_, _, lag, _] = system.stages;
    let lag = lag.map_or_else(
        || "sin envíos en la última hora".to_owned(),
        |lag| format!("la mitad en {}, el 95 % en {}", seconds(lag.median), seconds(lag.p95)),
    );
    let CallbacksRow { count: callbacks, since } = system.callbacks;
    let over = system.now - since;
    let minutes = (over.as_seconds_f64() / 60.0).max(1.0 / 60.0);
    let rate = f64::from(i32::try_from(callbacks).unwrap_or(i32::MAX)) / minutes;
    let label = if over.num_minutes() == 60 {
        "En la última hora".to_owned()
    } else {
        format!("En los últimos {}", lapse(over))
    };
    view! {
        <section class="panel stack" id="avisos">
            <h2>"Avisos de Twilio"</h2>
            <dl class="pairs">
                <dt>{label}</dt><dd>{format!("{} ({rate:.1} por minuto)", count(callbacks))}</dd>
                <dt>"Tardan en llegar"</dt><dd>{lag}</dd>
                <dt>"Firmas rechazadas"</dt>
                <dd><StateWord tone=tone words=count(refused)/>" desde que arrancaron los servidores"</dd>
            </dl>
            <Tested flash=flash/>
            <form method="post" action="/fn/admin/probar-avisos" class="stack">
                <p class="hint">"La prueba envía un aviso firmado por la dirección que ve el mundo, como lo haría Twilio, y no guarda nada. Tarda 5 s a lo más por tramo."</p>
                <button class="button second">"Probar la dirección de avisos"</button>
            </form>
        </section>
    }
}

/// What the test said that was just made.
#[component]
fn Tested(flash: Flash) -> impl IntoView {
    let said = flash.value("prueba");
    if said.is_empty() {
        return ().into_any();
    }
    let remedy = flash.value("remedio");
    let tone = if remedy.is_empty() { Tone::Ok } else { Tone::Bad };
    let hops = [
        ("nombre", "Resolver el nombre"),
        ("conexion", "Conectar"),
        ("respuesta", "De cero a la respuesta, con TLS"),
        ("servidor", "De eso, nuestro servidor"),
    ];
    let hops = hops.map(|(hop, label)| {
        let took = flash.value(hop);
        let took = if took.is_empty() { "no se llegó".to_owned() } else { took };
        view! { <dt>{label}</dt><dd>{took}</dd> }
    });
    view! {
        <Notice tone=tone>
            <p class="break"><strong>{said}</strong></p>
            {(!remedy.is_empty()).then(|| view! { <p>{remedy}</p> })}
        </Notice>
        <dl class="pairs">{hops.into_iter().collect_view()}</dl>
    }
    .into_any()
}

/// How long our own stages take.
#[component]
pub fn Stages(stages: [Option<StageRow>; 4]) -> impl IntoView {
    let rows = STAGES.iter().zip(stages).map(|((label, _), stage)| {
        let figure = |read: fn(StageRow) -> String| stage.map_or_else(|| "—".to_owned(), read);
        view! {
            <tr>
                <th scope="row" data-label="Etapa">{*label}</th>
                <td class="num" data-label="p50">{figure(|stage| seconds(stage.median))}</td>
                <td class="num" data-label="p95">{figure(|stage| seconds(stage.p95))}</td>
                <td class="num" data-label="Mensajes">{figure(|stage| count(stage.count))}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let over = format!(
        "Sobre los mensajes de la última hora, los {} más nuevos a lo más, por lo que quedó anotado de ellos (de los largos, la primera parte).",
        count(MOST_TIMED)
    );
    view! {
        <section class="panel stack">
            <h2>"Cuánto tarda cada etapa"</h2>
            <p class="hint">{over}</p>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Etapa"</th>
                        <th scope="col" class="num">"La mitad (p50)"</th>
                        <th scope="col" class="num">"El 95 % (p95)"</th>
                        <th scope="col" class="num">"Mensajes"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn seconds(seconds: f64) -> String {
    let took = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    if seconds < 1.0 {
        millis(took)
    } else {
        lapse(chrono::TimeDelta::from_std(took).unwrap_or(chrono::TimeDelta::MAX))
    }
}
