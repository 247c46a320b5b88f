//! Time that runs out: what is left is said again and again, and when nothing is, the other words stand there.

use leptos::{html::Div, prelude::*};

/// Its children bear the marks: `data-left` for what is left, `data-open` for what holds until then, `data-closed` for what
/// holds afterwards.
#[island]
pub fn Countdown(
    /// Until it is over, when the page was made.
    seconds: i32,
    children: Children,
) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let Some(root) = root.get() {
            browser::run(&root, seconds);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = seconds;
    view! { <div class="countdown" node_ref=root>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use chrono::TimeDelta;
    use leptos::prelude::*;
    use web_sys::Element;

    use crate::domain::time::left;

    const EVERY: Duration = Duration::from_secs(5);

    /// By the browser's own clock since the page was made, for timers of a page that is not looked at run late.
    pub fn run(root: &Element, seconds: i32) {
        let Some(clock) = window().performance() else { return };
        let (root, began) = (root.clone(), clock.now());
        let show = move || {
            #[expect(clippy::cast_possible_truncation, reason = "seconds since a page was made")]
            let passed = ((clock.now() - began) / 1_000.0) as i64;
            let rest = i64::from(seconds) - passed;
            if let Some(place) = find(&root, "[data-left]") {
                let words = left(TimeDelta::seconds(rest));
                if place.text_content().as_ref() != Some(&words) {
                    place.set_text_content(Some(&words));
                }
            }
            for (selector, shown) in [("[data-open]", rest > 0), ("[data-closed]", rest <= 0)] {
                if let Some(place) = find(&root, selector) {
                    // The name is valid.
                    let _set = place.toggle_attribute_with_force("hidden", !shown);
                }
            }
        };
        show();
        set_interval(show, EVERY);
    }

    fn find(root: &Element, selector: &str) -> Option<Element> {
        root.query_selector(selector).ok().flatten()
    }
}
