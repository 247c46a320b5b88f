use leptos::prelude::*;

use super::icons::{self, Icon};

/// How grave a notice is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Info,
    Ok,
    Warn,
    Bad,
}

/// A box with something to know: icon, words and colour together.
#[component]
pub fn Notice(#[prop(default = Tone::Info)] tone: Tone, children: Children) -> impl IntoView {
    let (class, path) = match tone {
        Tone::Info => ("notice", icons::INFO),
        Tone::Ok => ("notice ok", icons::CHECK),
        Tone::Warn => ("notice warn", icons::WARN),
        Tone::Bad => ("notice bad", icons::BAD),
    };
    view! {
        <div class=class>
            <Icon path=path/>
            {children()}
        </div>
    }
}

/// A list without entries: says so, and what to do next.
#[component]
pub fn Empty(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="empty">
            <svg viewBox="0 0 144 72" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">
                <path d="M8 60h128" stroke-dasharray="2 9"></path>
                <path d="M30 52H20c-3 0-4-2-4-5 0-8 3-12 10-13l18-3c9-11 20-17 34-17 13 0 24 6 36 17 10 1 16 5 16 13 0 5-2 8-6 8h-8M52 52h38M44 31h66M76 14v17"></path>
                <circle cx="41" cy="52" r="9"></circle>
                <circle cx="101" cy="52" r="9"></circle>
            </svg>
            <h2>{title}</h2>
            {children()}
        </section>
    }
}
