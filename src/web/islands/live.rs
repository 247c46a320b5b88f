//! A part of a page that follows the server: its content is replaced by what the server sends.

use leptos::{html::Div, prelude::*};

/// Shows `children`, then whatever fragment comes from `src` (server-sent events), until the last one.
#[island]
pub fn Live(
    src: String,
    /// So much changes so often that reading it aloud would only disturb.
    quiet: bool,
    children: Children,
) -> impl IntoView {
    let region = NodeRef::<Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let Some(region) = region.get() {
            watch(&region, &src);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    drop(src);
    view! {
        <div class="live" aria-live=if quiet { "off" } else { "polite" } node_ref=region>
            {children()}
        </div>
    }
}

/// Happens to the document whenever a fragment brought something new.
#[cfg(feature = "hydrate")]
pub(super) const CHANGED: &str = "okla:changed";

/// Puts each fragment from `src` into `region`; the browser reconnects by itself when the line breaks.
#[cfg(feature = "hydrate")]
pub(super) fn watch(region: &web_sys::Element, src: &str) {
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    let Ok(source) = EventSource::new(src) else { return };
    let put = {
        let region = region.clone();
        move |event: &MessageEvent| {
            let Some(html) = event.data().as_string() else { return };
            match put_in_place(&region, &html) {
                Ok(true) => tell_document(),
                Ok(false) => {}
                Err(refusal) => leptos::logging::error!("{refusal:?}"),
            }
        }
    };
    let more = {
        let put = put.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| put(&event))
    };
    let last = {
        let source = source.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            put(&event);
            source.close();
        })
    };
    source.set_onmessage(Some(more.as_ref().unchecked_ref()));
    // Without the last one's listener the browser only reconnects once more.
    let _listening = source.add_event_listener_with_callback("end", last.as_ref().unchecked_ref());
    more.forget();
    last.forget();
}

#[cfg(feature = "hydrate")]
fn tell_document() {
    if let Ok(event) = web_sys::Event::new(CHANGED) {
        // Nobody prevents what follows from it.
        let _told = document().dispatch_event(&event);
    }
}

/// Leaves what is the same as it was: it is not read aloud again, and its animation goes on. `false`: all of it was.
#[cfg(feature = "hydrate")]
pub(super) fn put_in_place(region: &web_sys::Element, html: &str) -> Result<bool, wasm_bindgen::JsValue> {
    use wasm_bindgen::JsCast;

    let fresh = region.clone_node()?.unchecked_into::<web_sys::Element>();
    fresh.set_inner_html(html);
    keep_open(region, &fresh)?;
    let focused = link_in_focus(region);
    let changed = replace_what_differs(region, &fresh)?;
    if let Some(href) = focused.filter(|_| link_in_focus(region).is_none()) {
        focus_link(region, &href)?;
    }
    Ok(changed)
}

#[cfg(feature = "hydrate")]
fn all(region: &web_sys::Element, tag: &str) -> Vec<web_sys::HtmlElement> {
    use wasm_bindgen::JsCast;

    let Ok(found) = region.query_selector_all(tag) else { return Vec::new() };
    (0..found.length()).filter_map(|place| found.item(place)?.dyn_into().ok()).collect()
}

/// What somebody opened stays open.
#[cfg(feature = "hydrate")]
fn keep_open(region: &web_sys::Element, fresh: &web_sys::Element) -> Result<(), wasm_bindgen::JsValue> {
    for (old, new) in all(region, "details").iter().zip(all(fresh, "details")) {
        if old.has_attribute("open") {
            new.set_attribute("open", "")?;
        }
    }
    Ok(())
}

/// Where the link in focus leads.
#[cfg(feature = "hydrate")]
fn link_in_focus(region: &web_sys::Element) -> Option<String> {
    let focused = web_sys::window()?.document()?.active_element()?;
    if region.contains(Some(&focused)) { focused.get_attribute("href") } else { None }
}

#[cfg(feature = "hydrate")]
fn focus_link(region: &web_sys::Element, href: &str) -> Result<(), wasm_bindgen::JsValue> {
    let links = all(region, "a");
    let same = links.iter().find(|link| link.get_attribute("href").as_deref() == Some(href));
    same.map_or(Ok(()), web_sys::HtmlElement::focus)
}

/// Child by child; into a stack of blocks it goes.
#[cfg(feature = "hydrate")]
fn replace_what_differs(
    region: &web_sys::Element,
    fresh: &web_sys::Element,
) -> Result<bool, wasm_bindgen::JsValue> {
    let mut changed = false;
    let (mut shown, mut next) = (region.first_element_child(), fresh.first_element_child());
    while let Some(new) = next {
        next = new.next_element_sibling();
        let Some(old) = shown.take() else {
            region.append_with_node_1(&new)?;
            changed = true;
            continue;
        };
        shown = old.next_element_sibling();
        if old.class_name() == "stack" && new.class_name() == "stack" {
            changed |= replace_what_differs(&old, &new)?;
        } else if old.outer_html() != new.outer_html() {
            old.replace_with_with_node_1(&new)?;
            changed = true;
        }
    }
    while let Some(old) = shown {
        shown = old.next_element_sibling();
        old.remove();
        changed = true;
    }
    Ok(changed)
}
