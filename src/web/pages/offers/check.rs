use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::LIST;
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        offers::{Check, check_campaign, nobody},
    },
    domain::{
        ids::CampaignId,
        money::{dollars, grouped},
        offer::Room,
        template::Purpose,
        time::spoken_ahead,
    },
    web::{
        flash::{self, Problem},
        forms, guard,
        parts::{Icon, LimitBar, Notice, OfferBubble, PageTitle, PressProblems, Tone, icons},
        request::Current,
    },
};

/// What a draft would come to, before it is confirmed.
pub(super) struct Loaded {
    check: Check,
    problems: Vec<Problem>,
    bar: DealerBar,
    now: DateTime<Utc>,
}

pub(super) async fn load(id: CampaignId) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let check = check_campaign(&current.state, &actor, id).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    let problems = flash::take(&current.session, forms::CAMPAIGN).await?.problems;
    Ok(Loaded { check, problems, bar, now: current.state.clock.now() })
}

/// The page of a draft.
#[component]
pub(super) fn Checked(loaded: Loaded) -> impl IntoView {
    let Loaded { check, problems, bar, now } = loaded;
    let id = check.campaign.id.to_string();
    let count = i64::try_from(check.people).unwrap_or(i64::MAX);
    let edit = format!("{LIST}/nueva?id={id}");
    let reach = match count {
        1 => "1 persona".to_owned(),
        many => format!("{} personas", grouped(many.into())),
    };
    let cost = format!("unos {} (estimado)", dollars(check.cost));
    let begins = match check.campaign.begins_at {
        None if check.begins_at <= now => "En cuanto confirme".to_owned(),
        _ => spoken_ahead(check.begins_at, now),
    };
    let ends = check
        .forecast
        .ends_at
        .map_or_else(|| "No se sabe".to_owned(), |ends| format!("Hacia {}", spoken_ahead(ends, now)));
    let left_out: Vec<_> = check
        .left_out
        .iter()
        .map(|(why, count)| view! { <li>{format!("{}: {}", why.label(), grouped((*count).into()))}</li> })
        .collect();
    let names = check.names.join(", ");
    let further = check.people.saturating_sub(check.names.len());
    let names = if further > 0 { format!("{names} y {} más", grouped(further.into())) } else { names };
    let may_confirm = count > 0 && !check.is_too_many && check.has_template;
    view! {
        <PageTitle text="Revisar la oferta"/>
        <LimitBar bar=&bar now=now/>
        <div class="narrow stack">
            <a class="back" href=edit.clone()><Icon path=icons::BACK/>"Cambiar la oferta"</a>
            <h1>"Revise antes de enviar"</h1>
            <PressProblems problems=problems/>
            <section class="panel stack">
                <h2>"Así llega"</h2>
                <OfferBubble text=check.preview.clone()/>
            </section>
            <dl class="facts">
                <div><dt>"Llega a"</dt><dd>{reach}</dd></div>
                <div><dt>"Cuesta"</dt><dd>{cost}</dd></div>
                <div><dt>"Empieza"</dt><dd>{begins}</dd></div>
                <div><dt>"Termina"</dt><dd>{ends}</dd></div>
            </dl>
            <Audience told=check.audience.clone()/>
            {(count > 0).then(|| view! { <p><strong>"Personas: "</strong>{names}</p> })}
            {(!left_out.is_empty()).then(|| view! {
                <section class="stack">
                    <p>"Le escribieron y pasan sus filtros, pero no la recibirán:"</p>
                    <ul class="bullets">{left_out}</ul>
                </section>
            })}
            {limits(&check).into_iter().map(|words| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> }).collect_view()}
            <p class="hint">{format!("Las ofertas salen {}, hora de Santo Domingo. OKLA tiene además un límite para todos sus concesionarios: si se llena, la oferta espera y sigue sola.", check.hours.spoken())}</p>
            {may_confirm.then(|| view! {
                <form method="post" action="/fn/oferta-confirmar" class="actions">
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="cuantos" value=count.to_string() autocomplete="off"/>
                    <input type="hidden" name="visto" value=check.seal.clone() autocomplete="off"/>
                    <button class="button whatsapp"><Icon path=icons::SEND/>{format!("Confirmar y enviar a {}", grouped(count.into()))}</button>
                    <a class="button second" href=edit>"Cambiar"</a>
                </form>
            })}
            <form method="post" action="/fn/oferta-borrar" class="actions">
                <input type="hidden" name="id" value=check.campaign.id.to_string()/>
                <button class="button danger"><Icon path=icons::BAD/>"Borrar el borrador"</button>
            </form>
        </div>
    }
}

/// Whom an offer is for, a line a filter.
#[component]
pub fn Audience(told: Vec<String>) -> impl IntoView {
    let told = if told.is_empty() { vec!["Todos los que le escribieron".to_owned()] } else { told };
    let lines = told.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    view! {
        <section class="stack">
            <p><strong>"A quién"</strong></p>
            <ul class="bullets">{lines}</ul>
        </section>
    }
}

/// What the limits, an admin or Meta will make of it, each in a sentence.
fn limits(check: &Check) -> Vec<String> {
    let Check { room, forecast, people, .. } = check;
    let count = i64::try_from(*people).unwrap_or(i64::MAX);
    let Room { an_hour, a_day, .. } = room;
    let number = |count: i64| grouped(count.into());
    let mut said = Vec::new();
    if check.is_too_many {
        said.push("Son demasiadas personas para una sola oferta: elija menos con los filtros.".to_owned());
    }
    if count == 0 {
        said.push(nobody(!check.left_out.is_empty()).to_owned());
    }
    if !check.has_template {
        said.push(Purpose::Offer.unavailable());
    }
    if let Some(paused) = check.paused {
        said.push(paused.waits());
    }
    if forecast.paid < count {
        said.push(format!(
            "Su presupuesto de este mes alcanza para {} de {}. La oferta se pondrá en pausa ahí: podrá pedir más y seguir, o detenerla.",
            number(forecast.paid),
            number(count)
        ));
    }
    if let Some(hour) = an_hour.filter(|hour| *hour < count) {
        said.push(format!("Por su límite saldrán unas {} por hora.", number(hour)));
    }
    if let Some(day) = a_day.filter(|day| *day < count) {
        said.push(format!("Por su límite saldrán unas {} al día.", number(day)));
    }
    said
}
