use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    LIST, StateWord,
    check::{self, Checked},
};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        offers::{Detail, Names, read_campaign, read_names},
    },
    domain::{
        ids::CampaignId,
        limits::Limit,
        money::{dollars, grouped},
        offer::{Hold, Skip, State},
        time::spoken_ahead,
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::Live,
        pages::{NotFoundPage, failed},
        parts::{
            Icon, LimitBar, Moment, Notice, OfferBubble, PageTitle, PressProblems, StatusPill, Tone, icons,
        },
        request::Current,
    },
};

/// Those who are still to get it, in the address.
const PENDING: &str = "pendientes";

/// `/panel/ofertas/{id}`: a draft to be confirmed; else how far it is, what became of it, and why each who did not get it
/// did not.
#[component]
pub fn OfferPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<CampaignId>().ok());
    let asked = use_query_map().with_untracked(|query| Asked {
        reason: query.get("motivo"),
        after: query.get("despues").and_then(|place| place.parse().ok()).unwrap_or(0),
    });
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id, asked).await {
            Ok(Page::Draft(loaded)) => view! { <Checked loaded=*loaded/> }.into_any(),
            Ok(Page::Begun(loaded)) => view! { <Shown loaded=*loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

/// Whose names are asked for.
struct Asked {
    reason: Option<String>,
    after: i32,
}

enum Page {
    Draft(Box<check::Loaded>),
    Begun(Box<Loaded>),
}

struct Loaded {
    detail: Detail,
    /// Of those who wait (`None`) or were left out for that reason.
    names: Option<(Option<Skip>, Names)>,
    flash: Flash,
    bar: DealerBar,
    now: DateTime<Utc>,
}

async fn load(id: CampaignId, asked: Asked) -> Result<Page> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let detail = read_campaign(&current.state, &actor, id).await?;
    if detail.campaign.state == State::Draft {
        return check::load(id).await.map(|loaded| Page::Draft(Box::new(loaded)));
    }
    let reason =
        asked.reason.as_deref().map(|word| if word == PENDING { Ok(None) } else { word.parse().map(Some) });
    let names = match reason {
        Some(Ok(reason)) => {
            Some((reason, read_names(&current.state, &actor, id, reason, asked.after).await?))
        }
        _ => None,
    };
    let bar = dealer_bar(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::CAMPAIGN).await?;
    Ok(Page::Begun(Box::new(Loaded { detail, names, flash, bar, now: current.state.clock.now() })))
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { detail, names, flash, bar, now } = loaded;
    let campaign = &detail.campaign;
    let page = format!("{LIST}/{}", campaign.id);
    let done = Some(flash.value("hecho")).filter(|said| !said.is_empty());
    let confirmed = campaign.confirmed_at.unwrap_or(campaign.created_at);
    let preview = detail.preview.clone();
    let orders = view! { <Orders detail=&detail/> };
    view! {
        <PageTitle text="Oferta"/>
        <LimitBar bar=&bar now=now/>
        <div class="medium stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Ofertas"</a>
            <h1>"Oferta"</h1>
            {done.map(|said| view! { <div role="status"><Notice tone=Tone::Ok><p>{said}</p></Notice></div> })}
            <PressProblems problems=flash.problems.clone()/>
            <section class="panel stack">
                <Live src=format!("{page}/eventos") quiet=true><OfferProgress detail=&detail now=now/></Live>
                {orders}
                <p class="hint">"Puede cerrar esta página: la oferta continúa."</p>
                <p class="cluster"><a href=page.clone()>"Actualizar"</a><a href=format!("{page}/resultado.csv")>"Descargar CSV"</a></p>
            </section>
            {names.map(|(reason, names)| view! { <NameList page=page.clone() reason=reason names=names/> })}
            <section class="panel stack">
                <h2>"Lo que se envía"</h2>
                <p class="soft small">"Confirmada "<Moment at=confirmed now=now/></p>
                <OfferBubble text=preview/>
            </section>
        </div>
    }
}

/// How far it is and what became of it; sent again whenever that changes.
#[component]
pub fn OfferProgress<'a>(detail: &'a Detail, now: DateTime<Utc>) -> impl IntoView + use<> {
    let counts = &detail.counts;
    let number = |count: i64| grouped(count.into());
    let reach = counts.sent + counts.pending;
    let page = format!("{LIST}/{}", detail.campaign.id);
    let outcomes: Vec<_> = detail
        .outcomes
        .iter()
        .map(|outcome| view! { <li><StatusPill status=outcome.status/>" "<strong>{number(outcome.messages)}</strong></li> })
        .collect();
    let answered: i64 = detail.outcomes.iter().map(|outcome| outcome.answered).sum();
    let left: i64 = detail.outcomes.iter().map(|outcome| outcome.left).sum();
    let waiting = waiting(detail, now);
    let pending = (counts.pending > 0).then(|| {
        let words = pending_words(detail);
        view! { <Reason page=page.clone() word=PENDING label=words count=counts.pending named=true/> }
    });
    let reasons: Vec<_> = counts
        .skipped
        .iter()
        .map(|(skip, count)| {
            view! { <Reason page=page.clone() word=skip.as_str() label=skip.label() count=*count named=skip.names_people()/> }
        })
        .collect();
    let without = counts.pending + counts.skipped.iter().map(|(_, count)| count).sum::<i64>();
    let total = detail.total();
    view! {
        <div class="stack">
            <p><StateWord state=detail.campaign.state/></p>
            {waiting.map(|words| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> })}
            <p><strong>{format!("Enviadas: {} de {}", number(counts.sent), number(reach))}</strong></p>
            <progress max=reach.max(1) value=counts.sent aria-label="Avance de la oferta"></progress>
            <ul class="bullets">{outcomes}</ul>
            <dl class="facts">
                <div><dt>"Costo (estimado)"</dt><dd>{dollars(detail.cost())}</dd></div>
                <div><dt>"Respondieron"</dt><dd>{number(answered)}</dd></div>
                <div><dt>"De baja después"</dt><dd>{number(left)}</dd></div>
            </dl>
            {(without > 0).then(|| view! {
                <table class="table">
                    <caption>{format!("De {} personas, {} no la han recibido", number(total), number(without))}</caption>
                    <thead><tr><th scope="col">"Por qué"</th><th scope="col" class="num">"Personas"</th></tr></thead>
                    <tbody>{pending}{reasons}</tbody>
                </table>
            })}
        </div>
    }
}

