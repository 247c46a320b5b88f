use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{error::Result, quick_answers::list_quick_answers},
    domain::{
        ids::QuickId,
        quick_answer::{FIRST, MOST},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{ErrorSummary, Field, FieldError, Icon, Notice, PageTitle, TextArea, Tone, icons},
        request::Current,
    },
};

const PAGE: &str = "/panel/conversaciones/respuestas";

/// `/panel/conversaciones/respuestas`: what a dealer's people say again and again.
#[component]
pub fn QuickAnswersPage() -> impl IntoView {
    let changed = use_query_map().with_untracked(|query| query.get("cambiar")?.parse::<QuickId>().ok());
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Shown loaded=loaded changed=changed/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

/// One of them: id, title, words.
type Ready = (QuickId, String, String);

struct Loaded {
    answers: Vec<Ready>,
    flash: Flash,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let answers = list_quick_answers(&current.state, &actor).await?;
    let answers = answers.into_iter().map(|row| (row.id, row.title, row.words)).collect();
    Ok(Loaded { answers, flash: flash::take(&current.session, forms::QUICK).await? })
}

#[component]
fn Shown(loaded: Loaded, changed: Option<QuickId>) -> impl IntoView {
    let Loaded { answers, flash } = loaded;
    let typed = flash.value("id").parse::<QuickId>().ok();
    let in_form = typed.or(changed.filter(|_| flash.problems.is_empty()));
    let stored = answers.iter().find(|(id, ..)| Some(*id) == in_form).cloned();
    let done = flash.value("hecho");
    let nothing = answers.is_empty();
    let examples = FIRST.map(|(title, _)| format!("«{title}»")).join(", ");
    view! {
        <PageTitle text="Respuestas rápidas"/>
        <div class="narrow stack">
            <a class="back" href="/panel/conversaciones"><Icon path=icons::BACK/>"Todas las conversaciones"</a>
            <h1>"Respuestas rápidas"</h1>
            <p class="hint">{format!("Lo que su gente repite a diario: en una conversación se presiona y queda escrito, listo para retocar y enviar. Caben {MOST}.")}</p>
            {(!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok><p>{done}</p></Notice> })}
            <QuickForm stored=stored flash=flash/>
            {nothing.then(|| view! { <p>{format!("Todavía no hay ninguna suya: mientras tanto se ofrecen {examples}.")}</p> })}
            <ul class="stack">{answers.into_iter().map(|answer| view! { <Answer answer=answer/> }).collect_view()}</ul>
        </div>
    }
}

/// A new one, or one that is changed.
#[component]
fn QuickForm(stored: Option<Ready>, flash: Flash) -> impl IntoView {
    let was_refused = !flash.problems.is_empty();
    let (id, title, words) =
        stored.map(|(id, title, words)| (id.to_string(), title, words)).unwrap_or_default();
    let (title, words) =
        if was_refused { (flash.value("titulo"), flash.value("texto")) } else { (title, words) };
    let problem = flash.problem("texto");
    let (heading, label) =
        if id.is_empty() { ("Nueva respuesta", "Añadir") } else { ("Cambiar la respuesta", "Guardar") };
    let is_change = !id.is_empty();
    view! {
        <form method="post" action="/fn/respuesta-guardar" class="panel stack" novalidate>
            <h2>{heading}</h2>
            <ErrorSummary problems=flash.problems.clone()/>
            <input type="hidden" name="id" value=id/>
            <Field field="titulo" label="Título" complete="off" value=title problem=flash.problem("titulo") hint="Corto, para reconocerla."/>
            <div class="field">
                <label for="texto">"Respuesta"</label>
                <TextArea field="texto" value=&words rows=3 required=true invalid=problem.is_some()/>
                <FieldError field="texto" message=problem/>
            </div>
            <div class="actions">
                <button class="button">{label}</button>
                {is_change.then(|| view! { <a class="button second" href=PAGE>"Cancelar"</a> })}
            </div>
        </form>
    }
}

#[component]
fn Answer(answer: Ready) -> impl IntoView {
    let (id, title, words) = answer;
    view! {
        <li class="panel stack">
            <h2>{title.clone()}</h2>
            <p class="words">{words}</p>
            <div class="cluster">
                <a class="button second" href=format!("{PAGE}?cambiar={id}")>"Cambiar"<span class="unseen">{format!(" «{title}»")}</span></a>
                <form method="post" action="/fn/respuesta-borrar">
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="button second">"Borrar"<span class="unseen">{format!(" «{title}»")}</span></button>
                </form>
            </div>
        </li>
    }
}
