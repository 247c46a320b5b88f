use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{NotFoundPage, failed};
use crate::{
    app::{
        error::{AppError, Result},
        own_unassigned::{Candidates, read_own_unassigned},
        threads::{ThreadRow, other_side},
        unassigned::Unassigned,
    },
    domain::ids::{InboundId, ThreadId},
    web::{
        address::address,
        guard,
        parts::{Came, DiscardForm, Icon, Moment, Next, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

const LIST: &str = "/panel/conversaciones";

/// `/panel/conversaciones/sin-asignar/{id}`: all the conversations that words from the dealer's number may be for.
#[component]
pub fn OwnUnassignedPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<InboundId>().ok());
    let (piece, after) = use_query_map().with_untracked(|query| {
        let after = query.get("despues").and_then(|id| id.parse::<ThreadId>().ok());
        (query.get("q").unwrap_or_default(), after)
    });
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id, &piece, after).await {
            Ok(loaded) => view! { <Shown loaded=loaded piece=piece/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    words: Unassigned,
    candidates: Candidates,
    /// Why nothing could be looked for.
    problem: Option<String>,
    now: DateTime<Utc>,
}

async fn load(id: InboundId, piece: &str, after: Option<ThreadId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let now = current.state.clock.now();
    let (found, problem) = match read_own_unassigned(&current.state, &actor, id, piece, after).await {
        Err(AppError::Invalid(problems)) => {
            let words = problems.into_iter().map(|problem| problem.message).collect();
            (read_own_unassigned(&current.state, &actor, id, "", after).await?, Some(words))
        }
        found => (found?, None),
    };
    let (words, candidates) = found;
    Ok(Loaded { words, candidates, problem, now })
}

#[component]
fn Shown(loaded: Loaded, piece: String) -> impl IntoView {
    let Loaded { words, candidates, problem, now } = loaded;
    let page = format!("{LIST}/sin-asignar/{}", words.id);
    let all = page.clone();
    let searched = !piece.is_empty();
    let again = [("q", piece.clone())].into_iter().filter(|(_, value)| !value.is_empty());
    let next = candidates.next.map(|id| address(&page, again.clone().chain([("despues", id.to_string())])));
    let nothing = candidates.threads.is_empty();
    let id = words.id.to_string();
    let rows =
        candidates.threads.into_iter().map(|row| view! { <Candidate words=id.clone() row=row now=now/> });
    let rows = rows.collect_view();
    view! {
        <PageTitle text="Para quién es"/>
        <div class="narrow stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Conversaciones"</a>
            <h1>"¿Para quién es?"</h1>
            <section class="panel stack">
                <Came words=&words opens=true/>
                <p class="soft small"><Moment at=words.at now=now/></p>
                <DiscardForm words=words.id/>
            </section>
            <form method="get" action=page.clone() class="cluster" role="search">
                <label for="q" class="unseen">"Buscar por nombre, vehículo o lo que se dijo"</label>
                <input id="q" name="q" type="search" maxlength="80" value=piece placeholder="Nombre, vehículo o palabras" autocomplete="off"/>
                <button class="button second">"Buscar"</button>
                {searched.then(|| view! { <a href=all>"Ver todas"</a> })}
            </form>
            {problem.map(|words| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> })}
            <h2>{if searched { "Conversaciones encontradas" } else { "Sus conversaciones con compradores" }}</h2>
            {nothing.then(|| view! { <p>"Ninguna. Busque con otras palabras."</p> })}
            <ul class="stack">{rows}</ul>
            <Next href=next/>
        </div>
    }
}

#[component]
fn Candidate(words: String, row: ThreadRow, now: DateTime<Utc>) -> impl IntoView {
    let who = other_side(&row);
    let vehicle = row.vehicle.unwrap_or_else(|| "Sin vehículo".to_owned());
    let spoken = format!(": {who}, {vehicle}");
    view! {
        <li class="panel stack">
            <p><strong>{who}</strong><br/><span class="soft small">{vehicle}" · "<Moment at=row.last_at now=now/></span></p>
            <form method="post" action="/fn/asignar">
                <input type="hidden" name="words" value=words/>
                <input type="hidden" name="thread" value=row.id.to_string()/>
                <button class="button">"Asignar aquí"<span class="unseen">{spoken}</span></button>
            </form>
        </li>
    }
}
