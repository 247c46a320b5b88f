//! A part of a page that follows the server: its content is replaced by what the server sends.

use leptos::{html::Div, prelude::*};

/// Shows `children`, then whatever fragment comes from `src` (server-sent events), until the last one.
#[island]
pub fn Live(src: String, children: Children) -> impl IntoView {
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
        <div class="live" aria-live="polite" node_ref=region>
            {children()}
        </div>
    }
}

/// Puts each fragment from `src` into `region`; the browser reconnects by itself when the line breaks.
#[cfg(feature = "hydrate")]
pub(super) fn watch(region: &web_sys::Element, src: &str) {
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    let Ok(source) = EventSource::new(src) else { return };
    let put = {
        let region = region.clone();
        move |event: &MessageEvent| {
            if let Some(html) = event.data().as_string() {
                region.set_inner_html(&html);
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
