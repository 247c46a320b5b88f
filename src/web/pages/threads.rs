use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{
        error::{AppError, Result},
        limits_now::{DealerBar, dealer_bar},
        own_unassigned::{OwnUnassigned, list_own_unassigned},
        threads::{MOST_UNREAD, Thread, ThreadList, ThreadRow, list_threads, other_side},
        unassigned::Unassigned as Words,
    },
    domain::{ids::ThreadId, thread_filter::ThreadFilter},
    web::{
        address::address,
        flash::{self, Flash},
        forms, guard,
        islands::Live,
        parts::{
            BusinessHasLeft, Came, DiscardForm, Empty, LimitBar, Moment, Notice, PageTitle, PressProblems,
            Tone,
        },
        request::Current,
    },
};

/// What is asked for in the address.
#[derive(Clone)]
struct Asked {
    piece: String,
    filter: ThreadFilter,
    after: Option<ThreadId>,
}

impl Asked {
    /// The same list, from its beginning.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let filter = if self.filter == ThreadFilter::All { "" } else { self.filter.as_str() };
        let pairs = [("q", self.piece.clone()), ("ver", filter.to_owned())];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// `/panel/conversaciones`: with whom the dealer speaks, the latest first, and words of his own that are nobody's yet.
#[component]
pub fn ThreadsPage() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| Asked {
        piece: query.get("q").unwrap_or_default(),
        filter: query.get("ver").and_then(|word| word.parse().ok()).unwrap_or_default(),
        after: query.get("despues").and_then(|id| id.parse().ok()),
    });
    Suspend::new(async move {
        match load(&asked).await {
            Ok(loaded) => view! { <Shown loaded=loaded asked=asked/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    /// `Err`: why nothing could be looked for.
    list: std::result::Result<ThreadList, String>,
    /// Words of his that are in none.
    own: OwnUnassigned,
    bar: DealerBar,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(asked: &Asked) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let list = match list_threads(&current.state, &actor, asked.filter, &asked.piece, asked.after).await {
        Ok(list) => Ok(list),
        Err(AppError::Invalid(problems)) => {
            Err(problems.into_iter().map(|problem| problem.message).collect())
        }
        Err(error) => return Err(error),
    };
    let own = list_own_unassigned(&current.state, &actor).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::OWN_WORDS).await?;
    Ok(Loaded { list, own, bar, flash, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded, asked: Asked) -> impl IntoView {
    let Loaded { list, own, bar, flash, now } = loaded;
    let done = flash.value("hecho");
    let piece = asked.piece.clone();
    let searched = !piece.is_empty();
    let filter = asked.filter;
    let hidden = (filter != ThreadFilter::All)
        .then(|| view! { <input type="hidden" name="ver" value=filter.as_str()/> });
    view! {
        <PageTitle text="Conversaciones"/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Conversaciones"</h1>
            <p class="soft small">"Horas de Santo Domingo · "<a href="/panel/conversaciones/respuestas">"Respuestas rápidas"</a></p>
        </div>
        <BusinessHasLeft way_back=bar.way_back.as_ref()/>
        {(!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok><p>{done}</p></Notice> })}
        <PressProblems problems=flash.problems/>
        <Unassigned own=own now=now/>
        <form method="get" action="/panel/conversaciones" class="cluster" role="search">
            <label for="q" class="unseen">"Buscar por nombre, número, vehículo o lo que se dijo"</label>
            <input id="q" name="q" type="search" maxlength="80" value=piece placeholder="Nombre, número, vehículo o palabras" autocomplete="off"/>
            {hidden}
            <button class="button second">"Buscar"</button>
            {searched.then(|| view! { <a href="/panel/conversaciones">"Limpiar"</a> })}
        </form>
        {match list {
            Ok(list) => view! { <Listed list=list asked=asked now=now/> }.into_any(),
            Err(words) => view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> }.into_any(),
        }}
    }
}

/// The choices and what they choose. The first page of all of a choice follows by itself.
#[component]
fn Listed(list: ThreadList, asked: Asked, now: DateTime<Utc>) -> impl IntoView {
    let (first, searched) = (asked.after.is_none(), !asked.piece.is_empty());
    let older = list.next.map(|id| {
        address("/panel/conversaciones", asked.pairs().into_iter().chain([("despues", id.to_string())]))
    });
    let unread = list.unread;
    let again = address("/panel/conversaciones", asked.pairs());
    let shown = if first && !searched {
        let src = address("/panel/conversaciones/eventos", asked.pairs());
        view! { <Live src=src quiet=true><ThreadRows list=&list filter=asked.filter now=now/></Live> }
            .into_any()
    } else if list.threads.is_empty() {
        view! { <Nothing searched=searched filter=asked.filter/> }.into_any()
    } else {
        rows(&list, now)
    };
    view! {
        {(!first || searched).then(|| view! { <Choices filter=asked.filter unread=unread/> })}
        {shown}
        <nav class="cluster" aria-label="Páginas">
            <a class="button second" href=again>{if first { "Actualizar" } else { "Las más nuevas" }}</a>
            {older.map(|href| view! { <a class="button second" href=href>"Más antiguas"</a> })}
        </nav>
    }
}

/// What follows by itself: how many are unread, and the latest.
#[component]
pub fn ThreadRows<'a>(
    list: &'a ThreadList,
    filter: ThreadFilter,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let shown = if list.threads.is_empty() {
        view! { <Nothing searched=false filter=filter/> }.into_any()
    } else {
        rows(list, now)
    };
    view! { <div class="stack"><Choices filter=filter unread=list.unread/>{shown}</div> }
}

fn rows(list: &ThreadList, now: DateTime<Utc>) -> AnyView {
    let rows: Vec<_> = list.threads.iter().map(|thread| view! { <Row thread=thread now=now/> }).collect();
    view! { <ul class="threads">{rows}</ul> }.into_any()
}

#[component]
fn Choices(filter: ThreadFilter, unread: i64) -> impl IntoView {
    let choices = ThreadFilter::ALL
        .map(|choice| {
            let word = (choice != ThreadFilter::All).then(|| ("ver", choice.as_str().to_owned()));
            let label = match (choice, unread) {
                (ThreadFilter::Unread, MOST_UNREAD..) => format!("Sin leer (más de {})", MOST_UNREAD - 1),
                (ThreadFilter::Unread, 1..) => format!("Sin leer ({unread})"),
                _ => choice.label().to_owned(),
            };
            let href = address("/panel/conversaciones", word);
            view! { <a href=href aria-current=(choice == filter).then_some("true")>{label}</a> }
        })
        .collect_view();
    view! { <nav class="sorts" aria-label="Cuáles">{choices}</nav> }
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
    let assigned = row.assigned.clone().map(|name| view! { <span class="pill">{name}</span> });
    view! {
        <li>
            <a href=format!("/panel/conversaciones/{}", row.id) data-unread=unread.then_some("")>
                <span class="who">{other_side(row)}{assigned}{unread.then(|| view! { <span class="pill ok">"Sin leer"</span> })}</span>
                <span class="soft small">{vehicle}</span>
                <span class="clip">{words}</span>
                <span class="soft small"><Moment at=row.last_at now=now/></span>
            </a>
        </li>
    }
}

/// Words from the dealer's own number that fit several conversations: he says whose they are.
#[component]
fn Unassigned(own: OwnUnassigned, now: DateTime<Utc>) -> impl IntoView {
    let OwnUnassigned { words, more, candidates } = own;
    let (threads, others) = (candidates.threads, candidates.next.is_some());
    let items = words.iter().map(|words| {
        let page = format!("/panel/conversaciones/sin-asignar/{}", words.id);
        view! {
            <li class="stack">
                <Came words=words opens=true/>
                <p class="soft small"><Moment at=words.at now=now/></p>
                {(!threads.is_empty()).then(|| view! { <AssignForm words=words threads=&threads/> })}
                {others.then(|| view! { <p><a href=page>"Es para otra conversación"</a></p> })}
                <DiscardForm words=words.id/>
            </li>
        }
    });
    let items = items.collect_view();
    (!words.is_empty()).then(|| {
        view! {
            <section class="panel stack" aria-labelledby="sin-asignar">
                <h2 id="sin-asignar">"Respuestas sin asignar"</h2>
                <p class="hint">"Llegaron de su WhatsApp y no se sabe a qué comprador contestan. Ningún comprador las ve hasta que usted, o alguien de OKLA, diga para quién son. Las que no son de nadie se van de esta lista."</p>
                {threads.is_empty().then(|| view! { <p>"Todavía no tiene conversaciones con compradores a las que asignarlas."</p> })}
                <ul class="stack">{items}</ul>
                {more.then(|| view! { <p class="soft small">{format!("Se muestran las {} más nuevas; las demás aparecen a medida que asigna estas.", words.len())}</p> })}
            </section>
        }
    })
}

#[component]
fn AssignForm<'a>(words: &'a Words, threads: &'a [ThreadRow]) -> impl IntoView + use<> {
    let id = format!("conversacion-{}", words.id);
    let choices = threads.iter().map(|row| {
        let about = row.vehicle.as_ref().map_or(String::new(), |vehicle| format!(" · {vehicle}"));
        view! { <option value=row.id.to_string()>{format!("{}{about}", other_side(row))}</option> }
    });
    let choices = choices.collect_view();
    view! {
        <form method="post" action="/fn/asignar" class="cluster">
            <input type="hidden" name="words" value=words.id.to_string()/>
            <label for=id.clone()>"Es para"</label>
            <select id=id name="thread" required>
                <option value="">"Elija…"</option>
                {choices}
            </select>
            <button class="button second">"Asignar"</button>
        </form>
    }
}

#[component]
fn Nothing(searched: bool, filter: ThreadFilter) -> impl IntoView {
    if searched || filter != ThreadFilter::All {
        let title = match filter {
            _ if searched => "Ninguna con esas palabras",
            ThreadFilter::Unread => "No queda nada sin leer",
            ThreadFilter::Mine => "Ninguna está asignada a usted",
            ThreadFilter::Nobodys | ThreadFilter::All => "Todas tienen quien las atienda",
        };
        return view! {
            <Empty title=title>
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
