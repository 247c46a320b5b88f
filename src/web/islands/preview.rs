//! What arrives of what is being typed: asked of the server, which puts a message's words together, a moment after the last
//! key.

use std::{fmt, str::FromStr};

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::ids::{MessageId, ThreadId, VehicleId},
    web::error::WebError,
};

const OFFER: &str = "oferta";

/// Whom the words would go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewOf {
    /// The seller of a vehicle.
    Vehicle(VehicleId),
    /// The other side of a dealer's conversation.
    Thread(ThreadId),
    /// The dealer of one's own message's conversation.
    Message(MessageId),
    /// Many, by an offer, which may bear a vehicle's link.
    Offer(Option<VehicleId>),
}

impl fmt::Display for PreviewOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vehicle(id) => write!(f, "vehiculo:{id}"),
            Self::Thread(id) => write!(f, "conversacion:{id}"),
            Self::Message(id) => write!(f, "mensaje:{id}"),
            Self::Offer(None) => f.write_str(OFFER),
            Self::Offer(Some(id)) => write!(f, "{OFFER}:{id}"),
        }
    }
}

impl FromStr for PreviewOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} names nobody to write to");
        if text == OFFER {
            return Ok(Self::Offer(None));
        }
        let (what, id) = text.split_once(':').ok_or_else(wrong)?;
        let id: Uuid = id.parse().map_err(|_| wrong())?;
        match what {
            "vehiculo" => Ok(Self::Vehicle(VehicleId(id))),
            "conversacion" => Ok(Self::Thread(ThreadId(id))),
            "mensaje" => Ok(Self::Message(MessageId(id))),
            OFFER => Ok(Self::Offer(Some(VehicleId(id)))),
            _ => Err(wrong()),
        }
    }
}

/// What would arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previewed {
    /// None: the words cannot be sent, or there are none.
    pub bubbles: Vec<String>,
    pub note: String,
}

/// Whoever is signed in sees what his words would arrive as. Asked by the island; a plain form's press leads back to its
/// page, which shows it.
#[server(prefix = "/fn", endpoint = "vista-previa")]
pub async fn post_preview(
    #[server(default)] vista: String,
    #[server(default)] message: String,
    #[server(default)] reason: String,
    #[server(default)] slot1: String,
    #[server(default)] slot2: String,
    #[server(default)] image_url: String,
    #[server(default)] form_key: String,
) -> Result<Previewed, WebError> {
    let typed = crate::web::forms::Typed {
        message: &message,
        reason: &reason,
        slot1: &slot1,
        slot2: &slot2,
        image_url: &image_url,
        form_key: &form_key,
    };
    crate::web::forms::show_preview(&vista, &typed).await
}

/// Keeps the preview within `root` true to what is typed in its form.
#[cfg(feature = "hydrate")]
pub(super) fn follow(root: &web_sys::Element) {
    browser::follow(root);
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{Element, Event, FormData, HtmlFormElement};

    use super::post_preview;

    const PAUSE: Duration = Duration::from_millis(400);

    pub fn follow(root: &Element) {
        let (Some(place), Some(form)) = (find(root, "[data-preview]"), find(root, "form")) else { return };
        let Ok(form) = form.dyn_into::<HtmlFormElement>() else { return };
        if let Some(button) = find(&place, "[data-again]") {
            // What it does, happens by itself; hidden it would still be what Enter presses.
            button.remove();
        }
        let typed = StoredValue::new(0_u32);
        let watched = form.clone();
        let changed = Closure::<dyn FnMut(Event)>::new(move |_: Event| {
            typed.update_value(|count| *count += 1);
            let (count, form, place) = (typed.get_value(), form.clone(), place.clone());
            set_timeout(
                move || {
                    if typed.get_value() == count {
                        leptos::task::spawn_local(async move { show(&form, &place, typed, count).await });
                    }
                },
                PAUSE,
            );
        });
        // Fixed names are valid.
        let _listening = watched.add_event_listener_with_callback("input", changed.as_ref().unchecked_ref());
        changed.forget();
    }

    async fn show(form: &HtmlFormElement, place: &Element, typed: StoredValue<u32>, count: u32) {
        let Ok(data) = FormData::new_with_form(form) else { return };
        let value = |name: &str| data.get(name).as_string().unwrap_or_default();
        let of = match value("vehiculo") {
            vehicle if vehicle.is_empty() => value("vista"),
            vehicle => value("vista") + ":" + &vehicle,
        };
        let asked = post_preview(
            of,
            // A form has the one or the other.
            value("message") + &value("texto"),
            value("reason"),
            value("slot1"),
            value("slot2"),
            value("image_url"),
            String::new(),
        );
        let Ok(previewed) = asked.await else { return };
        // Somebody typed on meanwhile: a later answer comes.
        if typed.get_value() != count {
            return;
        }
        if let Some(bubbles) = find(place, "[data-bubbles]") {
            // A bubble in which more stands than the words keeps it.
            if let Some(words) = find(&bubbles, "[data-text]") {
                words.set_text_content(previewed.bubbles.first().map(String::as_str));
                said(bubbles.toggle_attribute_with_force("hidden", previewed.bubbles.is_empty()));
            } else {
                bubbles.set_inner_html("");
                for words in &previewed.bubbles {
                    append(&bubbles, words);
                }
            }
        }
        if let Some(note) = find(place, "[data-note]") {
            note.set_text_content(Some(&previewed.note));
        }
    }

    /// As the server draws it; words are set as text and never read as HTML.
    fn append(bubbles: &Element, words: &str) {
        let made = document().create_element("div").and_then(|bubble| {
            bubble.set_class_name("bubble out");
            let paragraph = document().create_element("p")?;
            paragraph.set_text_content(Some(words));
            bubble.append_with_node_1(&paragraph)?;
            bubbles.append_with_node_1(&bubble)
        });
        said(made);
    }

    /// The browser's refusal is for whoever looks for it.
    fn said<T>(done: Result<T, JsValue>) {
        if let Err(refusal) = done {
            leptos::logging::error!("{refusal:?}");
        }
    }

    fn find(root: &Element, selector: &str) -> Option<Element> {
        root.query_selector(selector).ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_the_words_go_to_is_read_as_it_is_written() {
        let id = Uuid::from_u128(7);
        for of in [
            PreviewOf::Vehicle(VehicleId(id)),
            PreviewOf::Thread(ThreadId(id)),
            PreviewOf::Message(MessageId(id)),
            PreviewOf::Offer(None),
            PreviewOf::Offer(Some(VehicleId(id))),
        ] {
            assert_eq!(of.to_string().parse(), Ok(of));
        }
        for wrong in ["", "vehiculo", "vehiculo:", "vehiculo:7", "otro:00000000-0000-0000-0000-000000000007"]
        {
            assert!(wrong.parse::<PreviewOf>().is_err(), "{wrong}");
        }
    }
}
