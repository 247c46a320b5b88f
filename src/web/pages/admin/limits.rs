use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::amount;
use crate::{
    app::{
        error::Result,
        pause::{PauseRow, list_pauses},
        read_rules::{OwnRule, Rule, RuleBook, SetBy, list_dealers, read_rules},
    },
    domain::{kind::Kind, limits::Limit, time::last_day},
    web::{
        flash::{self, Flash},
        forms::{self, edit_path},
        guard,
        pages::failed,
        parts::{Choice, ErrorSummary, Field, FieldError, Fill, Moment, Notice, PageTitle, Tone},
        request::Current,
    },
};

/// `/admin/limites`: whether sending goes on, what every limit lets through and how much of it is used.
#[component]
pub fn LimitsPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    pauses: Vec<PauseRow>,
    rules: RuleBook,
    dealers: Vec<(String, String)>,
    pause: Flash,
    limit: Flash,
    now: DateTime<Utc>,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    Ok(Loaded {
        pauses: list_pauses(&current.state, &actor).await?,
        rules: read_rules(&current.state, &actor).await?,
        dealers: list_dealers(&current.state, &actor).await?,
        pause: flash::take(&current.session, forms::PAUSE).await?,
        limit: flash::take(&current.session, forms::LIMIT).await?,
        now: current.state.clock.now(),
    })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { pauses, rules, dealers, pause, limit, now } = loaded;
    let done = [pause.value("hecho"), limit.value("hecho")].into_iter().filter(|said| !said.is_empty());
    let done = done.map(|said| view! { <Notice tone=Tone::Ok><p>{said}</p></Notice> }).collect_view();
    let dealers =
        dealers.into_iter().map(|(slug, name)| view! { <option value=slug>{name}</option> }).collect_view();
    view! {
        <PageTitle text="Límites"/>
        <h1>"Límites"</h1>
        {done}
        <ErrorSummary problems=pause.problems.clone()/>
        <State pauses=pauses now=now/>
        <Stop flash=pause/>
        <datalist id="concesionarios">{dealers}</datalist>
        <General rules=rules.general now=now/>
        <Own rules=rules.own now=now/>
    }
}

