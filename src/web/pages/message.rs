use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    NotFoundPage, failed,
    own_thread::{OwnThread, OwnThreadPart},
};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        read_messages::{MessageDetail, View, get_fresh_message},
        record_status::BY_TEMPLATE,
        resend::may_resend,
        threads::read_thread_of,
    },
    domain::{
        conversation::Event,
        ids::MessageId,
        kind::Kind,
        message::Status,
        phone::Phone,
        report::Source,
        time::{clock_in_santo_domingo, full_stamp, lapse},
        user::Role,
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::Live,
        parts::{
            Icon, LimitBar, MessageProgress, Moment, PageTitle, PressProblems, RevealNumber, Strip,
            handset_path, icons,
        },
        request::Current,
    },
};

/// A page asks Twilio again when its last word is older.
const STALE: TimeDelta = TimeDelta::seconds(5);

/// `/mensajes/{id}`: one's own message on its way.
#[component]
pub fn OwnMessagePage() -> impl IntoView {
    page(View::Own)
}

/// `/panel/mensajes/{id}`: a message that concerns one's dealer, with its cost and its history.
#[component]
pub fn DealerMessagePage() -> impl IntoView {
    page(View::Dealer)
}

fn page(of: View) -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<MessageId>().ok());
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id, of).await {
            Ok(loaded) => view! { <Shown loaded=loaded of=of/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    detail: MessageDetail,
    now: DateTime<Utc>,
    demo: bool,
    /// It failed and may be sent again as it is.
    resendable: bool,
    /// What came of the last press.
    flash: Flash,
    /// An admin looks: he acts for nobody, sees what came from Twilio as it came, and numbers only for a reason.
    admin: bool,
    /// What else was said with the same dealer about the same vehicle.
    thread: Option<OwnThread>,
    /// How the dealer stands who looks.
    bar: Option<DealerBar>,
}

async fn load(id: MessageId, of: View) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = match of {
        View::Dealer => guard::dealer_or_admin(&current)?,
        View::Own | View::Any => guard::signed_in(&current)?,
    };
    let detail = get_fresh_message(&current.state, &actor, of, id, STALE).await?;
    let admin = actor.role == Role::Admin;
    let of_dealer = of == View::Dealer && !admin;
    let resendable = of_dealer && may_resend(&current.state, &actor, id).await?;
    let form = if admin { forms::NUMBERS } else { forms::RESEND };
    let flash =
        if of == View::Dealer { flash::take(&current.session, form).await? } else { Flash::default() };
    let bar = if of_dealer { Some(dealer_bar(&current.state, &actor).await?) } else { None };
    let thread = match of {
        View::Own | View::Any => read_thread_of(&current.state, &actor, id, true).await?,
        View::Dealer => None,
    };
    let thread = match thread {
        Some(detail) if actor.role == Role::Buyer => {
            Some(OwnThread::load(&current, &actor, id, detail).await?)
        }
        _ => None,
    };
    let (now, demo) = (current.state.clock.now(), current.state.settings.demo);
    Ok(Loaded { detail, now, demo, resendable, flash, admin, thread, bar })
}

