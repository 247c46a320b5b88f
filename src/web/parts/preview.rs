use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{
    icons::{self, Icon},
    notice::{Notice, Tone},
};
use crate::{
    app::preview::{Preview, Window},
    domain::{
        image_url::ImageUrl,
        time::{clock_in_santo_domingo, day_in_santo_domingo, left, spoken_coming},
    },
    web::islands::PreviewOf,
};

/// What arrives if it is sent now, and by which way. `data-preview` marks it for the island that keeps it true, and
/// `data-shown` what is drawn again.
#[component]
pub fn PreviewPart<'a>(
    /// `None`: it is not known to whom.
    preview: Option<&'a Preview>,
    of: PreviewOf,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    view! {
        <section class="stack preview" aria-label="Vista previa" data-preview>
            <h2>"Así le llega"</h2>
            <div class="stack" data-shown><Arrives preview=preview now=now/></div>
            <input type="hidden" name="vista" value=of.to_string()/>
            <p><button class="button second" formaction="/fn/vista-previa" formnovalidate data-again>"Ver cómo llega"</button></p>
        </section>
    }
}

/// The way, what arrives, and what else follows.
#[component]
pub fn Arrives<'a>(
    preview: Option<&'a Preview>,
    /// Why there is none.
    #[prop(optional)]
    problem: String,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let way = preview.map(|preview| way(preview.window, now));
    let unavailable = preview.and_then(|preview| preview.unavailable.clone());
    let note = preview.map_or(problem, note);
    let mut image = preview.and_then(|preview| preview.image.clone());
    let bubbles: Vec<_> = preview
        .map(|preview| preview.bubbles.clone())
        .unwrap_or_default()
        .into_iter()
        .map(|words| view! { <div class="bubble out">{image.take().map(|url| view! { <Attached url=url/> })}<p>{words}</p></div> })
        .collect();
    let nothing = bubbles.is_empty();
    view! {
        {way}
        {unavailable.map(|words| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> })}
        <div class="chat">
            {bubbles}
            {nothing.then(|| view! { <p class="day">"Escriba para ver cómo llega."</p> })}
        </div>
        <p class="hint">{note}</p>
    }
}

/// A picture as the telephone shows it; none is ever loaded into a page of ours.
#[component]
fn Attached(url: ImageUrl) -> impl IntoView {
    view! {
        <a class="media" href=url.as_str().to_owned() rel="noopener noreferrer nofollow" target="_blank">
            <Icon path=icons::PICTURE/>"Imagen adjunta (se abre aparte)"
        </a>
    }
}

/// What else follows.
fn note(preview: &Preview) -> String {
    let words = match preview {
        Preview { problem: Some(problem), .. } => return problem.clone(),
        Preview { bubbles, .. } if bubbles.is_empty() => "",
        Preview { by_template: false, .. } => "Con sus propias palabras.",
        Preview { window: Window::Open(_), .. } => {
            "Con la plantilla de las pruebas de manejo, que lleva botones para contestar."
        }
        Preview { waits: true, .. } => {
            "El resto sale solo, libre, cuando conteste; entonces toma su lugar y su costo."
        }
        _ => "Con la plantilla aprobada por WhatsApp. Cuando conteste, podrá escribirle libremente.",
    };
    words.to_owned()
}

/// Whether it goes free, and until when, or by template. `data-left` is what the island counts down, from so many seconds.
fn way(window: Window, now: DateTime<Utc>) -> AnyView {
    let end = match window {
        Window::Open(end) => end,
        Window::Closed => {
            return view! { <p>"Este número no le ha escrito a OKLA en las últimas 24 horas: WhatsApp solo deja pasar una plantilla aprobada, con sus palabras dentro."</p> }
                .into_any();
        }
        Window::Untold => {
            return view! { <p>"Se decide al enviar. Si esta persona le escribió a OKLA en las últimas 24 horas, le llega tal como usted lo escribe; si no, WhatsApp solo deja pasar una plantilla aprobada, con sus palabras dentro, que es lo que se ve aquí."</p> }
                .into_any();
        }
    };
    let clock = clock_in_santo_domingo(end);
    let until = if day_in_santo_domingo(end) == day_in_santo_domingo(now) {
        format!("las {clock}")
    } else {
        format!("las {clock} del {}", spoken_coming(end))
    };
    let rest = end - now;
    view! {
        <p>"Puede escribirle libremente hasta "{until}" · quedan "<span data-left=rest.num_seconds().to_string()>{left(rest)}</span></p>
    }
    .into_any()
}
