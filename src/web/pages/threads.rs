use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        threads::{Thread, ThreadList, list_threads, other_side},
    },
    domain::ids::ThreadId,
    web::{
        address::address,
        guard,
        parts::{Empty, LimitBar, Moment, PageTitle},
        request::Current,
    },
};

/// `/panel/conversaciones`: with whom the dealer speaks, the latest first, and words of his own that are nobody's yet.
#[component]
pub fn ThreadsPage() -> impl IntoView {
    let (piece, after) = use_query_map().with_untracked(|query| {
        (query.get("q").unwrap_or_default(), query.get("despues").and_then(|id| id.parse::<ThreadId>().ok()))
    });
    Suspend::new(async move {
        match load(&piece, after).await {
            Ok(loaded) => view! { <Shown loaded=loaded piece=piece first=after.is_none()/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    list: ThreadList,
    bar: DealerBar,
    now: DateTime<Utc>,
}

async fn load(piece: &str, after: Option<ThreadId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let list = list_threads(&current.state, &actor, piece, after).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok(Loaded { list, bar, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded, piece: String, first: bool) -> impl IntoView {
    let Loaded { list, bar, now } = loaded;
    let nothing = list.threads.is_empty();
    let searched = !piece.is_empty();
    let older = list.next.map(|id| {
        let words = searched.then(|| ("q", piece.clone()));
        address("/panel/conversaciones", words.into_iter().chain([("despues", id.to_string())]))
    });
    view! {
        <PageTitle text="Conversaciones"/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Conversaciones"</h1>
            <p class="soft small">"Horas de Santo Domingo"</p>
        </div>
        <Nobodys list=&list now=now/>
        <form method="get" action="/panel/conversaciones" class="cluster" role="search">
            <label for="q" class="unseen">"Buscar por nombre, número o vehículo"</label>
            <input id="q" name="q" type="search" value=piece placeholder="Nombre, número o vehículo" autocomplete="off"/>
            <button class="button second">"Buscar"</button>
            {searched.then(|| view! { <a href="/panel/conversaciones">"Limpiar"</a> })}
        </form>
        {if nothing {
            view! { <Nothing searched=searched/> }.into_any()
        } else {
            view! { <ul class="threads">{list.threads.iter().map(|thread| view! { <Row thread=thread now=now/> }).collect_view()}</ul> }
                .into_any()
        }}
        <nav class="cluster" aria-label="Páginas">
            {(!first).then(|| view! { <a class="button second" href="/panel/conversaciones">"Las más nuevas"</a> })}
            {older.map(|href| view! { <a class="button second" href=href>"Más antiguas"</a> })}
        </nav>
    }
}

#[component]
fn Row<'a>(thread: &'a Thread, now: DateTime<Utc>) -> impl IntoView + use<> {
    let row = &thread.row;
    let words = thread.last.as_ref().map(|(words, by_dealer)| {
        let begins: String = words.lines().next().unwrap_or_default().chars().take(120).collect();
        if *by_dealer { format!("Usted: {begins}") } else { begins }
    });
    let vehicle = row.vehicle.clone().unwrap_or_else(|| "Sin vehículo".to_owned());
    let unread = row.unread;
    view! {
        <li>
            <a href=format!("/panel/conversaciones/{}", row.id) data-unread=unread.then_some("")>
                <span class="who">{other_side(row)}{unread.then(|| view! { <span class="pill ok">"Sin leer"</span> })}</span>
                <span class="soft small">{vehicle}</span>
                <span class="clip">{words}</span>
                <span class="soft small"><Moment at=row.last_at now=now/></span>
            </a>
        </li>
    }
}

/// Words from the dealer's own number that fit several conversations: only he says whose they are.
#[component]
fn Nobodys<'a>(list: &'a ThreadList, now: DateTime<Utc>) -> impl IntoView + use<> {
    let options: Vec<(String, String)> = list
        .threads
        .iter()
        .filter(|thread| thread.row.buyer_id.is_some())
        .map(|thread| {
            let row = &thread.row;
            let about = row.vehicle.as_ref().map_or(String::new(), |vehicle| format!(" · {vehicle}"));
            (row.id.to_string(), format!("{}{about}", other_side(row)))
        })
        .collect();
    let items: Vec<_> = list
        .nobodys
        .iter()
        .map(|words| {
            let id = format!("conversacion-{}", words.id);
            let choices = options
                .iter()
                .map(|(id, label)| view! { <option value=id.clone()>{label.clone()}</option> })
                .collect_view();
            view! {
                <li class="stack">
                    <p class="words">{words.body.clone()}</p>
                    <p class="soft small"><Moment at=words.received_at now=now/></p>
                    <form method="post" action="/fn/asignar" class="cluster">
                        <input type="hidden" name="words" value=words.id.to_string()/>
                        <label for=id.clone()>"Es para"</label>
                        <select id=id name="thread">{choices}</select>
                        <button class="button second">"Asignar"</button>
                    </form>
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="panel stack" aria-labelledby="sin-asignar">
                <h2 id="sin-asignar">"Respuestas sin asignar"</h2>
                <p class="hint">"Llegaron de su WhatsApp y no se sabe a qué comprador contestan. Nadie más las ve hasta que usted lo diga."</p>
                <ul class="stack">{items}</ul>
            </section>
        }
    })
}

#[component]
fn Nothing(searched: bool) -> impl IntoView {
    if searched {
        return view! {
            <Empty title="Ninguna con esas palabras">
                <p><a class="button" href="/panel/conversaciones">"Ver todas"</a></p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty title="Todavía no hay conversaciones">
            <p>"Cuando un comprador escriba por uno de sus vehículos, o usted escriba a alguien, la verá aquí."</p>
            <p><a class="button" href="/panel/escribir">"Escribir por WhatsApp"</a></p>
        </Empty>
    }
    .into_any()
}
