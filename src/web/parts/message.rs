mod parts;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use self::parts::{PartList, SEND_THE_REST, is_partly_out, what_arrived};
use super::{
    icons::{self, Icon},
    message_row::ERASED,
    notice::{Notice, Tone},
    status::{Progress, StatusPill, Ticks},
};
use crate::domain::{
    conversation::{Message, Part, Rest, RestStands, provider_share},
    money::{Money, grouped},
    outcome::{Outcome, STILL_SENT},
    time::{ago, clock_in_santo_domingo, full_stamp, spoken},
};

/// A message that WhatsApp took so long ago without delivering it needs a word.
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(30);

/// A time as people say it, the full stamp on hover and for screen readers.
#[component]
pub fn Moment(at: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView {
    view! {
        <time datetime=at.to_rfc3339() title=full_stamp(at)>
            {spoken(at, now)}
        </time>
    }
}

/// The text as WhatsApp shows it. A picture is a link: no remote picture is ever loaded into a page of ours.
#[component]
fn Bubble<'a>(message: &'a Message, template: Option<String>) -> impl IntoView + use<> {
    let by_template = template.is_some();
    view! {
        <div class="chat">
            <div class="bubble out">
                {message.image_url.clone().filter(|_| !by_template).map(|url| {
                    view! { <a class="media" href=url rel="noopener noreferrer nofollow" target="_blank">"Imagen adjunta (se abre aparte)"</a> }
                })}
                <p>{match template {
                    _ if message.body.is_empty() => ERASED.to_owned(),
                    Some(text) => text,
                    None => message.body.clone(),
                }}</p>
                <span class="stamp">{clock_in_santo_domingo(message.created_at)}<Ticks status=message.status/></span>
            </div>
        </div>
    }
}

/// Where a message is on its way, in steps, in words and in the bubble's ticks; with what happened, whether it was
/// charged and what to do, when it did not simply arrive. Sent again by the server whenever it changes; its text, which
/// does not, is then not read aloud again.
#[component]
pub fn MessageProgress<'a>(
    message: &'a Message,
    parts: &'a [Part],
    now: DateTime<Utc>,
    /// Whether the reader pays for it; nobody else sees a price.
    payer: bool,
) -> impl IntoView + use<> {
    let late = message.sent_at.is_some_and(|at| message.delivered_at.is_none() && now - at > PATIENCE);
    let told = message.outcome().or(late.then_some(STILL_SENT));
    let failed = message.status.is_failure();
    let parts: &[Part] = &parts.iter().filter(|part| !part.superseded).cloned().collect::<Vec<_>>();
    let several = parts.len() > 1;
    let by_template = parts.iter().find_map(|part| part.template_text.clone());
    let estimated = if failed && !is_partly_out(parts) { "" } else { " (estimado)" };
    let cost = format!("{}{estimated}", Money::usd(message.cost));
    let list = if payer { "/panel/mensajes" } else { "/mensajes" };
    view! {
        <div class="stack">
            <p class="cluster">
                <StatusPill status=message.status/>
                {message.read_at.or(message.delivered_at).or(message.sent_at).map(|at| view! { <Moment at=at now=now/> })}
            </p>
            // Where a message broke off its steps would tell less than its parts.
            {(!(several && failed)).then(|| view! { <Progress status=message.status/> })}
            {several.then(|| view! { <PartList parts=parts/> })}
            {told.map(|told| view! { <Told told=told message=message parts=parts payer=payer/> })}
            {payer.then(|| view! { <p class="small">"Costo: "<strong>{cost}</strong>{twilios_part(parts)}</p> })}
            {message
                .checked_at
                .map(|at| view! { <p class="hint">"Verificado con Twilio "<time datetime=at.to_rfc3339() title=full_stamp(at)>{ago(at, now)}</time></p> })}
            {message.rest.map(|rest| view! {
                <Notice tone=Tone::Info><p>{left(rest)}</p></Notice>
            })}
            {message.continued_by.map(|rest| view! {
                <p class="small">"Es largo: lo que falta salió aparte. "<a href=format!("{list}/{rest}")>"Ver el resto"</a></p>
            })}
            {message.continues.map(|start| view! {
                <p class="small">"Es lo que faltaba de un mensaje largo. "<a href=format!("{list}/{start}")>"Ver el mensaje"</a></p>
            })}
            <div aria-live="off"><Bubble message=message template=by_template/></div>
        </div>
    }
}

/// What Twilio told of its own charge, which probably lacks WhatsApp's share: shown as a part, never as the cost.
fn twilios_part(parts: &[Part]) -> Option<String> {
    let share = provider_share(parts)?;
    let so_far = if share.is_whole { "" } else { ", hasta ahora" };
    Some(format!(" · parte de Twilio: {}{so_far}", Money::usd(share.amount.normalize())))
}

#[component]
fn Told<'a>(told: Outcome, message: &'a Message, parts: &'a [Part], payer: bool) -> impl IntoView + use<> {
    let failed = message.status.is_failure();
    let broken = failed && parts.len() > 1;
    let partly_out = broken && is_partly_out(parts);
    let charged = match (payer, partly_out) {
        (false, _) => "A usted no se le cobra nada.",
        (true, true) => "Solo lo que salió; el costo es el de todo el mensaje.",
        (true, false) => told.charged.sentence(),
    };
    // Our own reasons advise to send all of it again.
    let todo = match (partly_out, message.own_reason) {
        (false, _) => told.todo.to_owned(),
        (true, None) => format!("{} {SEND_THE_REST}", told.todo),
        (true, Some(_)) => SEND_THE_REST.to_owned(),
    };
    let fates = broken.then(|| what_arrived(parts));
    let code = message.error_code.filter(|_| failed);
    view! {
        <Notice tone=if failed { Tone::Bad } else { Tone::Warn }>
            <h2>"Qué pasó"</h2>
            {fates.map(|fates| view! { <p>{fates}</p> })}
            <p>{broken.then(|| view! { <strong>"Por qué: "</strong> })}{told.what}</p>
            <p><strong>"¿Se cobró? "</strong>{charged}</p>
            <p><strong>"Qué hacer: "</strong>{todo}</p>
            {code.map(|code| view! { <p class="hint">{format!("Código {code}")}</p> })}
        </Notice>
    }
}

/// Which vehicle a message is about, in one line with a link.
#[component]
pub fn Strip<'a>(message: &'a Message) -> impl IntoView + use<> {
    message.vehicle.clone().map(|(id, name)| {
        view! {
            <a class="back" href=format!("/vehiculos/{id}")>
                <Icon path=icons::NEXT/>
                {name}
            </a>
        }
    })
}

#[cfg(test)]
mod tests;

/// What becomes of the words that did not go with it.
fn left(rest: Rest) -> String {
    let characters = grouped(rest.characters.into());
    match rest.stands {
        RestStands::Waits => format!(
            "El mensaje es largo: salió su comienzo con un enlace para leerlo completo. Los {characters} caracteres que \
             faltan saldrán solos cuando el destinatario responda; entonces se cobran."
        ),
        RestStands::Due => format!(
            "El mensaje es largo y salió su comienzo. Los {characters} caracteres que faltan salen aparte: si un límite, \
             una pausa o la plantilla no los deja, se intenta cada 5 minutos."
        ),
        RestStands::GivenUp => format!(
            "El mensaje es largo y salió su comienzo. Los {characters} caracteres que faltan no salieron: WhatsApp cerró la \
             conversación y no hubo manera. Si todavía importan, escríbalos de nuevo."
        ),
    }
}
