mod choose;
mod general;
mod own;
mod stop;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub(super) use self::choose::{Choose, Dealers};

use self::{
    general::General,
    own::{FILTERS, Own},
    stop::Stop,
};
use super::amount;
use crate::{
    app::{
        error::Result,
        limit_marks::{ShownMark, list_marks},
        pause::{PauseRow, list_pauses},
        read_rules::{Filter, RuleBook, list_dealers, read_rules},
    },
    config::FirstLimits,
    domain::{kind::Kind, limits::Limit},
    web::{
        flash::{self, Flash},
        forms, guard,
        pages::failed,
        parts::{ErrorSummary, Moment, Notice, PageTitle, PressProblems, Tone},
        request::Current,
    },
};

/// `/admin/limites`: whether sending goes on, what every limit lets through and how much of it is used.
#[component]
pub fn LimitsPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let word = query.get("filtro").unwrap_or_default();
    let filter =
        FILTERS.iter().find(|(known, ..)| *known == word).map_or(Filter::All, |(.., filter)| *filter);
    let named = query.get("buscar").unwrap_or_default().trim().to_owned();
    Suspend::new(async move {
        match load(filter, named).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    filter: Filter,
    named: String,
    marks: Vec<ShownMark>,
    pauses: Vec<PauseRow>,
    rules: RuleBook,
    dealers: Vec<(String, String)>,
    pause: Flash,
    limit: Flash,
    first: FirstLimits,
    now: DateTime<Utc>,
}

async fn load(filter: Filter, named: String) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    Ok(Loaded {
        filter,
        named,
        marks: list_marks(&current.state, &actor).await?,
        pauses: list_pauses(&current.state, &actor).await?,
        rules: read_rules(&current.state, &actor, filter).await?,
        dealers: list_dealers(&current.state, &actor).await?,
        pause: flash::take(&current.session, forms::PAUSE).await?,
        limit: flash::take(&current.session, forms::LIMIT).await?,
        first: current.state.config.limits,
        now: current.state.clock.now(),
    })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { filter, named, marks, pauses, rules, dealers, pause, limit, first, now } = loaded;
    let done = [pause.value("hecho"), limit.value("hecho")].into_iter().filter(|said| !said.is_empty());
    let done = done.map(|said| view! { <Notice tone=Tone::Ok><p>{said}</p></Notice> }).collect_view();
    view! {
        <PageTitle text="Límites"/>
        <h1>"Límites"</h1>
        {done}
        <ErrorSummary problems=pause.problems.clone()/>
        <PressProblems problems=limit.problems/>
        <State pauses=pauses now=now/>
        <Stop flash=&pause/>
        <Dealers dealers=dealers/>
        <Waiting requests=rules.waiting/>
        <Marks marks=marks now=now/>
        <General rules=rules.general rate=rules.rate first=first now=now/>
        <Own rules=rules.own filter=filter named=named now=now/>
    }
}

/// Whether sending goes on.
#[component]
fn State(pauses: Vec<PauseRow>, now: DateTime<Utc>) -> impl IntoView {
    if pauses.is_empty() {
        return view! { <Notice tone=Tone::Ok><p><strong>"Envío activo."</strong>" Nada está en pausa."</p></Notice> }
            .into_any();
    }
    let is_all = pauses.iter().any(|pause| pause.dealer.is_none() && pause.kind.is_none());
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
            <li class="act paused">
                <div>
                    <p><strong>{what}</strong>", en pausa por "{by}" desde "<Moment at=pause.since now=now/>"."</p>
                    <p class="soft">{pause.reason}</p>
                    {pause.until.map(|until| view! { <p class="soft">"Se reanuda por sí sola: "<Moment at=until now=now/>"."</p> })}
                </div>
                <form method="post" action="/fn/admin/reanudar">
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
            {(!is_all).then(|| view! { <Notice tone=Tone::Ok><p>"Lo demás sigue activo."</p></Notice> })}
        </section>
    }
    .into_any()
}

/// What dealers ask for and nobody has decided.
#[component]
fn Waiting(requests: usize) -> impl IntoView {
    let words = match requests {
        0 => return ().into_any(),
        1 => "Una solicitud espera su decisión.".to_owned(),
        many => format!("{many} solicitudes esperan su decisión."),
    };
    view! { <Notice tone=Tone::Warn><p>{words}" "<a href="/admin/limites?filtro=solicitud#propios">"Verlas"</a></p></Notice> }
        .into_any()
}

/// What was nearly or wholly used, of the periods under way.
#[component]
fn Marks(marks: Vec<ShownMark>, now: DateTime<Utc>) -> impl IntoView {
    if marks.is_empty() {
        return ().into_any();
    }
    let rows = marks.into_iter().filter_map(|mark| {
        let limit: Limit = mark.name.parse().ok()?;
        let (used, most) = (amount(limit, Some(mark.used)), amount(limit, Some(mark.most)));
        let whose = mark.whose.unwrap_or_else(|| "OKLA".to_owned());
        let (who, told) = match mark.subjects {
            1 => (whose, format!(" llegó al {} % de «{}»: {used} de {most}.", mark.percent, limit.label())),
            many => (
                format!("{many} usuarios"),
                format!(" llegaron al {} % de «{}»; el último, {whose}.", mark.percent, limit.label()),
            ),
        };
        Some(view! { <li><Moment at=mark.at now=now/>": "<strong>{who}</strong>{told}</li> })
    });
    view! {
        <section class="panel stack">
            <h2>"Avisos"</h2>
            <ul class="lines">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}
