use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{Ago, count_up_to};
use crate::{
    app::read_system::{Doubt, MOST_COUNTED, System},
    domain::{phone::masked, time::lapse},
    web::parts::StatusPill,
};

/// What Twilio must be asked about, and the button that has it asked.
#[component]
pub fn Doubts<'a>(doubts: Vec<Doubt>, system: &'a System) -> impl IntoView + use<> {
    let now = system.now;
    let counted = format!(
        "En verificación: {}. Tomados por Twilio hace más de 10 min y sin final: {}.",
        count_up_to(system.verifying, MOST_COUNTED),
        count_up_to(system.silent, MOST_COUNTED)
    );
    let several = doubts.len() > 1;
    let nothing = doubts.is_empty();
    let shown = doubts.len();
    let rows = doubts.into_iter().map(|doubt| view! { <Row doubt=doubt now=now/> }).collect_view();
    view! {
        <section class="panel stack">
            <h2>"Por aclarar"</h2>
            <p>{counted}</p>
            <p class="hint">
                "OKLA pregunta por ellos según su plan. «Preguntar a Twilio» hace una consulta de más, en segundos, sin cambiar el plan: lo que Twilio no encuentre todavía no prueba que no salió."
            </p>
            {(!nothing).then(|| view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Envío"</th>
                            <th scope="col">"Estado"</th>
                            <th scope="col">"Desde"</th>
                            <th scope="col">"Twilio habló"</th>
                            <th scope="col">"Según el plan"</th>
                            <th scope="col">"Preguntar"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            })}
            {several.then(|| view! {
                <form method="post" action="/fn/admin/preguntar">
                    <button class="button second">{format!("Preguntar a Twilio por los {shown}")}</button>
                </form>
            })}
        </section>
    }
}

#[component]
fn Row(doubt: Doubt, now: DateTime<Utc>) -> impl IntoView {
    let Doubt { part, message, to_phone, status, since, checked_at, next_check_at, is_asked } = doubt;
    let next = next_check_at.map_or_else(
        || "no se pregunta más".to_owned(),
        |at| if at > now { format!("en {}", lapse(at - now)) } else { "ahora".to_owned() },
    );
    view! {
        <tr>
            <th scope="row" data-label="Envío"><div>{masked(&to_phone)}<p class="soft small break">{message.to_string()}</p></div></th>
            <td data-label="Estado"><StatusPill status=status/></td>
            <td data-label="Desde"><Ago at=since now=now/></td>
            <td data-label="Twilio habló">{checked_at.map_or_else(|| "nunca".into_any(), |at| view! { <Ago at=at now=now/> }.into_any())}</td>
            <td data-label="Según el plan">{next}</td>
            <td data-label="Preguntar">
                {if is_asked {
                    view! { <span class="soft">"Se está preguntando"</span> }.into_any()
                } else {
                    view! {
                        <form method="post" action="/fn/admin/preguntar">
                            <input type="hidden" name="parte" value=part.to_string()/>
                            <button class="button second">"Preguntar a Twilio"</button>
                        </form>
                    }
                        .into_any()
                }}
            </td>
        </tr>
    }
}