#[component]
fn Reason(page: String, word: &'static str, label: &'static str, count: i64, named: bool) -> impl IntoView {
    let label = if named {
        view! { <a href=format!("{page}?motivo={word}#personas")>{label}</a> }.into_any()
    } else {
        label.into_any()
    };
    view! { <tr><td data-label="Por qué">{label}</td><td data-label="Personas" class="num">{grouped(count.into())}</td></tr> }
}

fn pending_words(detail: &Detail) -> &'static str {
    match detail.campaign.state {
        State::Paused(Hold::Budget) => "Esperan: se agotó el presupuesto del mes",
        State::Paused(_) => "Esperan: la oferta está en pausa",
        _ => "Por enviar",
    }
}

/// Why nothing leaves just now, and until when.
fn waiting(detail: &Detail, now: DateTime<Utc>) -> Option<String> {
    let campaign = &detail.campaign;
    let until = |at: DateTime<Utc>| spoken_ahead(at, now);
    match campaign.state {
        State::Paused(hold) => Some(hold.sentence().to_owned()),
        State::Running => {
            if let Some(begins) = campaign.begins_at.filter(|begins| *begins > now) {
                return Some(format!("Empieza {}.", until(begins)));
            }
            if let Some(paused) = detail.paused {
                return Some(paused.waits());
            }
            if let Some(opens) = detail.quiet_until {
                return Some(format!("A esta hora no salen ofertas. Sigue {}.", until(opens)));
            }
            let (limit, at) = campaign.waits.as_ref().filter(|(_, at)| *at > now)?;
            let whose = match limit.parse::<Limit>() {
                Ok(limit) if limit.is_per_dealer() => "Se llenó uno de sus límites",
                _ => "OKLA alcanzó su límite",
            };
            Some(format!("{whose}. La oferta espera y sigue sola {}.", until(*at)))
        }
        _ => None,
    }
}

/// What may be done with it.
#[component]
fn Orders<'a>(detail: &'a Detail) -> impl IntoView + use<> {
    let id = detail.campaign.id.to_string();
    let (act, label, icon) = match detail.campaign.state {
        State::Running => ("pausar", "Pausar", icons::CLOCK),
        _ => ("seguir", "Seguir", icons::SEND),
    };
    (!detail.campaign.state.is_over()).then(|| {
        view! {
            <form method="post" action="/fn/oferta-orden" class="actions">
                <input type="hidden" name="id" value=id/>
                <button class="button second" name="accion" value=act><Icon path=icon/>{label}</button>
                <button class="button danger" name="accion" value="detener"><Icon path=icons::BAD/>"Detener del todo"</button>
            </form>
        }
    })
}

#[component]
fn NameList(page: String, reason: Option<Skip>, names: Names) -> impl IntoView {
    let title = reason.map_or("Por enviar", Skip::label);
    let word = reason.map_or(PENDING, Skip::as_str);
    let next = names.next.map(|place| format!("{page}?motivo={word}&despues={place}#personas"));
    let items = names.names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view();
    view! {
        <section class="panel stack" id="personas">
            <h2>{title}</h2>
            <ul class="bullets">{items}</ul>
            {next.map(|href| view! { <p><a class="button second" href=href>"Siguientes"</a></p> })}
        </section>
    }
}
