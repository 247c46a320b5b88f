use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{NotFoundPage, drives::DriveOf, failed};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        preview::Preview,
        quick_answers::{Ready, list_ready},
        send_message::Recipient,
        threads::{DealerThread, ERASED, Line, other_side, read_thread},
    },
    domain::{
        ids::{ThreadId, UserId},
        length::Length,
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

const ANSWER_FORM: &str = "respuesta";

/// `/panel/conversaciones/{id}`: all that was said, and an answer.
#[component]
pub fn ThreadPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<ThreadId>().ok());
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id).await {
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

struct Loaded {
    thread: DealerThread,
    /// What stands in the composer.
    message: String,
    quick: Vec<Ready>,
    /// Of whoever is answered on WhatsApp.
    preview: Option<Preview>,
    me: UserId,
    bar: DealerBar,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(id: ThreadId) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let thread = read_thread(&current.state, &actor, id).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::ANSWER).await?;
    let message = flash.value("message");
    let row = &thread.detail.row;
    let preview = match row.address {
        Some(_) if !row.is_erased() => {
            let typed = forms::Typed { message: &message, ..forms::Typed::default() };
            forms::shown(forms::preview_to(&current, &actor, Some(&Recipient::Thread(id)), &typed).await)?
        }
        _ => None,
    };
    let quick = list_ready(&current.state, &actor).await?;
    let now = current.state.clock.now();
    Ok(Loaded { thread, message, quick, preview, me: actor.user_id, bar, flash, now })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { thread, message, quick, preview, me, bar, flash, now } = loaded;
    let DealerThread { detail, people, reason, drive, .. } = thread;
    let row = &detail.row;
    let is_erased = row.is_erased();
    let page = format!("/panel/conversaciones/{}", row.id);
    let vehicle = row
        .vehicle_id
        .zip(row.vehicle.clone())
        .map(|(id, name)| view! { <p><a href=format!("/vehiculos/{id}")>{name}</a></p> });
    let phone = row.buyer_phone.as_deref().map(|phone| view! { <p><PhoneLink phone=phone/></p> });
    let reason = reason.map(|reason| view! { <p>{format!("Motivo: {}", reason.label())}</p> });
    let drive = drive.map(|drive| view! { <DriveOf drive=&drive now=now/> });
    let way = match (row.address.is_some(), row.buyer_is_told) {
        (true, _) => Way::WhatsApp,
        (false, true) => Way::Told,
        (false, false) => Way::Page,
    };
    view! {
        <PageTitle text="Conversación"/>
        <LimitBar bar=&bar now=now/>
        <div class="narrow stack">
            <a class="back" href="/panel/conversaciones"><Icon path=icons::BACK/>"Todas las conversaciones"</a>
            <h1>{other_side(row)}</h1>
            {vehicle}
            {phone}
            {reason}
            {drive}
            {(!is_erased).then(|| view! { <Owner assigned=row.assigned_id people=people me=me/> })}
            <Live src=format!("{page}/eventos") quiet=false>
                <LiveThread lines=&detail.lines now=now dealer=true/>
            </Live>
            <p><a href=page>"Actualizar"</a></p>
            {if is_erased {
                view! { <ErrorSummary problems=flash.problems/><Notice tone=Tone::Info><p>{ERASED}</p></Notice> }.into_any()
            } else {
                view! { <Composer thread=row.id way=way message=message quick=quick preview=preview flash=flash now=now/> }
                    .into_any()
            }}
        </div>
    }
}

/// How an answer reaches its reader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    WhatsApp,
    /// On his page, and by a notice on WhatsApp if he does not look.
    Told,
    Page,
}

/// An answer, with what the dealer's people say again and again.
#[component]
fn Composer(
    thread: ThreadId,
    way: Way,
    message: String,
    quick: Vec<Ready>,
    preview: Option<Preview>,
    flash: Flash,
    now: DateTime<Utc>,
) -> impl IntoView {
    let length = Length::of(&message);
    let form = Uuid::parse_str(&flash.value("form_key")).unwrap_or_else(|_| Uuid::now_v7());
    let problem = flash.problem("message");
    let hint = match way {
        Way::WhatsApp => "Sale por WhatsApp, a cuenta de su concesionario.",
        Way::Told => {
            "El comprador la lee en OKLA, en «Mis mensajes». Si no la ve pronto, se le avisa por WhatsApp con una plantilla, a su cuenta."
        }
        Way::Page => "El comprador la lee en OKLA, en «Mis mensajes». No cuesta nada.",
    };
    let quick = quick
        .into_iter()
        .map(|quick| view! { <li><button class="button second" name="respuesta" value=quick.word>{quick.title}</button></li> })
        .collect_view();
    let of = PreviewOf::Thread(thread);
    view! {
        <Contact>
            <form method="post" action="/fn/responder" id=ANSWER_FORM class="panel stack" novalidate data-plain>
                <ErrorSummary problems=flash.problems.clone()/>
                <input type="hidden" name="thread" value=thread.to_string()/>
                <input type="hidden" name="form_key" value=form.to_string() autocomplete="off"/>
                <fieldset class="field">
                    <legend>"Respuestas rápidas"</legend>
                    <ul class="cluster">
                        {quick}
                        <li><a href="/panel/conversaciones/respuestas">"Editar las respuestas"</a></li>
                    </ul>
                </fieldset>
                <div class="field">
                    <label for="message">"Su respuesta"</label>
                    <p class="hint">{hint}</p>
                    <TextArea field="message" value=&message rows=3 required=true invalid=problem.is_some() hint="message-hint"/>
                    <FieldError field="message" message=problem/>
                    <p class="hint counter" id="message-hint">
                        <span data-counter>{length.counted()}</span>" "<span data-in-parts aria-live="polite">{length.in_parts()}</span>
                    </p>
                </div>
                {(way == Way::WhatsApp).then(|| view! { <PreviewPart preview=preview.as_ref() of=of now=now/> })}
                <div class="actions"><button type="submit" class="button whatsapp"><Icon path=icons::SEND/>"Responder"</button></div>
            </form>
        </Contact>
    }
}

/// Who of the dealer's people answers here. Of the answer's form, so that what is typed there is not lost.
#[component]
fn Owner(assigned: Option<UserId>, people: Vec<(UserId, String)>, me: UserId) -> impl IntoView {
    let options = people
        .into_iter()
        .map(|(id, name)| {
            let name = if id == me { format!("{name} (usted)") } else { name };
            view! { <option value=id.to_string() selected=assigned == Some(id)>{name}</option> }
        })
        .collect_view();
    view! {
        <p class="cluster">
            <label for="persona">"Asignada a"</label>
            <select id="persona" name="persona" form=ANSWER_FORM>
                <option value="" selected=assigned.is_none()>"Nadie"</option>
                {options}
            </select>
            <button class="button second" form=ANSWER_FORM formaction="/fn/conversacion-asignar">"Guardar"</button>
        </p>
    }
}
