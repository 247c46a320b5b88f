//! What a change would do, and would have done.

use leptos::prelude::*;

use super::super::amount;
use crate::{
    app::{
        actor::Actor,
        dry_run::{DAYS, DryRun, dry_run},
        error::Result,
        read_rules::{Rule, read_rule_with},
        set_limit::Setting,
        state::App,
    },
    domain::{ids::DealerId, limits::Limit, money::grouped, time::full_stamp},
    web::parts::{Notice, Tone},
};

/// A change that is not made yet.
pub(super) struct Seen {
    pub after: Rule,
    run: DryRun,
}

pub(super) async fn foresee(
    app: &App,
    actor: &Actor,
    limit: Limit,
    dealer: Option<DealerId>,
    setting: Setting,
) -> Result<Seen> {
    Ok(Seen {
        after: read_rule_with(app, actor, limit, dealer, setting).await?,
        run: dry_run(app, actor, limit, dealer, setting).await?,
    })
}

#[component]
pub(super) fn Effect<'a>(
    limit: Limit,
    before: &'a Rule,
    seen: Seen,
    /// The last day on which it holds, in words; `None`: of a rule for all, which stays.
    until: Option<String>,
    /// It ends by itself.
    ends: bool,
) -> impl IntoView + use<> {
    let Seen { after, run } = seen;
    let count = |number: u64| grouped(number.into());
    let void = after.bound_by.map(|by| {
        let said = format!(
            "Por encima de {} no tendrá efecto: manda «{}».",
            amount(by, after.effective),
            by.label()
        );
        view! { <Notice tone=Tone::Warn><p>{said}</p></Notice> }
    });
    let same = before.effective == after.effective;
    let now = amount(limit, before.effective);
    let then = if same { "sin cambio".to_owned() } else { amount(limit, after.effective) };
    let lasting = ends.then(|| amount(limit, before.lasting));
    let more = run.refused_then > run.refused_now;
    let of = match run.messages {
        1 => format!("Del único mensaje de los últimos {DAYS} días"),
        many => format!("De los {} mensajes de los últimos {DAYS} días", count(many)),
    };
    let told = match (run.messages, run.refused_now, run.refused_then) {
        (0, ..) => format!("En los últimos {DAYS} días no se envió nada."),
        (_, 0, 0) => format!("{of} no se habría rechazado ninguno."),
        (_, now, then) => format!("{of} se habrían rechazado {} → {}.", count(now), count(then)),
    };
    let unseen = run.refused_now > 0;
    let rows: Vec<_> = run
        .named
        .into_iter()
        .map(|refused| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/panel/mensajes/{}", refused.message)>{full_stamp(refused.at)}</a></th>
                    <td data-label="Concesionario">{refused.dealer.unwrap_or_else(|| "—".to_owned())}</td>
                    <td data-label="Lo rechaza">{refused.by.label()}</td>
                </tr>
            }
        })
        .collect();
    let named = rows.len();
    view! {
        <section class="panel stack" aria-labelledby="efecto">
            <h2 id="efecto">"Qué pasaría"</h2>
            <dl class="facts">
                <div><dt>"Límite efectivo ahora"</dt><dd>{now}</dd></div>
                <div><dt>"Después"</dt><dd>{then}</dd></div>
                {until.map(|until| view! { <div><dt>"Último día"</dt><dd>{until}</dd></div> })}
                {lasting.map(|lasting| view! { <div><dt>"Al vencer rige"</dt><dd>{lasting}</dd></div> })}
            </dl>
            {void}
            <Notice tone=if more { Tone::Warn } else { Tone::Ok }><p>{told}</p></Notice>
            {unseen.then(|| view! { <p class="hint">"El primer número es con las reglas de hoy: lo que salió cuando regían otras también se cuenta."</p> })}
            {(named > 0).then(|| view! {
                <details>
                    <summary>{if named == 1 { "Ver cuál".to_owned() } else { format!("Ver los primeros {named}") }}</summary>
                    <table class="table">
                        <thead><tr><th scope="col">"Hora"</th><th scope="col">"Concesionario"</th><th scope="col">"Lo rechaza"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </details>
            })}
        </section>
    }
}
