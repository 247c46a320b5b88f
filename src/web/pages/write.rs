use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use super::failed;
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        read_messages::{View, get_message},
    },
    domain::{
        ids::{MessageId, VehicleId},
        length::Length,
        money::dollars,
        phone::Phone,
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::{Contact, PreviewOf},
        parts::{
            BeforeWriting, ErrorSummary, Field, FieldError, Icon, LimitBar, PageTitle, PreviewPart, TextArea,
            Writer, icons,
        },
        request::Current,
    },
};

/// `/panel/escribir`: a dealer writes to a contact, with what it costs and what is left before he does.
#[component]
pub fn WritePage() -> impl IntoView {
    let about = use_query_map().with_untracked(|query| query.get("a")?.parse::<MessageId>().ok());
    Suspend::new(async move {
        match load(about).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    /// As it was typed, or as the contact has it.
    to: String,
    /// The vehicle that it is about, and how that is called.
    about: Option<VehicleId>,
    title: Option<String>,
    flash: Flash,
    writer: Writer,
    bar: DealerBar,
}

async fn load(about: Option<MessageId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let flash = flash::take(&current.session, forms::WRITE).await?;
    let (mut to, mut vehicle) = (flash.value("to"), None);
    if let Some(id) = about {
        let message = get_message(&current.state, &actor, View::Dealer, id).await?.message;
        let own = message.told_as.is_none().then_some(&message.to);
        let contact = if message.is_from_buyer() { message.phone_for_dealer() } else { own };
        if to.is_empty() {
            to = contact.map(Phone::national).unwrap_or_default();
        }
        vehicle = message.vehicle;
    }
    let bar = dealer_bar(&current.state, &actor).await?;
    let about = vehicle.as_ref().map(|(id, _)| *id).or_else(|| flash.value("vehicle").parse().ok());
    let typed = forms::Typed {
        to: &to,
        message: &flash.value("message"),
        image_url: &flash.value("image_url"),
        ..forms::Typed::default()
    };
    let writer = Writer::to_number(&current, &actor, about, &typed).await?;
    Ok(Loaded { to, about, title: vehicle.map(|(_, title)| title), flash, writer, bar })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { to, about, title, flash, writer, bar } = loaded;
    let problem = |field: &str| flash.problem(field);
    let (to_problem, message_problem, image_problem) =
        (problem("to"), problem("message"), problem("image_url"));
    let message = flash.value("message");
    let length = Length::of(&message);
    let form_key = Uuid::parse_str(&flash.value("form_key")).unwrap_or_else(|_| Uuid::now_v7());
    let of = PreviewOf::Number(about);
    let about = about.map(|id| id.to_string());
    let cost = dollars(writer.outlook.cost);
    view! {
        <PageTitle text="Escribir por WhatsApp"/>
        <LimitBar bar=&bar now=writer.now/>
        <div class="narrow stack">
            <a class="back" href="/panel/mensajes"><Icon path=icons::BACK/>"Todos los mensajes"</a>
            <h1>"Escribir por WhatsApp"</h1>
            <Contact>
                <form method="post" action="/fn/escribir" class="panel stack" novalidate data-plain>
                    <ErrorSummary problems=flash.problems.clone()/>
                    <BeforeWriting writer=&writer/>
                    {title.map(|title| view! { <p class="soft">"Sobre: "{title}</p> })}
                    <input type="hidden" name="vehicle" value=about/>
                    <input type="hidden" name="form_key" value=form_key.to_string() autocomplete="off"/>
                    <Field field="to" label="WhatsApp del destinatario" kind="tel" complete="off" value=to problem=to_problem
                        hint="809, 829 u 849 y siete cifras; de otro país, con + delante."/>
                    <div class="field">
                        <label for="message">"Mensaje"</label>
                        <TextArea field="message" value=&message rows=5 required=true invalid=message_problem.is_some() hint="message-hint"/>
                        <FieldError field="message" message=message_problem/>
                        <p class="hint counter" id="message-hint">
                            <span data-counter>{length.counted()}</span>" "<span data-in-parts aria-live="polite">{length.in_parts()}</span>
                        </p>
                    </div>
                    <Field field="image_url" label="Dirección de una imagen (opcional)" kind="url" complete="off"
                        value=flash.value("image_url") problem=image_problem hint="Debe empezar con https://."/>
                    <PreviewPart preview=writer.preview.as_ref() of=of now=writer.now/>
                    <p>{format!("Costo estimado: {cost} por parte, a cuenta de su concesionario.")}</p>
                    <div class="actions">
                        <button type="submit" class="button whatsapp"><Icon path=icons::SEND/>"Enviar"</button>
                        <a class="button second" href="/panel/mensajes">"Cancelar"</a>
                    </div>
                </form>
            </Contact>
        </div>
    }
}
