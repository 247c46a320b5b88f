use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{
    icons::{self, Icon},
    notice::{Notice, Tone},
    status::{Progress, StatusPill, Ticks},
};
use crate::domain::{
    conversation::Message,
    money::Money,
    outcome::{Outcome, STILL_SENT},
    time::{clock_in_santo_domingo, full_stamp, spoken},
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
fn Bubble<'a>(message: &'a Message) -> impl IntoView + use<> {
    view! {
        <div class="chat">
            <div class="bubble out">
                {message.image_url.clone().map(|url| {
                    view! { <a class="media" href=url rel="noopener noreferrer nofollow" target="_blank">"Imagen adjunta (se abre aparte)"</a> }
                })}
                <p>{message.body.clone()}</p>
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
    now: DateTime<Utc>,
    /// Whether the reader pays for it; nobody else sees a price.
    payer: bool,
) -> impl IntoView + use<> {
    let late = message.sent_at.is_some_and(|at| message.delivered_at.is_none() && now - at > PATIENCE);
    let told = message.outcome().or(late.then_some(STILL_SENT));
    let failed = message.status.is_failure();
    let estimated = if failed { "" } else { " (estimado)" };
    let cost = format!("{}{estimated}", Money::usd(message.cost));
    view! {
        <div class="stack">
            <p class="cluster">
                <StatusPill status=message.status/>
                {message.read_at.or(message.delivered_at).or(message.sent_at).map(|at| view! { <Moment at=at now=now/> })}
            </p>
            <Progress status=message.status/>
            {told.map(|told| view! { <Told told=told failed=failed code=message.error_code payer=payer/> })}
            {payer.then(|| view! { <p class="small">"Costo: "<strong>{cost}</strong></p> })}
            {message
                .checked_at
                .map(|at| view! { <p class="hint">"Última noticia de WhatsApp: "<Moment at=at now=now/></p> })}
            <div aria-live="off"><Bubble message=message/></div>
        </div>
    }
}

#[component]
fn Told(told: Outcome, failed: bool, code: Option<i32>, payer: bool) -> impl IntoView {
    let charged = if payer { told.charged.sentence() } else { "A usted no se le cobra nada." };
    view! {
        <Notice tone=if failed { Tone::Bad } else { Tone::Warn }>
            <h2>"Qué pasó"</h2>
            <p>{told.what}</p>
            <p><strong>"¿Se cobró? "</strong>{charged}</p>
            <p><strong>"Qué hacer: "</strong>{told.todo}</p>
            {code.filter(|_| failed).map(|code| view! { <p class="hint">{format!("Código {code}")}</p> })}
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
