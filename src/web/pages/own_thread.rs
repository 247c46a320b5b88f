//! What a buyer and a dealer say to each other, under a message of the buyer's own, where he goes on.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use uuid::Uuid;

use super::LiveThread;
use crate::{
    app::{actor::Actor, error::Result, preview::Preview, send_message::Recipient, threads::ThreadDetail},
    domain::{ids::MessageId, length::Length},
    web::{
        flash::{self, Flash},
        forms,
        islands::{Contact, Live, PreviewOf},
        parts::{ErrorSummary, FieldError, Icon, PreviewPart, TextArea, icons},
        request::Current,
    },
};

pub struct OwnThread {
    message: MessageId,
    detail: ThreadDetail,
    preview: Option<Preview>,
    flash: Flash,
}

impl OwnThread {
    pub async fn load(
        current: &Current,
        actor: &Actor,
        message: MessageId,
        detail: ThreadDetail,
    ) -> Result<Self> {
        let flash = flash::take(&current.session, forms::OWN_ANSWER).await?;
        let message_typed = flash.value("message");
        let typed = forms::Typed { message: &message_typed, ..forms::Typed::default() };
        let to = Recipient::Thread(detail.row.id);
        let preview = forms::preview_to(current, actor, Some(&to), &typed).await;
        Ok(Self { message, detail, preview: forms::shown(preview)?, flash })
    }
}

#[component]
pub fn OwnThreadPart(thread: OwnThread, now: DateTime<Utc>) -> impl IntoView {
    let OwnThread { message: id, detail, preview, flash } = thread;
    let typed = flash.value("message");
    let length = Length::of(&typed);
    let problem = flash.problem("message");
    let form = Uuid::parse_str(&flash.value("form_key")).unwrap_or_else(|_| Uuid::now_v7());
    let hint = format!("Le llega por WhatsApp a {}, en esta misma conversación.", detail.row.dealer);
    view! {
        <section class="stack" id="conversacion">
            <h2>"Conversación"</h2>
            <Live src=format!("/mensajes/{id}/conversacion/eventos") quiet=false>
                <LiveThread lines=&detail.lines now=now dealer=false/>
            </Live>
            <Contact>
                <form method="post" action="/fn/mensajes-responder" class="panel stack" novalidate data-plain>
                    <ErrorSummary problems=flash.problems.clone()/>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <input type="hidden" name="form_key" value=form.to_string() autocomplete="off"/>
                    <div class="field">
                        <label for="message">"Su mensaje"</label>
                        <p class="hint">{hint}</p>
                        <TextArea field="message" value=&typed rows=3 required=true invalid=problem.is_some() hint="message-hint"/>
                        <FieldError field="message" message=problem/>
                        <p class="hint counter" id="message-hint">
                            <span data-counter>{length.counted()}</span>" "<span data-in-parts aria-live="polite">{length.in_parts()}</span>
                        </p>
                    </div>
                    <PreviewPart preview=preview.as_ref() of=PreviewOf::Message(id) now=now/>
                    <div class="actions"><button type="submit" class="button whatsapp"><Icon path=icons::SEND/>"Enviar"</button></div>
                </form>
            </Contact>
        </section>
    }
}
