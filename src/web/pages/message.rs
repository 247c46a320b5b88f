use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{NotFoundPage, failed};
use crate::{
    app::{
        error::Result,
        read_messages::{MessageDetail, View, get_fresh_message},
        resend::may_resend,
    },
    domain::{ids::MessageId, message::Status, phone::Phone, report::Source, time::full_stamp},
    web::{
        flash::{self, Problem},
        forms, guard,
        islands::Live,
        parts::{Icon, MessageProgress, Moment, Notice, PageTitle, Strip, Tone, handset_path, icons},
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
    /// What went wrong with the last press.
    problems: Vec<Problem>,
}

async fn load(id: MessageId, of: View) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = match of {
        View::Dealer => guard::dealer(&current)?,
        View::Own | View::Any => guard::signed_in(&current)?,
    };
    let detail = get_fresh_message(&current.state, &actor, of, id, STALE).await?;
    let of_dealer = of == View::Dealer;
    let resendable = of_dealer && may_resend(&current.state, &actor, id).await?;
    let problems =
        if of_dealer { flash::take(&current.session, forms::RESEND).await?.problems } else { Vec::new() };
    let (now, demo) = (current.state.clock.now(), current.state.settings.demo);
    Ok(Loaded { detail, now, demo, resendable, problems })
}

#[component]
fn Shown(loaded: Loaded, of: View) -> impl IntoView {
    let Loaded { detail, now, demo, resendable, problems } = loaded;
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
    let buyers_phone = message.sender_phone.as_ref().filter(|_| dealer && message.is_from_buyer());
    let buyers_phone = buyers_phone.map(Phone::national);
    let handset = demo.then(|| handset_path(&message.to));
    view! {
        <PageTitle text="Mensaje"/>
        <div class="narrow stack">
            <a class="back" href=list><Icon path=icons::BACK/>"Todos los mensajes"</a>
            <h1>"Mensaje"</h1>
            <section class="panel stack">
                <Live src=format!("{page}/eventos")>
                    <MessageProgress message=&followed parts=&parts now=now payer=dealer/>
                </Live>
                <p><a href=page.clone()>"Actualizar"</a></p>
                {problems.into_iter().map(|problem| view! { <Notice tone=Tone::Bad><p>{problem.message}</p></Notice> }).collect_view()}
                {dealer.then(|| view! {
                    <p><a class="button second" href=format!("/panel/escribir?a={}", message.id)><Icon path=icons::SEND/>"Escribir a este contacto"</a></p>
                })}
                {resendable.then(|| view! {
                    <form method="post" action="/fn/reenviar">
                        <input type="hidden" name="id" value=message.id.to_string()/>
                        <button class="button second"><Icon path=icons::AGAIN/>"Reenviar"</button>
                    </form>
                })}
            </section>
            {handset.map(|href| view! {
                <a class="back small" href=href><Icon path=icons::PHONE/>"Ver en el teléfono simulado"</a>
            })}
            <section class="panel stack">
                <h2>"Datos"</h2>
                <dl class="pairs">
                    <dt>{whom}</dt><dd>{name}</dd>
                    {buyers_phone.map(|phone| view! { <dt>"Su teléfono"</dt><dd>{phone}</dd> })}
                    <dt>"Enviado a"</dt><dd>{message.to.national()}</dd>
                    <dt>"Tipo"</dt><dd>{message.kind.label()}</dd>
                    <dt>"Escrito"</dt><dd><Moment at=message.created_at now=now/></dd>
                    <dt>"Referencia"</dt><dd>{message.id.to_string()}</dd>
                </dl>
                <Strip message=message/>
            </section>
            {dealer.then(|| view! { <History detail=&detail/> })}
        </div>
    }
}

/// Each thing said about it, oldest first.
#[component]
fn History<'a>(detail: &'a MessageDetail) -> impl IntoView + use<> {
    let lines = detail.events.iter().map(|event| {
        let word = Status::from_twilio(&event.status).map_or_else(|| event.status.clone(), |status| status.label().to_owned());
        let word = event.status.parse::<Status>().map_or(word, |status| status.label().to_owned());
        let code = event.error_code.map(|code| format!(" · código {code}")).unwrap_or_default();
        let part = (detail.parts.len() > 1).then(|| format!(" · parte {}", event.part));
        view! { <li><strong>{word}</strong>{part}{code}<br/><span class="soft small">{full_stamp(event.received_at)}" · "{source(&event.source)}</span></li> }
    });
    view! {
        <section class="panel stack">
            <h2>"Historia"</h2>
            <ol class="timeline">
                <li><strong>"Escrito"</strong><br/><span class="soft small">{full_stamp(detail.message.created_at)}</span></li>
                {lines.collect_view()}
            </ol>
        </section>
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