#[component]
fn Shown(loaded: Loaded, of: View) -> impl IntoView {
    let Loaded { detail, now, demo, resendable, flash, admin, thread, bar } = loaded;
    let message = &detail.message;
    let (followed, parts) = (message.clone(), detail.parts.clone());
    let dealer = of == View::Dealer;
    let list = if dealer { "/panel/mensajes" } else { "/mensajes" };
    let page = format!("{list}/{}", message.id);
    let (whom, name) = if dealer && message.is_from_buyer() {
        ("De", message.sender_name.clone())
    } else if dealer {
        ("Escrito por", message.sender_name.clone())
    } else {
        ("Para", message.dealer_name.clone().unwrap_or_default())
    };
    let theirs = if admin { message.sender_phone.as_ref() } else { message.phone_for_dealer() };
    let buyers_phone = theirs.filter(|_| dealer && message.is_from_buyer());
    // A buyer who keeps his number to himself is answered in his conversation.
    let reachable = !message.is_from_buyer() || buyers_phone.is_some();
    let keeps_number = !reachable || message.told_as.is_some() && message.kind != Kind::Offer;
    let answer = detail.thread.filter(|_| dealer && !admin && keeps_number);
    let answer = answer.map(|thread| format!("/panel/conversaciones/{thread}"));
    // What was revealed of another message, in another tab, is not this one's.
    let is_this = flash.value("de") == page;
    let number = |phone: &Phone, revealed: &str| match flash.value(revealed) {
        _ if !(admin && dealer) => phone.national(),
        told if is_this && !told.is_empty() => told,
        _ => phone.masked(),
    };
    // An admin reads it for a reason; but nobody the number of an offer to many.
    let told_as = message.told_as.as_ref().filter(|_| !admin || message.kind == Kind::Offer);
    let is_told = told_as.is_some();
    let recipient = told_as.cloned().unwrap_or_else(|| number(&message.to, "numero"));
    let buyers_phone = buyers_phone.map(|phone| number(phone, "numero_de"));
    let attempts: i16 = detail.parts.iter().map(|part| part.attempt_count).sum();
    let consent = detail.consent.as_ref().filter(|_| dealer).map(|consent| {
        view! {
            <dt>"Consentimiento"</dt>
            <dd>"Aceptó el texto "{consent.text_version.clone()}" "<Moment at=consent.accepted_at now=now/></dd>
        }
    });
    let handset = (demo && !is_told).then(|| handset_path(&message.to));
    view! {
        <PageTitle text="Mensaje"/>
        {bar.map(|bar| view! { <LimitBar bar=&bar now=now/> })}
        <div class="narrow stack">
            {(!admin || !dealer).then(|| view! { <a class="back" href=list><Icon path=icons::BACK/>"Todos los mensajes"</a> })}
            <h1>"Mensaje"</h1>
            <section class="panel stack">
                <Live src=format!("{page}/eventos") quiet=false>
                    <MessageProgress message=&followed parts=&parts now=now payer=dealer/>
                </Live>
                <p><a href=page.clone()>"Actualizar"</a></p>
                <PressProblems problems=flash.problems.clone()/>
                {(dealer && !admin && reachable && !is_told).then(|| view! {
                    <p><a class="button second" href=format!("/panel/escribir?a={}", message.id)><Icon path=icons::SEND/>"Escribir a este contacto"</a></p>
                })}
                {answer.map(|href| view! {
                    <p><a class="button second" href=href><Icon path=icons::SEND/>"Responder en la conversación"</a></p>
                })}
                {resendable.then(|| view! {
                    <form method="post" action="/fn/reenviar">
                        <input type="hidden" name="id" value=message.id.to_string()/>
                        <button class="button second"><Icon path=icons::AGAIN/>"Reenviar"</button>
                    </form>
                })}
            </section>
            {thread.map(|thread| view! { <OwnThreadPart thread=thread now=now/> })}
            {handset.map(|href| view! {
                <a class="back small" href=href><Icon path=icons::PHONE/>"Ver en el teléfono simulado"</a>
            })}
            <section class="panel stack">
                <h2>"Datos"</h2>
                <dl class="pairs">
                    <dt>{whom}</dt><dd>{name}</dd>
                    {buyers_phone.map(|phone| view! { <dt>"Su teléfono"</dt><dd>{phone}</dd> })}
                    <dt>"Enviado a"</dt><dd>{recipient}</dd>
                    <dt>"Tipo"</dt><dd>{message.kind.label()}</dd>
                    {message.reason.map(|reason| view! { <dt>"Motivo"</dt><dd>{reason.label()}</dd> })}
                    <dt>"Escrito"</dt><dd><Moment at=message.created_at now=now/></dd>
                    {dealer.then(|| view! { <dt>"Intentos de envío"</dt><dd>{attempts}</dd> })}
                    {consent}
                    <dt>"Referencia"</dt><dd>{message.id.to_string()}</dd>
                </dl>
                <Strip message=message/>
            </section>
            {(admin && dealer).then(|| view! {
                <RevealNumber action="/fn/admin/mensaje-numeros" id=message.id.to_string() label="Mostrar los números" flash=&flash/>
            })}
            {dealer.then(|| view! { <History detail=&detail admin=admin/> })}
        </div>
    }
}

/// Each thing said about it, oldest first, with how long it took after the one before.
#[component]
fn History<'a>(detail: &'a MessageDetail, admin: bool) -> impl IntoView + use<> {
    let several = detail.parts.len() > 1;
    let written = detail.message.created_at;
    let before = std::iter::once(written).chain(detail.events.iter().map(|event| event.received_at));
    let lines: Vec<_> = detail
        .events
        .iter()
        .zip(before)
        .map(|(event, before)| view! { <Said event=event before=before several=several admin=admin/> })
        .collect();
    view! {
        <section class="panel stack">
            <h2>"Historia"</h2>
            <ol class="timeline">
                <li><strong>"Escrito"</strong><br/><span class="soft small">{full_stamp(written)}</span></li>
                {lines}
            </ol>
        </section>
    }
}

#[component]
fn Said<'a>(event: &'a Event, before: DateTime<Utc>, several: bool, admin: bool) -> impl IntoView + use<> {
    let status = Status::from_twilio(&event.status).or_else(|| event.status.parse().ok());
    let word = match status {
        _ if event.status == BY_TEMPLATE => "WhatsApp había cerrado la conversación (más de 24 h sin respuesta): va con la plantilla aprobada, una sola vez y con un solo cobro".to_owned(),
        Some(status) => status.label().to_owned(),
        None => event.status.clone(),
    };
    let code = event.error_code.map(|code| format!(" · código {code}"));
    let part = several.then(|| format!(" · parte {}", event.part));
    let after = format!(" · {} después", lapse(event.received_at - before));
    let twilios = event.told_at.map(|at| format!(" · hora de Twilio {}", clock_in_santo_domingo(at)));
    let payload = admin.then(|| {
        let text = event.payload.clone();
        view! { <details><summary>"Tal como llegó"</summary><pre class="small">{text}</pre></details> }
    });
    view! {
        <li>
            <strong>{word}</strong>{part}{code}<br/>
            <span class="soft small">{full_stamp(event.received_at)}{after}" · "{source(&event.source)}{twilios}</span>
            {payload}
        </li>
    }
}

fn source(word: &str) -> &'static str {
    match word {
        word if word == Source::Callback.as_str() => "aviso de WhatsApp",
        word if word == Source::Create.as_str() => "respuesta al enviar",
        word if word == Source::Fetch.as_str() => "verificado con Twilio",
        _ => "OKLA",
    }
}
