use leptos::prelude::*;

/// The way to the rows after these, where there are any.
#[component]
pub fn Next(href: Option<String>) -> impl IntoView {
    href.map(|href| {
        view! { <nav class="cluster" aria-label="Páginas"><a class="button second" href=href>"Siguientes"</a></nav> }
    })
}
