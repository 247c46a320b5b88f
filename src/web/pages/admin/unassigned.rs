use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    app::{
        error::{AppError, Result},
        unassigned::{Offered, Page, Unassigned, list_unassigned, read_unassigned},
    },
    domain::ids::InboundId,
    web::{
        address::address,
        flash::{self, Flash},
        forms, guard,
        pages::{NotFoundPage, failed},
        parts::{Came, Empty, Icon, Moment, Next, Notice, PageTitle, PressProblems, Tone, icons},
        request::Current,
    },
};

const LIST: &str = "/admin/sin-asignar";

/// `/admin/sin-asignar`: words that are nobody's, whoever's number they came from.
#[component]
pub fn UnassignedPage() -> impl IntoView {
    let before = use_query_map().with_untracked(|query| query.get("antes")?.parse::<InboundId>().ok());
    Suspend::new(async move {
        match load(before).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    page: Page,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(before: Option<InboundId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let page = list_unassigned(&current.state, &actor, before).await?;
    let flash = flash::take(&current.session, forms::UNASSIGNED).await?;
    Ok(Loaded { page, flash, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { page, flash, now } = loaded;
    let done = flash.value("hecho");
    let next = page.next.map(|id| address(LIST, [("antes", id.to_string())]));
    let nothing = page.words.is_empty();
    let items = page.words.into_iter().map(|words| {
        let href = format!("{LIST}/{}", words.id);
        view! {
            <li class="panel stack">
                <Words words=words now=now/>
                <p><a class="button second" href=href>"Decir de quién es"</a></p>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <PageTitle text="Respuestas sin asignar"/>
        <div class="narrow stack">
            <h1>"Respuestas sin asignar"</h1>
            <p class="hint">"Llegaron al WhatsApp de OKLA y no se sabe a qué conversación pertenecen. Las de la línea de un concesionario las ve también él; las demás, ningún concesionario."</p>
            {(!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok><p>{done}</p></Notice> })}
            <PressProblems problems=flash.problems/>
            {nothing.then(|| view! { <Empty title="No queda ninguna"><p>"Cada respuesta está en su conversación."</p></Empty> })}
            <ul class="stack">{items}</ul>
            <Next href=next/>
        </div>
    }
}

#[component]
fn Words(words: Unassigned, now: DateTime<Utc>) -> impl IntoView {
    let line = words.dealer.as_ref().map(|dealer| format!("De la línea de {dealer}"));
    view! {
        {line.map(|line| view! { <p><strong>{line}</strong></p> })}
        <Came words=&words opens=false/>
        <p class="soft small">{words.from}" · "<Moment at=words.at now=now/></p>
    }
}

/// `/admin/sin-asignar/{id}`: the conversations that words may be for.
#[component]
pub fn UnassignedWordsPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<InboundId>().ok());
    let piece = use_query_map().with_untracked(|query| query.get("q").unwrap_or_default());
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load_words(id, &piece).await {
            Ok(loaded) => view! { <ShownWords loaded=loaded piece=piece/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct LoadedWords {
    words: Unassigned,
    offered: Vec<Offered>,
    problem: Option<String>,
    now: DateTime<Utc>,
}

async fn load_words(id: InboundId, piece: &str) -> Result<LoadedWords> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let now = current.state.clock.now();
    let (found, problem) = match read_unassigned(&current.state, &actor, id, piece).await {
        Err(AppError::Invalid(problems)) => {
            let words = problems.into_iter().map(|problem| problem.message).collect();
            (read_unassigned(&current.state, &actor, id, "").await?, Some(words))
        }
        found => (found?, None),
    };
    let (words, offered) = found;
    Ok(LoadedWords { words, offered, problem, now })
}

#[component]
fn ShownWords(loaded: LoadedWords, piece: String) -> impl IntoView {
    let LoadedWords { words, offered, problem, now } = loaded;
    let id = words.id.to_string();
    let searched = !piece.is_empty();
    let heading = match &words.dealer {
        _ if searched => "Conversaciones encontradas".to_owned(),
        Some(dealer) => format!("Conversaciones de {dealer} con compradores, las últimas"),
        None => "Conversaciones con este número".to_owned(),
    };
    let hint = if words.dealer.is_some() {
        "Comprador, vehículo o palabras"
    } else {
        "Comprador, concesionario o número"
    };
    let nothing = offered.is_empty();
    let rows = offered.into_iter().map(|offered| view! { <Offer words=id.clone() offered=offered now=now/> });
    let rows = rows.collect_view();
    view! {
        <PageTitle text="De quién es"/>
        <div class="narrow stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Todas las respuestas sin asignar"</a>
            <h1>"¿De quién es?"</h1>
            <section class="panel stack"><Words words=words now=now/></section>
            <form method="get" action=format!("{LIST}/{id}") class="cluster" role="search">
                <label for="q" class="unseen">{format!("Buscar: {}", hint.to_lowercase())}</label>
                <input id="q" name="q" type="search" maxlength="80" value=piece placeholder=hint autocomplete="off"/>
                <button class="button second">"Buscar"</button>
            </form>
            {problem.map(|words| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> })}
            <h2>{heading}</h2>
            {nothing.then(|| view! { <p>{format!("Ninguna. Busque otra: {}.", hint.to_lowercase())}</p> })}
            <ul class="stack">{rows}</ul>
            <form method="post" action="/fn/admin/palabras-cerrar">
                <input type="hidden" name="id" value=id/>
                <button class="button second">"No es de nadie"</button>
            </form>
        </div>
    }
}

#[component]
fn Offer(words: String, offered: Offered, now: DateTime<Utc>) -> impl IntoView {
    let vehicle = offered.vehicle.unwrap_or_else(|| "Sin vehículo".to_owned());
    let who = format!("{} con {}", offered.other, offered.dealer);
    view! {
        <li class="panel stack">
            <p><strong>{who.clone()}</strong><br/><span class="soft small">{vehicle}" · "<Moment at=offered.last_at now=now/></span></p>
            <form method="post" action="/fn/admin/palabras-asignar">
                <input type="hidden" name="id" value=words/>
                <input type="hidden" name="conversacion" value=offered.id.to_string()/>
                <button class="button">"Asignar aquí"<span class="unseen">{format!(": {who}")}</span></button>
            </form>
        </li>
    }
}
