//! The contact form's manners: it opens as a dialog, counts, sends once, shows errors at their fields, and then shows
//! the message on its way. The form itself is the server's and works without any of this.

use leptos::{html::Div, prelude::*};
use serde::{Deserialize, Serialize};

use crate::web::error::WebError;

/// What became of a press of «Enviar».
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContactAnswer {
    /// Taken in; the page of the message.
    Accepted { page: String },
    /// What is wrong, by field; an empty field is the form as a whole.
    Refused(Vec<Refused>),
    /// The session has ended: where to sign in.
    SignIn { page: String },
}

/// A sentence about a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub field: String,
    pub message: String,
}

/// Whoever is signed in writes to the seller of a vehicle. Posted by the plain form and called by the island alike.
#[server(prefix = "/fn", endpoint = "contactar")]
pub async fn post_contact(
    #[server(default)] vehicle: String,
    #[server(default)] reason: String,
    #[server(default)] slot1: String,
    #[server(default)] slot2: String,
    #[server(default)] message: String,
    #[server(default)] image_url: String,
    #[server(default)] form_key: String,
) -> Result<ContactAnswer, WebError> {
    let typed = crate::web::forms::Typed {
        reason: &reason,
        slot1: &slot1,
        slot2: &slot2,
        message: &message,
        image_url: &image_url,
        form_key: &form_key,
        to: "",
    };
    crate::web::forms::contact(&vehicle, &typed).await
}

