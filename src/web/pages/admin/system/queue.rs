use chrono::TimeDelta;
use leptos::prelude::*;

use super::{Ago, StateWord, count};
use crate::{
    app::read_system::{LineNow, ServerRow, System},
    domain::time::lapse,
    web::parts::{Moment, Tone},
};

/// What waits, who holds it, and what holds it up.
#[component]
pub fn Queue<'a>(system: &'a System) -> impl IntoView + use<> {
    let queue = &system.queue;
    let oldest = match system.overdue.as_secs() {
        0 => "Ninguna espera".to_owned(),
        _ => lapse(TimeDelta::from_std(system.overdue).unwrap_or(TimeDelta::MAX)),
    };
    let ends =
        queue.next_lease_end.map(|at| format!(", el primer plazo vence en {}", lapse(at - system.now)));
    view! {
        <section class="panel stack">
            <h2>"Cola"</h2>
            <dl class="pairs">
                <dt>"Partes en la cola"</dt><dd>{count(system.waiting())}</dd>
                <dt>"Listas para salir"</dt><dd>{count(queue.due)}</dd>
                <dt>"Esperan su hora"</dt><dd>{count(queue.later)}" (ritmo del destinatario o reintento)"</dd>
                <dt>"En un repartidor"</dt><dd>{count(queue.leased)}{ends}</dd>
                <dt>"A medias"</dt><dd>{count(queue.abandoned)}" (su repartidor murió)"</dd>
                <dt>"La más antigua"</dt><dd>{oldest}</dd>
                <dt>"Avisos perdidos"</dt><dd>{count(system.dropped)}" en 24 horas (no salieron mientras servían)"</dd>
                <dt>"Ritmo"</dt><dd>{pace(system.line)}</dd>
                <dt>"Circuito"</dt><dd><Circuit system=system/></dd>
            </dl>
        </section>
    }
}

fn pace(line: LineNow) -> String {
    let LineNow { per_second, burst, allowed, .. } = line;
    format!("{per_second:.0} por segundo entre todos; ahora pueden salir {allowed} de {burst} de golpe")
}

#[component]
fn Circuit<'a>(system: &'a System) -> impl IntoView + use<> {
    let Some(hold) = system.line.hold else {
        return view! { <StateWord tone=Tone::Ok words="Cerrado: se envía"/> }.into_any();
    };
    let code = hold.code.map(|code| format!(", código {code}")).unwrap_or_default();
    let next = system.line.probe_at.map(|at| format!("; la próxima en {}", lapse(at - system.now)));
    view! {
        <StateWord tone=Tone::Bad words=format!("Abierto{code}")/>
        <p class="soft small">
            "Desde "<Moment at=hold.since now=system.now/>". Pruebas: "{system.line.probes}{next}"."
        </p>
    }
    .into_any()
}

/// Every process that runs OKLA.
#[component]
pub fn Servers<'a>(system: &'a System) -> impl IntoView + use<> {
    let now = system.now;
    let rows = system.servers.iter().cloned().map(|server| {
        let (tone, words) = state(&server, system.is_alive(&server));
        let ServerRow { address, pid, version, refused_signatures, started_at, beat_at, .. } = server;
        let place = address.unwrap_or_else(|| "esta máquina".to_owned());
        view! {
            <tr>
                <th scope="row" data-label="Proceso">{format!("{place} · {pid}")}</th>
                <td data-label="Estado"><StateWord tone=tone words=words/></td>
                <td data-label="Versión">{version}</td>
                <td data-label="Desde"><Moment at=started_at now=now/></td>
                <td data-label="Último latido"><Ago at=beat_at now=now/></td>
                <td class="num" data-label="Rechazadas">{count(refused_signatures)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel stack">
            <h2>"Servidores y repartidores"</h2>
            {if system.servers.is_empty() {
                view! { <p>"Ninguno ha dado señales todavía: cada uno lo hace a los segundos de arrancar."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Proceso"</th>
                                <th scope="col">"Estado"</th>
                                <th scope="col">"Versión"</th>
                                <th scope="col">"Desde"</th>
                                <th scope="col">"Último latido"</th>
                                <th scope="col" class="num">"Firmas rechazadas"</th>
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

fn state(server: &ServerRow, is_alive: bool) -> (Tone, &'static str) {
    match (is_alive, server.has_workers, server.workers_alive) {
        (false, ..) => (Tone::Bad, "Calló"),
        (true, false, _) => (Tone::Info, "Solo la web"),
        (true, true, true) => (Tone::Ok, "Reparte"),
        (true, true, false) => (Tone::Bad, "Atascado: reinícielo"),
    }
}
