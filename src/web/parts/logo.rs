use leptos::prelude::*;

/// OKLA's mark and word: a car inside a speech bubble.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg viewBox="0 0 118 32" role="img" aria-label="OKLA">
            <rect class="logo-mark" width="32" height="32" rx="8"></rect>
            <path
                fill="#fff"
                d="M16 6c5.8 0 10.5 4 10.5 9.2s-4.7 9.2-10.5 9.2c-1.2 0-2.4-.2-3.5-.5L7 26.2l1.3-4.3c-1.8-1.7-2.8-4-2.8-6.7C5.5 10 10.2 6 16 6z"
            ></path>
            <path
                class="logo-mark"
                d="M9 18.4c-.2-1.7.3-2.7 1.4-3l1.7-2.9c.4-.8 1.1-1.1 2-1.1h3.8c.9 0 1.6.3 2 1.1l1.7 2.9c1.1.3 1.6 1.3 1.4 3 0 .5-.4.8-.8.8h-.9a1.7 1.7 0 0 1-3.4 0h-3.8a1.7 1.7 0 0 1-3.4 0h-.9c-.4 0-.8-.3-.8-.8zm4-3.2h6l-1-1.8c-.2-.3-.4-.4-.7-.4h-2.6c-.3 0-.5.1-.7.4z"
            ></path>
            <path
                class="logo-word"
                d="M50.5 8a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM67 6v20M79 7.5L68.5 16.3 80 24.5M86.5 6v18H96M99 26l7.5-18.5L114 26M102 19.5h9"
            ></path>
        </svg>
    }
}