/// Decorates the opener, the dialog and the form that are its children.
#[island]
pub fn Contact(children: Children) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let Some(root) = root.get() {
            browser::decorate(&root);
        }
    });
    view! { <div class="contact" node_ref=root>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{
        Element, FormData, HtmlButtonElement, HtmlDialogElement, HtmlElement, HtmlFormElement,
        HtmlTextAreaElement, Url,
    };

    use super::{ContactAnswer, Refused, post_contact};
    use crate::{
        domain::length::{Length, MOST_CHARS},
        web::islands::{live::watch, preview::follow},
    };

    /// Near the end the count is said aloud, not at each key.
    const SAY_FROM: usize = 100;

    pub fn decorate(root: &Element) {
        if let (Some(opener), Some(dialog)) = (find(root, "[data-open]"), dialog(root)) {
            open_and_close(root, &opener, &dialog);
        }
        let Some(form) = find(root, "form").and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        count_as_typed(root);
        follow(root);
        // A form of a page of its own is posted by the browser, and its answer is the next page.
        if !form.has_attribute("data-plain") {
            send_once(root, &form);
        }
    }

    fn open_and_close(root: &Element, opener: &Element, dialog: &HtmlDialogElement) {
        let shown = dialog.clone();
        listen(opener, &ev::click, move |event| {
            // A click that asks for a new tab is left alone.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) && shown.show_modal().is_ok() {
                event.prevent_default();
            }
        });
        if let Ok(closers) = root.query_selector_all("[data-close]") {
            for index in 0..closers.length() {
                let Some(closer) = closers.item(index).and_then(|node| node.dyn_into::<Element>().ok())
                else {
                    continue;
                };
                let (root, dialog) = (root.clone(), dialog.clone());
                listen(&closer, &ev::click, move |event| {
                    event.prevent_default();
                    if may_close(&root) {
                        dialog.close();
                    }
                });
            }
        }
        let asked = root.clone();
        listen(dialog, &ev::Custom::<web_sys::Event>::new("cancel"), move |event| {
            if !may_close(&asked) {
                event.prevent_default();
            }
        });
    }

    /// What was typed and not sent is not thrown away by a slip of the hand.
    fn may_close(root: &Element) -> bool {
        let unsent = find(root, "form").is_some_and(|form| !form.has_attribute("hidden"));
        let changed =
            text_area(root).is_some_and(|area| area.value() != area.default_value().unwrap_or_default());
        !(unsent && changed)
            || window()
                .confirm_with_message("Su mensaje no se ha enviado. ¿Cerrar y perderlo?")
                .unwrap_or(true)
    }

    fn count_as_typed(root: &Element) {
        let (Some(area), Some(counter), Some(in_parts)) =
            (text_area(root), find(root, "[data-counter]"), find(root, "[data-in-parts]"))
        else {
            return;
        };
        let own_whatsapp = find(root, "[data-own-whatsapp]");
        let show = {
            let area = area.clone();
            move || {
                let length = Length::of(&area.value());
                let over = length.chars > MOST_CHARS;
                let near = length.chars + SAY_FROM > MOST_CHARS;
                counter.set_text_content(Some(&length.counted()));
                set(&counter, "aria-live", if near { "polite" } else { "off" });
                set(&counter, "class", if over { "over" } else { "" });
                // Said aloud when it changes, and only then.
                let told = length.in_parts().unwrap_or_default();
                if in_parts.text_content().as_ref() != Some(&told) {
                    in_parts.set_text_content(Some(&told));
                }
                if let Some(own) = &own_whatsapp {
                    with_text(own, &area.value());
                }
            }
        };
        show();
        listen(&area, &ev::input, move |_| show());
    }

    /// The way out by one's own WhatsApp carries the same words.
    fn with_text(link: &Element, text: &str) {
        let Some(url) = link.get_attribute("href").and_then(|href| Url::new(&href).ok()) else {
            return;
        };
        url.search_params().set("text", text);
        set(link, "href", &url.href());
    }

    fn send_once(root: &Element, form: &HtmlFormElement) {
        let keyed = form.clone();
        listen(form, &ev::keydown, move |event| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                said(keyed.request_submit());
            }
        });
        let (root, sent) = (root.clone(), form.clone());
        let busy = StoredValue::new(false);
        listen(form, &ev::submit, move |event| {
            event.prevent_default();
            if busy.get_value() {
                return;
            }
            busy.set_value(true);
            let (root, form) = (root.clone(), sent.clone());
            leptos::task::spawn_local(async move {
                set_busy(&form, true);
                clear_problems(&root);
                match post(&form).await {
                    Ok(ContactAnswer::Accepted { page }) => show_accepted(&root, &form, &page),
                    Ok(ContactAnswer::SignIn { page }) => go(&page),
                    Ok(ContactAnswer::Refused(problems)) => show_problems(&root, &problems),
                    Err(error) => {
                        show_problems(&root, &[Refused { field: String::new(), message: error.to_string() }]);
                    }
                }
                set_busy(&form, false);
                busy.set_value(false);
            });
        });
    }

    async fn post(form: &HtmlFormElement) -> Result<ContactAnswer, crate::web::error::WebError> {
        let data = FormData::new_with_form(form).map_err(|_| crate::web::error::WebError::Unexpected)?;
        let value = |name: &str| data.get(name).as_string().unwrap_or_default();
        post_contact(
            value("vehicle"),
            value("reason"),
            value("slot1"),
            value("slot2"),
            value("message"),
            value("image_url"),
            value("form_key"),
        )
        .await
    }

    fn set_busy(form: &HtmlFormElement, busy: bool) {
        let Some(button) =
            find(form, "button[type=submit]").and_then(|b| b.dyn_into::<HtmlButtonElement>().ok())
        else {
            return;
        };
        set(&button, "aria-busy", if busy { "true" } else { "false" });
        if let Some(word) = find(&button, "[data-word]") {
            word.set_text_content(Some(if busy { "Enviando…" } else { "Enviar" }));
        }
    }

    fn clear_problems(root: &Element) {
        for field in ["", "slot1", "slot2", "message", "image_url"] {
            set_problem(root, field, None);
        }
    }

    fn show_problems(root: &Element, problems: &[Refused]) {
        for problem in problems {
            set_problem(root, &problem.field, Some(&problem.message));
        }
        let first = problems.first().map(|problem| problem.field.as_str()).unwrap_or_default();
        let target =
            if first.is_empty() { find(root, "[data-problem='']") } else { find(root, &format!("#{first}")) };
        focus(target);
    }

    fn set_problem(root: &Element, field: &str, message: Option<&str>) {
        if let Some(place) = find(root, &format!("[data-problem='{field}']")) {
            show(&place, message.is_some());
            if let Some(words) = find(&place, "[data-words]") {
                words.set_text_content(message);
            }
        }
        if let Some(input) = find(root, &format!("[name='{field}']")) {
            let marked =
                input.set_attribute("aria-invalid", if message.is_some() { "true" } else { "false" });
            debug_assert!(marked.is_ok(), "fixed names are valid");
        }
    }

    fn show_accepted(root: &Element, form: &HtmlFormElement, page: &str) {
        let Some(sent) = find(root, "[data-sent]") else {
            return go(page);
        };
        show(form, false);
        show(&sent, true);
        if let Some(link) = find(&sent, "[data-page]") {
            set(&link, "href", page);
        }
        if let Some(heading) =
            find(&sent, "[tabindex]").and_then(|heading| heading.dyn_into::<HtmlElement>().ok())
        {
            let _focused = heading.focus();
        }
        if let Some(region) = find(&sent, ".live") {
            watch(&region, &format!("{page}/eventos"));
        }
    }

    fn go(page: &str) {
        said(window().location().assign(page));
    }

    fn focus(target: Option<Element>) {
        if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            said(target.focus());
        }
    }

    fn set(element: &Element, name: &str, value: &str) {
        said(element.set_attribute(name, value));
    }

    fn show(element: &Element, shown: bool) {
        said(element.toggle_attribute_with_force("hidden", !shown));
    }

    /// The browser's own refusals go to its console, where the end-to-end tests read.
    fn said<T>(result: Result<T, wasm_bindgen::JsValue>) {
        if let Err(refusal) = result {
            leptos::logging::error!("{refusal:?}");
        }
    }

    fn find(within: &Element, selector: &str) -> Option<Element> {
        within.query_selector(selector).ok().flatten()
    }

    fn dialog(root: &Element) -> Option<HtmlDialogElement> {
        find(root, "dialog")?.dyn_into().ok()
    }

    fn text_area(root: &Element) -> Option<HtmlTextAreaElement> {
        find(root, "textarea")?.dyn_into().ok()
    }

    /// The page is never left alive without its islands: listeners live as long as it does.
    fn listen<E: ev::EventDescriptor + 'static>(
        target: &Element,
        event: &E,
        handler: impl FnMut(E::EventType) + 'static,
    ) where
        E::EventType: wasm_bindgen::convert::FromWasmAbi + 'static,
    {
        use wasm_bindgen::closure::Closure;
        let closure = Closure::<dyn FnMut(E::EventType)>::new(handler);
        said(target.add_event_listener_with_callback(&event.name(), closure.as_ref().unchecked_ref()));
        closure.forget();
    }
}
