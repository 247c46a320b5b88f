use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{
    icons::{self, Icon},
    message_row::ERASED,
    status::Ticks,
};
use crate::{
    app::{
        threads::{File, Line},
        unassigned::Unassigned,
    },
    domain::{
        ids::InboundId,
        inbound::Extra,
        media::{Unshown, spoken_size},
        time::{clock_in_santo_domingo, spoken_day},
    },
};

/// What was said, the oldest first; the reader's own words on the right.
#[component]
pub fn ThreadLines<'a>(
    lines: &'a [Line],
    now: DateTime<Utc>,
    /// Whether the reader is the dealer.
    dealer: bool,
) -> impl IntoView + use<> {
    let mut day = None;
    let bubbles: Vec<_> = lines
        .iter()
        .map(|line| {
            let its_day = spoken_day(line.at, now);
            let begins = day.replace(its_day.clone()).as_ref() != Some(&its_day);
            view! {
                {begins.then(|| view! { <p class="day">{its_day}</p> })}
                <Bubble line=line dealer=dealer/>
            }
        })
        .collect();
    view! { <div class="chat" role="log" aria-label="Conversación">{bubbles}</div> }
}

#[component]
fn Bubble<'a>(line: &'a Line, dealer: bool) -> impl IntoView + use<> {
    let is_own = line.by_dealer == dealer;
    let speaker = if is_own {
        "Usted: "
    } else if line.by_dealer {
        "El concesionario: "
    } else {
        "El comprador: "
    };
    let has_more = line.extra.is_some() || !line.files.is_empty() || line.files_left > 0;
    let words = if line.body.is_empty() && !has_more { ERASED.to_owned() } else { line.body.clone() };
    let files: Vec<_> = line.files.iter().map(|file| attachment(file, dealer)).collect();
    view! {
        <div class=if is_own { "bubble out" } else { "bubble" }>
            {files}
            {left_out(line.files_left).map(|words| view! { <p class="soft">{words}</p> })}
            {line.extra.as_ref().map(extra)}
            <p><span class="unseen">{speaker}</span>{words}</p>
            <span class="stamp">
                <time datetime=line.at.to_rfc3339()>{clock_in_santo_domingo(line.at)}</time>
                {line.status.filter(|_| is_own).map(|status| view! { <Ticks status=status/> })}
            </span>
        </div>
    }
}

/// What somebody sent that is in no conversation yet, whatever it is. `opens`: the reader is who may open its files.
#[component]
pub fn Came<'a>(words: &'a Unassigned, opens: bool) -> impl IntoView + use<> {
    let Unassigned { body, files, files_left, .. } = words;
    let nothing = body.is_empty() && words.extra.is_none() && files.is_empty() && *files_left <= 0;
    let files: Vec<_> =
        files.iter().map(|file| if opens { attachment(file, true) } else { named(file) }).collect();
    view! {
        <div class="came">
            {files}
            {left_out(*files_left).map(|words| view! { <p class="soft">{words}</p> })}
            {words.extra.as_ref().map(extra)}
            {(!body.is_empty()).then(|| view! { <p class="words">{body.clone()}</p> })}
            {nothing.then(|| view! { <p class="soft">"Un mensaje sin texto"</p> })}
        </div>
    }
}

/// A dealer's words are for nobody.
#[component]
pub fn DiscardForm(words: InboundId) -> impl IntoView {
    view! {
        <form method="post" action="/fn/descartar">
            <input type="hidden" name="words" value=words.to_string()/>
            <button class="button second">"No es de nadie"</button>
        </form>
    }
}

/// What a file is, without the way to it.
fn named(file: &File) -> AnyView {
    let words = file.kind.map_or_else(
        || not_there(file).to_owned(),
        |kind| format!("{} · {}", kind.label(), spoken_size(file.size)),
    );
    view! { <p class="soft">{words}</p> }.into_any()
}

fn not_there(file: &File) -> &'static str {
    file.problem.map_or("Recibiendo un archivo…", Unshown::sentence)
}

/// A picture is shown, for it is kept here and not elsewhere; all else is there to be saved.
fn attachment(file: &File, dealer: bool) -> AnyView {
    let folder = if dealer { "/panel/conversaciones/adjuntos" } else { "/mensajes/adjuntos" };
    let href = format!("{folder}/{}", file.id);
    let Some(kind) = file.kind else {
        return view! { <p class="soft">{not_there(file)}</p> }.into_any();
    };
    let about = format!("{} · {}", kind.label(), spoken_size(file.size));
    if kind.is_image() {
        let (width, height) = file.dimensions.unzip();
        let source = href.clone();
        return view! {
            <a class="picture" href=href>
                <img src=source alt=format!("{about}. Se abre en grande.") width=width height=height loading="lazy"/>
            </a>
        }
        .into_any();
    }
    view! { <a class="media" href=href download=""><Icon path=icons::TAG/>{about}</a> }.into_any()
}

fn left_out(files: i16) -> Option<String> {
    match files {
        ..=0 => None,
        1 => Some("Y 1 archivo más que OKLA no tomó.".to_owned()),
        many => Some(format!("Y {many} archivos más que OKLA no tomó.")),
    }
}

fn extra(extra: &Extra) -> AnyView {
    let map = extra.map().map(|href| {
        view! { <a class="media" href=href rel="noopener noreferrer nofollow" target="_blank"><Icon path=icons::PIN/>"Ver en el mapa"</a> }
    });
    view! { <p>{extra.words()}</p>{map} }.into_any()
}
