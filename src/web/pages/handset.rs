use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{
        error::{AppError, Result},
        read_handset::{Handsets, read_handsets},
        write_from_handset::SAMPLES,
    },
    domain::phone::Phone,
    web::{
        flash::{self, Flash},
        forms::HANDSET,
        islands::Live,
        parts::{
            Conversation, Icon, PageTitle, Telephones, handset_again, handset_path, icons, number_in_query,
        },
        request::Current,
    },
};

/// What a seller would answer, and how anyone gets out.
const QUICK_ANSWERS: [&str; 3] = ["Sí, disponible", "¿Cuándo viene?", "BAJA"];

/// `/demo/telefono?numero=+1809…`: the telephone of one of the numbers that OKLA wrote to; without one, of the number
/// with the newest message. Demo mode only.
#[component]
pub fn HandsetPage() -> impl IntoView {
    let (number, answering) =
        use_query_map().with_untracked(|query| (query.get("numero"), query.get("responde")));
    Suspend::new(async move {
        match load(number, answering).await {
            Ok(page) => view! { <Shown page=page/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Page {
    /// `None`: the simulator does not answer.
    handsets: Option<Handsets>,
    number: Option<Phone>,
    /// The message that is about to be answered: Twilio's id, and its words.
    answering: Option<(String, String)>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(number: Option<String>, answering: Option<String>) -> Result<Page> {
    let current = Current::get()?;
    let handsets = read_handsets(&current.state).await?;
    let number = match number {
        Some(text) => Some(Phone::parse_api(&text).map_err(|_| AppError::NotFound)?),
        None => handsets.as_ref().and_then(|handsets| handsets.0.first()).map(|newest| newest.number.clone()),
    };
    let answering = handsets.as_ref().zip(number.as_ref()).and_then(|(handsets, number)| {
        let line = handsets
            .find(number)
            .lines
            .into_iter()
            .find(|line| line.sid == answering && line.sid.is_some())?;
        Some((line.sid?, line.body))
    });
    Ok(Page {
        handsets,
        answering,
        number,
        flash: flash::take(&current.session, HANDSET).await?,
        now: current.state.clock.now(),
    })
}

#[component]
fn Shown(page: Page) -> impl IntoView {
    let Page { handsets, number, answering, flash, now } = page;
    if let (None, Some(options)) = (&handsets, use_context::<ResponseOptions>()) {
        options.set_status(StatusCode::SERVICE_UNAVAILABLE);
    }
    let query = number.as_ref().map(number_in_query).unwrap_or_default();
    let again = number.as_ref().map_or_else(|| "/demo/telefono".to_owned(), handset_again);
    let telephone =
        number.clone().map(|number| (handsets.as_ref().map(|handsets| handsets.find(&number)), number));
    let shown = number.clone();
    view! {
        <PageTitle text="Teléfono simulado"/>
        <div class="pagehead">
            <h1>"Teléfono simulado"</h1>
            <a href=again>"Actualizar"</a>
        </div>
        <div class="phones">
            <nav class="stack" aria-label="Números con mensajes">
                <Live src=format!("/demo/telefono/numeros/eventos?numero={query}") quiet=false>
                    <Telephones handsets=handsets shown=shown.as_ref() now=now/>
                </Live>
            </nav>
            {telephone.map(|(telephone, number)| {
                let name = telephone.as_ref().and_then(|telephone| telephone.name.clone());
                let national = number.national();
                let whose = name.map_or_else(|| national.clone(), |name| format!("{name} · {national}"));
                view! {
                    <section class="phone" id="telefono" aria-label=format!("Teléfono de {whose}")>
                        <Head number=national/>
                        <div class="chat" role="region" aria-label="Conversación con OKLA" tabindex="0">
                            <Live src=format!("/demo/telefono/eventos?numero={query}") quiet=false>
                                <Conversation telephone=telephone now=now/>
                            </Live>
                        </div>
                        <Foot number=number answering=answering flash=flash/>
                    </section>
                }
            })}
        </div>
    }
}

/// The telephone's own number, and with whom it talks.
#[component]
fn Head(number: String) -> impl IntoView {
    view! {
        <div class="phone-bar">
            <span>{number}</span>
            <svg viewBox="0 0 44 14" aria-hidden="true">
                <path d="M0 10h3v4H0zM5 7h3v7H5zM10 4h3v10h-3zM15 1h3v13h-3z"></path>
                <path d="M24 2h16a2 2 0 0 1 2 2v1h1.5v4H42v1a2 2 0 0 1-2 2H24a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm0 1.5a.5.5 0 0 0-.5.5v6a.5.5 0 0 0 .5.5h16a.5.5 0 0 0 .5-.5V4a.5.5 0 0 0-.5-.5zM25 5h11v4H25z" fill-rule="evenodd"></path>
            </svg>
        </div>
        <header class="phone-head">
            <Icon path=icons::BACK/>
            <span class="face" aria-hidden="true">"OKLA"</span>
            <div>
                <h2>"OKLA"<Icon path=icons::VERIFIED/></h2>
                <p>"Cuenta de empresa"</p>
            </div>
        </header>
    }
}

/// Answering: in one's own words, or by a tap.
#[component]
fn Foot(number: Phone, answering: Option<(String, String)>, flash: Flash) -> impl IntoView {
    let problem = flash.problem("text");
    let quoted = answering.map(|(sid, words)| {
        let begins: String = words.chars().take(80).collect();
        view! {
            <p class="quoted">"Respondiendo a «"{begins}"…» "<a href=handset_path(&number)>"Quitar"</a></p>
            <input type="hidden" name="responde" value=sid/>
        }
    });
    let number = number.as_str().to_owned();
    view! {
        <form method="post" action="/fn/telefono" class="phone-quick" aria-label="Respuestas rápidas">
            <input type="hidden" name="number" value=number.clone()/>
            {QUICK_ANSWERS.map(|words| view! { <button type="submit" name="text" value=words>{words}</button> })}
        </form>
        <form method="post" action="/fn/telefono" class="phone-foot" novalidate>
            <input type="hidden" name="number" value=number/>
            {quoted}
            <select name="archivo" aria-label="Archivo que se adjunta">
                <option value="">"Sin archivo"</option>
                {SAMPLES.map(|(word, said)| view! { <option value=word>{said}</option> })}
            </select>
            {problem.clone().map(|problem| view! {
                <p class="problem" id="text-error" role="alert"><Icon path=icons::BAD/>{problem}</p>
            })}
            <input
                id="text"
                type="text"
                name="text"
                autocomplete="off"
                aria-label="Mensaje a OKLA"
                placeholder="Mensaje"
                value=flash.value("text")
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=problem.is_some().then_some("text-error")
            />
            <button type="submit" aria-label="Enviar"><Icon path=icons::SEND/></button>
        </form>
    }
}
