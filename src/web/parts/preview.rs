use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::notice::{Notice, Tone};
use crate::{
    app::preview::Preview,
    domain::time::{clock_in_santo_domingo, day_in_santo_domingo, left, spoken_coming},
    web::islands::{Countdown, PreviewOf},
};

/// What arrives if it is sent now, and by which way. `data-preview` marks it for the island that follows what is typed.
#[component]
pub fn PreviewPart<'a>(
    /// `None`: there is nothing to show yet.
    preview: Option<&'a Preview>,
    of: PreviewOf,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let way = preview.map(|preview| way(preview, now));
    let unavailable = preview.and_then(|preview| preview.unavailable.clone());
    let note = preview.map(note).unwrap_or_default();
    let bubbles: Vec<_> = preview
        .map(|preview| preview.bubbles.clone())
        .unwrap_or_default()
        .into_iter()
        .map(|words| view! { <div class="bubble out"><p>{words}</p></div> })
        .collect();
    let nothing = bubbles.is_empty();
    view! {
        <section class="stack preview" aria-label="Vista previa" data-preview=of.to_string()>
            <h2>"Así le llega"</h2>
            {way}
            {unavailable.map(|words| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> })}
            <div class="chat" data-bubbles>
                {bubbles}
                {nothing.then(|| view! { <p class="day">"Escriba para ver cómo llega."</p> })}
            </div>
            <p class="hint" data-note>{note}</p>
            <input type="hidden" name="vista" value=of.to_string()/>
            <p><button class="button second" formaction="/fn/vista-previa" formnovalidate data-again>"Ver cómo llega"</button></p>
        </section>
    }
}

/// What else follows.
pub fn note(preview: &Preview) -> &'static str {
    match (preview.by_template, preview.waits) {
        (true, _) if preview.closes_at.is_some() => {
            "Con la plantilla de las pruebas de manejo, que lleva botones para contestar."
        }
        (true, true) => "El resto sale solo, libre, cuando conteste; entonces toma su lugar y su costo.",
        (true, false) => {
            "Con la plantilla aprobada por WhatsApp. Cuando conteste, podrá escribirle libremente."
        }
        (false, _) => "Con sus propias palabras.",
    }
}

/// Whether it goes free or by template; where it goes free it turns by itself when the time is over.
fn way(preview: &Preview, now: DateTime<Utc>) -> AnyView {
    const CLOSED: &str = "Este número no le ha escrito a OKLA en las últimas 24 horas: WhatsApp solo deja pasar una plantilla aprobada, con sus palabras dentro.";
    let Some(end) = preview.closes_at else {
        return view! { <p>{CLOSED}</p> }.into_any();
    };
    let seconds = i32::try_from((end - now).num_seconds()).unwrap_or_default();
    let clock = clock_in_santo_domingo(end);
    let until = if day_in_santo_domingo(end) == day_in_santo_domingo(now) {
        format!("las {clock}")
    } else {
        format!("las {clock} del {}", spoken_coming(end))
    };
    view! {
        <Countdown seconds=seconds>
            <p data-open>"Puede escribirle libremente hasta "{until}" · quedan "<span data-left>{left(end - now)}</span></p>
            <p data-closed hidden>{CLOSED}</p>
        </Countdown>
    }
    .into_any()
}
