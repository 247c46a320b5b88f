//! Cells that every list of messages has.

use leptos::prelude::*;

use super::StatusPill;
use crate::domain::conversation::Message;

/// In place of words that are not kept any more.
pub const ERASED: &str = "(texto borrado por antigüedad o a pedido de su dueño)";

#[component]
pub fn VehicleCell<'a>(message: &'a Message) -> impl IntoView + use<> {
    let vehicle =
        message.vehicle.as_ref().map_or_else(|| "Sin vehículo".to_owned(), |(_, name)| name.clone());
    view! { <td data-label="Vehículo">{vehicle}</td> }
}

/// One line of the text; it leads to the message. The page loads no remote picture.
#[component]
pub fn TextCell<'a>(message: &'a Message, list: &'static str) -> impl IntoView + use<> {
    let first_line: String = match message.body.lines().next() {
        Some(line) => line.chars().take(120).collect(),
        None => ERASED.to_owned(),
    };
    view! { <td data-label="Mensaje" class="clip"><a href=format!("{list}/{}", message.id)>{first_line}</a></td> }
}

/// Icon, word and reason.
#[component]
pub fn StateCell<'a>(message: &'a Message) -> impl IntoView + use<> {
    let reason = message.outcome().map(|outcome| outcome.what);
    view! {
        <td data-label="Estado">
            <div>
                <StatusPill status=message.status/>
                {reason.map(|reason| view! { <p class="hint">{reason}</p> })}
            </div>
        </td>
    }
}
