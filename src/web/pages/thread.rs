use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{NotFoundPage, failed};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        threads::{ThreadDetail, other_side, read_thread},
    },
    domain::{ids::ThreadId, length::Length},
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::Contact,
        parts::{
            ErrorSummary, FieldError, Icon, LimitBar, PageTitle, PhoneLink, TextArea, ThreadLines, icons,
        },
        request::Current,
    },
};

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

struct Loaded {
    detail: ThreadDetail,
    bar: DealerBar,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(id: ThreadId) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let detail = read_thread(&current.state, &actor, id).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::ANSWER).await?;
    Ok(Loaded { detail, bar, flash, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { detail, bar, flash, now } = loaded;
    let row = &detail.row;
    let page = format!("/panel/conversaciones/{}", row.id);
    let vehicle = row
        .vehicle_id
        .zip(row.vehicle.clone())
        .map(|(id, name)| view! { <p><a href=format!("/vehiculos/{id}")>{name}</a></p> });
    let phone = row.buyer_phone.as_deref().map(|phone| view! { <p><PhoneLink phone=phone/></p> });
    let message = flash.value("message");
    let length = Length::of(&message);
    let form = Uuid::parse_str(&flash.value("form_key")).unwrap_or_else(|_| Uuid::now_v7());
    let problem = flash.problem("message");
    let hint = if row.buyer_id.is_some() {
        "El comprador la lee en OKLA, en «Mis mensajes». No cuesta nada."
    } else {
        "Sale por WhatsApp, a cuenta de su concesionario."
    };
    let quick = ["Sí, sigue disponible.", "Puede verlo hoy mismo.", "Ya se vendió, gracias por escribir."];
    let quick = quick
        .map(|words| view! { <button class="button second" name="message" value=words>{words}</button> })
        .collect_view();
    let number = row.id.to_string();
    let quick_form = Uuid::now_v7().to_string();
    view! {
        <PageTitle text="Conversación"/>
        <LimitBar bar=&bar now=now/>
        <div class="narrow stack">
            <a class="back" href="/panel/conversaciones"><Icon path=icons::BACK/>"Todas las conversaciones"</a>
            <h1>{other_side(row)}</h1>
            {vehicle}
            {phone}
            <ThreadLines lines=&detail.lines now=now dealer=true/>
            <p><a href=page>"Actualizar"</a></p>
            <form method="post" action="/fn/responder" class="cluster" aria-label="Respuestas rápidas">
                <input type="hidden" name="thread" value=number.clone()/>
                <input type="hidden" name="form_key" value=quick_form autocomplete="off"/>
                {quick}
            </form>
            <Contact>
                <form method="post" action="/fn/responder" class="panel stack" novalidate data-plain>
                    <ErrorSummary problems=flash.problems.clone()/>
                    <input type="hidden" name="thread" value=number/>
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
                    <div class="actions"><button type="submit" class="button whatsapp"><Icon path=icons::SEND/>"Responder"</button></div>
                </form>
            </Contact>
        </div>
    }
}
