//! A list by keyboard: `/` to the search, `j` and `k` from row to row, `e` for the file, `?` for help, Esc out of it all.
//! Nothing of it is needed: each is a link or a field of the page.

use leptos::prelude::*;

/// Listens for the whole page. What the keys reach: the search, links in `tbody`, `a[download]`, `details#ayuda`.
#[island]
pub fn Keys() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(browser::listen);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    pub fn listen() {
        let handler = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            let held = event.ctrl_key() || event.meta_key() || event.alt_key();
            if !held && act(&event.key()) {
                event.prevent_default();
            }
        });
        let target = document();
        if let Err(refusal) =
            target.add_event_listener_with_callback("keydown", handler.as_ref().unchecked_ref())
        {
            leptos::logging::error!("{refusal:?}");
        }
        // The page is never left alive without its islands.
        handler.forget();
    }

    /// Does what a key stands for; `false`: nothing.
    fn act(key: &str) -> bool {
        if is_typing() {
            return key == "Escape" && leave();
        }
        match key {
            "/" => focus("input[type=search]") || go_to("/panel/mensajes"),
            "j" => step(1),
            "k" => step(-1),
            "e" => find("a[download]").map(|link| link.click()).is_some(),
            "?" => {
                find("#ayuda > summary").map(|summary| summary.click()).is_some()
                    || go_to("/panel/mensajes#ayuda")
            }
            "Escape" => leave(),
            _ => false,
        }
    }

    fn is_typing() -> bool {
        let focused = document().active_element();
        focused.is_some_and(|focused| ["INPUT", "TEXTAREA", "SELECT"].contains(&focused.tag_name().as_str()))
    }

    fn find(selector: &str) -> Option<HtmlElement> {
        document().query_selector(selector).ok().flatten()?.dyn_into().ok()
    }

    fn focus(selector: &str) -> bool {
        find(selector).is_some_and(|element| element.focus().is_ok())
    }

    /// Where there is no search, to the page of it.
    fn go_to(path: &str) -> bool {
        window().location().set_href(path).is_ok()
    }

    fn leave() -> bool {
        let focused = document().active_element().and_then(|focused| focused.dyn_into::<HtmlElement>().ok());
        focused.is_some_and(|focused| focused.blur().is_ok())
    }

    /// To the next row's link, or the one before; from nowhere to the first.
    fn step(by: i32) -> bool {
        let Ok(links) = document().query_selector_all("tbody a") else { return false };
        let all: Vec<Element> =
            (0..links.length()).filter_map(|index| links.item(index)?.dyn_into().ok()).collect();
        let focused = document().active_element();
        let here = all.iter().position(|link| focused.as_ref() == Some(link));
        let next = match (here, by) {
            (None, _) => 0,
            (Some(here), 1) => here + 1,
            (Some(here), _) => here.saturating_sub(1),
        };
        let link = all.get(next).and_then(|link| link.dyn_ref::<HtmlElement>());
        link.is_some_and(|link| link.focus().is_ok())
    }
}
