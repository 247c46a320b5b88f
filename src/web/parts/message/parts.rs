//! A message that went in several: how far each part is, and after a failure what arrived and what did not.

use leptos::prelude::*;

use crate::{
    domain::{conversation::Part, message::Status},
    web::parts::{
        icons::{self, Icon},
        status::icon,
    },
};

/// What the rest of a message needs to be told when a part of it is already out.
pub(super) const SEND_THE_REST: &str =
    "Si escribe de nuevo, envíe solo lo que falta; lo demás no hace falta repetirlo.";

/// «Parte 2 de 3: Entregado», a line each.
#[component]
pub(super) fn PartList<'a>(parts: &'a [Part]) -> impl IntoView + use<> {
    let total = parts.len();
    let line = |part: &Part| {
        let (path, word) = match part.status {
            Status::Canceled => (icons::CLOSE, "No se envió"),
            status => (icon(status), status.label()),
        };
        view! {
            <li data-status=part.status.as_str()>
                <Icon path=path/>
                {format!("Parte {} de {total}: ", part.number)}
                <strong>{word}</strong>
            </li>
        }
    };
    view! { <ol class="part-list" aria-label="Partes del mensaje">{parts.iter().map(line).collect_view()}</ol> }
}

/// Whether any part left the house and was not refused: such a one is charged and must not be written again.
pub(super) fn is_partly_out(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(fate(part), Fate::Arrived | Fate::OnItsWay))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrived,
    OnItsWay,
    Failed,
    NotSent,
}

fn fate(part: &Part) -> Fate {
    match part.status {
        Status::Delivered | Status::Read => Fate::Arrived,
        Status::Failed | Status::Undelivered => Fate::Failed,
        Status::Canceled => Fate::NotSent,
        Status::Queued | Status::Sending | Status::Verifying | Status::Sent => Fate::OnItsWay,
    }
}

/// Of a failed message: «Llegó la parte 1. La parte 2 no llegó. Por eso la parte 3 no se envió.»
pub(super) fn what_arrived(parts: &[Part]) -> String {
    let of = |wanted| {
        parts
            .iter()
            .filter(|part| fate(part) == wanted)
            .map(|part| part.number.to_string())
            .collect::<Vec<_>>()
    };
    let sentences = [
        sentence(&of(Fate::Arrived), "Llegó la parte {}.", "Llegaron las partes {}."),
        sentence(
            &of(Fate::OnItsWay),
            "La parte {} salió y su entrega aún no se confirma.",
            "Las partes {} salieron y su entrega aún no se confirma.",
        ),
        sentence(&of(Fate::Failed), "La parte {} no llegó.", "Las partes {} no llegaron."),
        sentence(
            &of(Fate::NotSent),
            "Por eso la parte {} no se envió.",
            "Por eso las partes {} no se enviaron.",
        ),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn sentence(numbers: &[String], one: &str, several: &str) -> Option<String> {
    match numbers {
        [] => None,
        [only] => Some(one.replace("{}", only)),
        [first @ .., last] => Some(several.replace("{}", &format!("{} y {last}", first.join(", ")))),
    }
}