/// Whether sending goes on.
#[component]
fn State(pauses: Vec<PauseRow>, now: DateTime<Utc>) -> impl IntoView {
    if pauses.is_empty() {
        return view! { <Notice tone=Tone::Ok><p><strong>"Envío activo."</strong>" Nada está en pausa."</p></Notice> }
            .into_any();
    }
    let rows = pauses.into_iter().map(|pause| {
        let kind = pause.kind.and_then(|word| word.parse().ok()).map(Kind::label);
        let what = match (pause.dealer, kind) {
            (None, None) => "Todos los envíos".to_owned(),
            (Some(dealer), None) => format!("Los envíos de {dealer}"),
            (None, Some(kind)) => format!("Los envíos de tipo «{kind}»"),
            (Some(dealer), Some(kind)) => format!("Los envíos de {dealer} de tipo «{kind}»"),
        };
        let by = pause.begun_by.unwrap_or_else(|| "alguien que ya no está".to_owned());
        view! {
            <li class="paused">
                <div>
                    <p><strong>{what}</strong>", en pausa por "{by}" desde "<Moment at=pause.since now=now/>"."</p>
                    <p class="soft">{pause.reason}</p>
                    {pause.until.map(|until| view! { <p class="soft">"Se reanuda por sí sola: "<Moment at=until now=now/>"."</p> })}
                </div>
                <form method="post" action="/fn/reanudar">
                    <input type="hidden" name="id" value=pause.id.to_string()/>
                    <button class="button second">"Reanudar"</button>
                </form>
            </li>
        }
    });
    view! {
        <section class="panel stack">
            <h2>"En pausa"</h2>
            <ul class="lines">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// The kill switch.
#[component]
fn Stop(flash: Flash) -> impl IntoView {
    let kinds = std::iter::once(("", "Todos los tipos"))
        .chain(Kind::ALL.into_iter().map(|kind| (kind.as_str(), kind.label())));
    let kind = flash.value("tipo");
    let kinds: Vec<_> = kinds
        .map(|(word, label)| view! { <option value=word selected=kind == word>{label}</option> })
        .collect();
    let is_open = !flash.problems.is_empty();
    view! {
        <details class="panel stack" open=is_open>
            <summary>"Pausar envíos"</summary>
            <form method="post" action="/fn/pausar" class="stack">
                <p class="hint">"Rige desde el próximo envío, en todos los servidores. Lo que ya espera en la cola no sale hasta que se reanude; quien quiera escribir lee que OKLA detuvo los envíos y puede abrir su propio WhatsApp."</p>
                <div class="columns">
                    <div class="field">
                        <label for="concesionario">"Concesionario"</label>
                        <input id="concesionario" name="concesionario" list="concesionarios" placeholder="Todos" autocomplete="off" value=flash.value("concesionario")/>
                        <FieldError field="concesionario" message=flash.problem("concesionario")/>
                    </div>
                    <div class="field">
                        <label for="tipo">"Tipo de mensaje"</label>
                        <select id="tipo" name="tipo">{kinds}</select>
                    </div>
                    <Field field="hasta" label="Hasta (opcional)" kind="datetime-local" complete="off" value=flash.value("hasta") problem=flash.problem("hasta")/>
                </div>
                <Field field="motivo" label="Motivo" complete="off" value=flash.value("motivo") problem=flash.problem("motivo")/>
                <Field field="palabra" label="Escriba PAUSAR para confirmar" complete="off" value="" problem=flash.problem("palabra")/>
                <button class="button danger">"Pausar"</button>
            </form>
        </details>
    }
}

#[component]
fn General(rules: Vec<Rule>, now: DateTime<Utc>) -> impl IntoView {
    let rows = rules.into_iter().map(|rule| {
        let Rule { limit, most, used, peak, ref set, .. } = rule;
        view! {
            <tr>
                <th scope="row"><div><a href=edit_path(limit, "")>{limit.label()}</a><p class="soft small">{limit.name()}</p></div></th>
                <td class="num" data-label="Deja pasar">{amount(limit, most)}</td>
                <td class="num" data-label="Normal">{amount(limit, limit.default_value())}</td>
                <td data-label="Uso ahora"><Use limit=limit used=used most=most/></td>
                <td class="num" data-label="Máx. de 30 días">{peak.map_or_else(|| "—".to_owned(), |peak| amount(limit, Some(peak)))}</td>
                <td data-label="Puesto"><Setter set=set.as_ref() now=now/><Void rule=&rule/></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel stack">
            <h2>"Para todos"</h2>
            <p class="hint">"«Uso ahora» es el de quien más ha usado. Cada límite cuenta partes: un mensaje de WhatsApp de hasta 1,600 caracteres."</p>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Límite"</th>
                        <th scope="col" class="num">"Deja pasar"</th>
                        <th scope="col" class="num">"Normal"</th>
                        <th scope="col">"Uso ahora"</th>
                        <th scope="col" class="num">"Máx. de 30 días"</th>
                        <th scope="col">"Puesto"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[component]
fn Own(rules: Vec<OwnRule>, now: DateTime<Utc>) -> impl IntoView {
    let nothing = rules.is_empty();
    let rows = rules.into_iter().map(|OwnRule { slug, dealer, rule }| {
        let limit = rule.limit;
        let until = rule.set.as_ref().and_then(|set| set.expires_at);
        view! {
            <tr>
                <th scope="row">{dealer}</th>
                <td data-label="Límite"><a href=edit_path(limit, &slug)>{limit.label()}</a></td>
                <td class="num" data-label="Deja pasar">{amount(limit, rule.most)}</td>
                <td class="num" data-label="Límite efectivo">{amount(limit, rule.effective)}<Void rule=&rule/></td>
                <td data-label="Vence">{until.map_or_else(|| "permanente".into_any(), |until| last_day(until).into_any())}</td>
                <td data-label="Puesto"><Setter set=rule.set.as_ref() now=now/></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let choices = Limit::ALL.into_iter().filter(|limit| limit.is_per_dealer());
    let choices: Vec<_> = choices.map(|limit| (limit.name(), limit.label())).collect();
    view! {
        <section class="panel stack">
            <h2>"De un concesionario"</h2>
            {if nothing {
                view! { <p>"Ninguno tiene un límite propio: para todos rigen los de arriba."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Concesionario"</th>
                                <th scope="col">"Límite"</th>
                                <th scope="col" class="num">"Deja pasar"</th>
                                <th scope="col" class="num">"Límite efectivo"</th>
                                <th scope="col">"Vence"</th>
                                <th scope="col">"Puesto"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
            <form method="get" action="/admin/limites/cambiar" class="columns">
                <div class="field">
                    <label for="de">"Concesionario"</label>
                    <input id="de" name="concesionario" list="concesionarios" required autocomplete="off"/>
                </div>
                <Choice field="limite" label="Límite" options=choices value="dealer_day" problem=None/>
                <button class="button second">"Poner un límite propio"</button>
            </form>
        </section>
    }
}

#[component]
fn Use(limit: Limit, used: i64, most: Option<i64>) -> impl IntoView {
    let width = most.and_then(|most| used.saturating_mul(100).checked_div(most)).unwrap_or(0).clamp(0, 100);
    let class = match width {
        100 => Some("full"),
        80.. => Some("near"),
        _ => None,
    };
    let words = most.map_or_else(
        || amount(limit, Some(used)),
        |most| format!("{} de {}", amount(limit, Some(used)), amount(limit, Some(most))),
    );
    view! {
        <span class=format!("use {}", class.unwrap_or_default())>
            {words}
            {most.map(|_| view! { <Fill width=width/> })}
        </span>
    }
}

/// Which other limit makes a value void.
#[component]
fn Void<'a>(rule: &'a Rule) -> impl IntoView + use<> {
    let cap = rule.bound_by.map(|by| format!("manda «{}»: {}", by.label(), amount(by, rule.effective)));
    cap.map(|words| view! { <p class="soft small">{words}</p> })
}

#[component]
fn Setter<'a>(set: Option<&'a SetBy>, now: DateTime<Utc>) -> impl IntoView + use<> {
    let Some(set) = set else { return view! { <span class="soft">"valor normal"</span> }.into_any() };
    let by = set.by.clone().unwrap_or_else(|| "la consola".to_owned());
    view! {
        <span><Moment at=set.at now=now/>", "{by}</span>
        {(!set.reason.is_empty()).then(|| view! { <p class="soft small">{set.reason.clone()}</p> })}
    }
    .into_any()
}
