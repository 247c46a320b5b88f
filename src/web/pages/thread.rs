use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use super::{NotFoundPage, failed};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        preview::Preview,
        send_message::Recipient,
        threads::{DealerThread, ERASED, Line, other_side, read_thread},
    },
    domain::{
        ids::{ThreadId, UserId},
        length::Length,
        quick_answer::FIRST,
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::{Contact, Live, PreviewOf},
        parts::{
            ErrorSummary, FieldError, Icon, LimitBar, Notice, PageTitle, PhoneLink, PreviewPart, TextArea,
            ThreadLines, Tone, icons,
        },
        request::Current,
    },
};

/// `/panel/conversaciones/{id}`: all that was said, and an answer.
#[component]
pub fn ThreadPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<ThreadId>().ok());
    let quick = use_query_map().with_untracked(|query| query.get("respuesta"));
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id, quick.as_deref()).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

/// What was said, as it is drawn again whenever something is.
#[component]
pub fn LiveThread<'a>(lines: &'a [Line], now: DateTime<Utc>, dealer: bool) -> impl IntoView + use<> {
    view! { <ThreadLines lines=lines now=now dealer=dealer/> }
}

/// A ready answer as it is pressed.
struct Quick {
    title: String,
    /// In the address.
    word: String,
}

struct Loaded {
    thread: DealerThread,
    /// What stands in the composer.
    message: String,
    quick: Vec<Quick>,
    /// Of whoever is answered on WhatsApp.
    preview: Option<Preview>,
    me: UserId,
    bar: DealerBar,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(id: ThreadId, pressed: Option<&str>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let thread = read_thread(&current.state, &actor, id).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::ANSWER).await?;
    let ready: Vec<(String, String, String)> = if thread.quick.is_empty() {
        let first = FIRST.iter().zip(1..);
        first
            .map(|((title, words), place)| (place.to_string(), (*title).to_owned(), (*words).to_owned()))
            .collect()
    } else {
        let own = thread.quick.iter();
        own.map(|quick| (quick.id.to_string(), quick.title.clone(), quick.words.clone())).collect()
    };
    let typed = flash.value("message");
    let chosen = ready.iter().find(|(word, ..)| pressed == Some(word.as_str()));
    let message = match chosen {
        Some((.., words)) if typed.is_empty() => words.clone(),
        _ => typed,
    };
    let row = &thread.detail.row;
    let preview = match row.address {
        Some(_) if !row.is_erased() => {
            let typed = forms::Composed { message: &message, ..forms::Composed::default() };
            forms::shown(forms::preview_to(&current, &actor, &Recipient::Thread(id), &typed).await)?
        }
        _ => None,
    };
    let quick = ready.into_iter().map(|(word, title, _)| Quick { title, word }).collect();
    let now = current.state.clock.now();
    Ok(Loaded { thread, message, quick, preview, me: actor.user_id, bar, flash, now })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { thread, message, quick, preview, me, bar, flash, now } = loaded;
    let DealerThread { detail, people, .. } = thread;
    let row = &detail.row;
    let is_erased = row.is_erased();
    let page = format!("/panel/conversaciones/{}", row.id);
    let vehicle = row
        .vehicle_id
        .zip(row.vehicle.clone())
        .map(|(id, name)| view! { <p><a href=format!("/vehiculos/{id}")>{name}</a></p> });
    let phone = row.buyer_phone.as_deref().map(|phone| view! { <p><PhoneLink phone=phone/></p> });
    view! {
        <PageTitle text="Conversación"/>
        <LimitBar bar=&bar now=now/>
        <div class="narrow stack">
            <a class="back" href="/panel/conversaciones"><Icon path=icons::BACK/>"Todas las conversaciones"</a>
            <h1>{other_side(row)}</h1>
            {vehicle}
            {phone}
            <Owner thread=row.id assigned=row.assigned_id people=people me=me/>
            <Live src=format!("{page}/eventos") quiet=false>
                <LiveThread lines=&detail.lines now=now dealer=true/>
            </Live>
            <p><a href=page>"Actualizar"</a></p>
            {if is_erased {
                view! { <ErrorSummary problems=flash.problems/><Notice tone=Tone::Info><p>{ERASED}</p></Notice> }.into_any()
            } else {
                view! { <Composer thread=row.id on_whatsapp=row.address.is_some() message=message quick=quick preview=preview flash=flash now=now/> }
                    .into_any()
            }}
        </div>
    }
}

/// An answer, with what the dealer's people say again and again.
#[component]
fn Composer(
    thread: ThreadId,
    on_whatsapp: bool,
    message: String,
    quick: Vec<Quick>,
    preview: Option<Preview>,
    flash: Flash,
    now: DateTime<Utc>,
) -> impl IntoView {
    let page = format!("/panel/conversaciones/{thread}");
    let length = Length::of(&message);
    let form = Uuid::parse_str(&flash.value("form_key")).unwrap_or_else(|_| Uuid::now_v7());
    let problem = flash.problem("message");
    let hint = if on_whatsapp {
        "Sale por WhatsApp, a cuenta de su concesionario."
    } else {
        "El comprador la lee en OKLA, en «Mis mensajes». No cuesta nada."
    };
    let quick = quick
        .into_iter()
        .map(|quick| view! { <li><a class="button second" href=format!("{page}?respuesta={}#message", quick.word)>{quick.title}</a></li> })
        .collect_view();
    let of = PreviewOf::Thread(thread);
    view! {
        <nav aria-label="Respuestas rápidas">
            <ul class="cluster">
                {quick}
                <li><a href="/panel/conversaciones/respuestas">"Editar las respuestas"</a></li>
            </ul>
        </nav>
        <Contact>
            <form method="post" action="/fn/responder" class="panel stack" novalidate data-plain>
                <ErrorSummary problems=flash.problems.clone()/>
                <input type="hidden" name="thread" value=thread.to_string()/>
                <input type="hidden" name="form_key" value=form.to_string() autocomplete="off"/>
                <div class="field">
                    <label for="message">"Su respuesta"</label>
                    <p class="hint">{hint}</p>
                    <TextArea field="message" value=&message rows=3 required=true invalid=problem.is_some() hint="message-hint"/>
                    <FieldError field="message" message=problem/>
                    <p class="hint counter" id="message-hint">
                        <span data-counter>{length.counted()}</span>" "<span data-in-parts aria-live="polite">{length.in_parts()}</span>
                    </p>
                </div>
                {on_whatsapp.then(|| view! { <PreviewPart preview=preview.as_ref() of=of now=now/> })}
                <div class="actions"><button type="submit" class="button whatsapp"><Icon path=icons::SEND/>"Responder"</button></div>
            </form>
        </Contact>
    }
}

/// Who of the dealer's people answers here.
#[component]
fn Owner(
    thread: ThreadId,
    assigned: Option<UserId>,
    people: Vec<(UserId, String)>,
    me: UserId,
) -> impl IntoView {
    let options = people
        .into_iter()
        .map(|(id, name)| {
            let name = if id == me { format!("{name} (usted)") } else { name };
            view! { <option value=id.to_string() selected=assigned == Some(id)>{name}</option> }
        })
        .collect_view();
    view! {
        <form method="post" action="/fn/conversacion-asignar" class="cluster">
            <input type="hidden" name="thread" value=thread.to_string()/>
            <label for="persona">"Asignada a"</label>
            <select id="persona" name="persona">
                <option value="" selected=assigned.is_none()>"Nadie"</option>
                {options}
            </select>
            <button class="button second">"Guardar"</button>
        </form>
    }
}
