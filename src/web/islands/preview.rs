//! What arrives of what is being typed, and by which way: asked of the server, which puts a message's words together, a moment
//! after the last key.

use std::{collections::HashMap, fmt, str::FromStr};

use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    domain::ids::{MessageId, ThreadId, VehicleId},
    web::error::WebError,
};

const NUMBER: &str = "numero";
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
    /// The number that is typed, perhaps about a vehicle.
    Number(Option<VehicleId>),
    /// Many, by an offer, which may bear a vehicle's link.
    Offer(Option<VehicleId>),
}

impl fmt::Display for PreviewOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vehicle(id) => write!(f, "vehiculo:{id}"),
            Self::Thread(id) => write!(f, "conversacion:{id}"),
            Self::Message(id) => write!(f, "mensaje:{id}"),
            Self::Number(None) => f.write_str(NUMBER),
            Self::Number(Some(id)) => write!(f, "{NUMBER}:{id}"),
            Self::Offer(None) => f.write_str(OFFER),
            Self::Offer(Some(id)) => write!(f, "{OFFER}:{id}"),
        }
    }
}

impl FromStr for PreviewOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} names nobody to write to");
        match text {
            NUMBER => return Ok(Self::Number(None)),
            OFFER => return Ok(Self::Offer(None)),
            _ => {}
        }
        let (what, id) = text.split_once(':').ok_or_else(wrong)?;
        let id: Uuid = id.parse().map_err(|_| wrong())?;
        match what {
            "vehiculo" => Ok(Self::Vehicle(VehicleId(id))),
            "conversacion" => Ok(Self::Thread(ThreadId(id))),
            "mensaje" => Ok(Self::Message(MessageId(id))),
            NUMBER => Ok(Self::Number(Some(VehicleId(id)))),
            OFFER => Ok(Self::Offer(Some(VehicleId(id)))),
            _ => Err(wrong()),
        }
    }
}

/// Whoever is signed in sees what his words would arrive as, drawn as on the page. Asked by the island; a plain form's press
/// leads back to its page, which shows it.
#[server(prefix = "/fn", endpoint = "vista-previa")]
pub async fn post_preview(
    #[server(default)] vista: String,
    #[server(flatten)] fields: HashMap<String, String>,
) -> Result<String, WebError> {
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    let typed = crate::web::forms::Typed {
        message: value("message"),
        reason: value("reason"),
        slot1: value("slot1"),
        slot2: value("slot2"),
        image_url: value("image_url"),
        form_key: value("form_key"),
        to: value("to"),
    };
    crate::web::forms::show_preview(&vista, &typed).await
}

/// Keeps the preview within `root` true: to what is typed in its form, to what is said meanwhile, to the time that is left.
#[cfg(feature = "hydrate")]
pub(super) fn follow(root: &web_sys::Element) {
    browser::follow(root);
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use chrono::TimeDelta;
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Element, EventTarget, FormData, HtmlFormElement};

    use super::post_preview;
    use crate::{
        domain::time::left,
        web::islands::live::{CHANGED, put_in_place},
    };

    const PAUSE: Duration = Duration::from_millis(400);
    const EVERY: Duration = Duration::from_secs(5);
    const FIELDS: [&str; 6] = ["to", "message", "reason", "slot1", "slot2", "image_url"];

    pub fn follow(root: &Element) {
        let (Some(place), Some(form)) = (find(root, "[data-preview]"), find(root, "form")) else { return };
        let (Some(shown), Ok(form)) = (find(&place, "[data-shown]"), form.dyn_into::<HtmlFormElement>())
        else {
            return;
        };
        if let Some(button) = find(&place, "[data-again]") {
            // What it does, happens by itself; hidden it would still be what Enter presses.
            button.remove();
        }
        let composer = Composer { form, shown, asked: StoredValue::new(0), ends: StoredValue::new(None) };
        composer.see_end();
        let ask = {
            let composer = composer.clone();
            Closure::<dyn FnMut()>::new(move || composer.ask_soon())
        };
        let targets: [(&EventTarget, &str); 2] = [(&composer.form, "input"), (&document(), CHANGED)];
        for (target, event) in targets {
            // Fixed names are valid.
            let _listening = target.add_event_listener_with_callback(event, ask.as_ref().unchecked_ref());
        }
        ask.forget();
        set_interval(move || composer.count_down(), EVERY);
    }

    #[derive(Clone)]
    struct Composer {
        form: HtmlFormElement,
        /// What is drawn again.
        shown: Element,
        asked: StoredValue<u32>,
        /// When free text ends, by the browser's own clock: timers of a page that is not looked at run late.
        ends: StoredValue<Option<f64>>,
    }

    impl Composer {
        /// Asks the server when nothing has happened for a moment.
        fn ask_soon(&self) {
            // What was in it has gone.
            if self.form.has_attribute("hidden") {
                return;
            }
            self.asked.update_value(|count| *count += 1);
            let (composer, count) = (self.clone(), self.asked.get_value());
            set_timeout(
                move || {
                    if composer.asked.get_value() == count {
                        leptos::task::spawn_local(async move { composer.show(count).await });
                    }
                },
                PAUSE,
            );
        }

        async fn show(&self, count: u32) {
            let Ok(data) = FormData::new_with_form(&self.form) else { return };
            let value = |name: &str| data.get(name).as_string().unwrap_or_default();
            let of = match value("vehiculo") {
                vehicle if vehicle.is_empty() => value("vista"),
                vehicle => value("vista") + ":" + &vehicle,
            };
            let mut fields = FIELDS.map(|name| (name.to_owned(), value(name)));
            // An offer's words bear another name.
            fields[1].1 += &value("texto");
            let Ok(html) = post_preview(of, fields.into()).await else { return };
            // Something happened meanwhile: a later answer comes.
            if self.asked.get_value() != count {
                return;
            }
            if let Err(refusal) = put_in_place(&self.shown, &html) {
                leptos::logging::error!("{refusal:?}");
            }
            self.see_end();
        }

        fn see_end(&self) {
            let seconds = find(&self.shown, "[data-left]").and_then(|place| place.get_attribute("data-left"));
            let seconds = seconds.and_then(|seconds| seconds.parse::<u32>().ok());
            self.ends.set_value(seconds.zip(now()).map(|(seconds, now)| now + f64::from(seconds) * 1_000.0));
        }

        /// When nothing is left, the server is asked until it has said what holds now.
        fn count_down(&self) {
            let (Some(ends), Some(now)) = (self.ends.get_value(), now()) else { return };
            #[expect(clippy::cast_possible_truncation, reason = "seconds of a day")]
            let rest = TimeDelta::seconds(((ends - now) / 1_000.0) as i64);
            if let Some(place) = find(&self.shown, "[data-left]") {
                place.set_text_content(Some(&left(rest)));
            }
            if rest <= TimeDelta::zero() {
                self.ask_soon();
            }
        }
    }

    fn now() -> Option<f64> {
        window().performance().map(|clock| clock.now())
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
            PreviewOf::Number(None),
            PreviewOf::Number(Some(VehicleId(id))),
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
