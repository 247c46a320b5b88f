use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::failed;
use crate::{
    app::{
        error::Result,
        limit_requests::{OwnRequest, list_own_requests},
        limits_now::{DealerBar, dealer_bar},
    },
    domain::{
        limits::Limit,
        money::{dollars, grouped},
        time::last_day,
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{Choice, Empty, ErrorSummary, Field, Icon, LimitBar, Moment, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/panel/limites`: what a dealer may ask for, and what became of it.
#[component]
pub fn OwnLimitsPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    bar: DealerBar,
    requests: Vec<OwnRequest>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    Ok(Loaded {
        bar: dealer_bar(&current.state, &actor).await?,
        requests: list_own_requests(&current.state, &actor).await?,
        flash: flash::take(&current.session, forms::REQUEST).await?,
        now: current.state.clock.now(),
    })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { bar, requests, flash, now } = loaded;
    let done = Some(flash.value("hecho")).filter(|said| !said.is_empty());
    let choices = Limit::ALL.into_iter().filter(|limit| limit.is_per_dealer());
    let choices: Vec<_> = choices.map(|limit| (limit.name(), limit.label())).collect();
    let chosen = Some(flash.value("limite")).filter(|word| !word.is_empty());
    let chosen = chosen.unwrap_or_else(|| Limit::DealerHour.name().to_owned());
    let nothing = requests.is_empty();
    let rows = requests.iter().map(|request| line(request, now)).collect_view();
    view! {
        <PageTitle text="Sus límites"/>
        <LimitBar bar=&bar now=now/>
        <div class="medium stack">
            <a class="back" href="/panel"><Icon path=icons::BACK/>"Panel"</a>
            <h1>"Sus límites"</h1>
            {done.map(|said| view! { <Notice tone=Tone::Ok><p>{said}</p></Notice> })}
            <ErrorSummary problems=flash.problems.clone()/>
            <form method="post" action="/fn/solicitar" class="panel stack">
                <h2>"Pedir más"</h2>
                <p class="hint">"OKLA le responde aquí mismo. Lo concedido suele valer unos días."</p>
                <Choice field="limite" label="Límite" options=choices value=&chosen problem=flash.problem("limite")/>
                <Field field="valor" label="Cuánto necesita" complete="off" value=flash.value("valor") problem=flash.problem("valor")
                    hint="Partes: un texto largo son varias. De un presupuesto, US$ al mes."/>
                <Field field="motivo" label="Motivo" complete="off" value=flash.value("motivo") problem=flash.problem("motivo")
                    hint="Por ejemplo: feria del 4 al 6 de diciembre, esperamos 300 consultas."/>
                <button class="button">"Enviar solicitud"</button>
            </form>
            <section class="panel stack">
                <h2>"Sus solicitudes"</h2>
                {if nothing {
                    view! { <Empty title="Ninguna todavía"><p>"Cuando pida más de un límite, aquí verá la respuesta."</p></Empty> }.into_any()
                } else {
                    view! { <ul class="lines">{rows}</ul> }.into_any()
                }}
            </section>
        </div>
    }
}

fn line(own: &OwnRequest, now: DateTime<Utc>) -> impl IntoView + use<> {
    let OwnRequest { request, holds, most } = own;
    let limit: Option<Limit> = request.name.parse().ok();
    let said = |value: Option<Decimal>| match value {
        None => "sin límite".to_owned(),
        Some(value) if limit == Some(Limit::DealerBudget) => dollars(value),
        Some(value) => grouped(value.normalize()),
    };
    let (class, icon, word) = match (request.granted, holds) {
        (None, _) => ("pill", icons::CLOCK, "En espera"),
        (Some(true), Some(false)) => ("pill", icons::CLOCK, "Concedida; ya no rige"),
        (Some(true), _) => ("pill ok", icons::CHECK, "Concedida"),
        (Some(false), _) => ("pill bad", icons::BAD, "Negada"),
    };
    let granted = holds.map(|_| {
        let value = said(request.granted_value);
        match request.granted_until {
            Some(end) => format!("Se le concedió {value} hasta el {}.", last_day(end)),
            None => format!("Se le concedió {value}, sin vencimiento."),
        }
    });
    let is_over = request.granted == Some(true) && *holds != Some(true);
    let most = most.map(|most| match limit {
        Some(Limit::DealerBudget) => Decimal::new(most, 6),
        _ => Decimal::from(most),
    });
    let rules = is_over.then(|| format!("Ahora rige: {}.", said(most)));
    let told: Vec<_> = granted.into_iter().chain(rules).collect();
    view! {
        <li>
            <p>
                <span class=class><Icon path=icon/>{word}</span>" "
                <strong>{format!("{}: {}", limit.map_or("", Limit::label), said(Some(request.value)))}</strong>
                " · "<Moment at=request.asked_at now=now/>
            </p>
            <p class="soft small">{format!("«{}»", request.reason)}</p>
            {(!told.is_empty()).then(|| view! { <p class="small">{told.join(" ")}</p> })}
            {(!request.answer.is_empty()).then(|| view! { <p class="small">{format!("OKLA: {}", request.answer)}</p> })}
        </li>
    }
}
