use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::failed;
use crate::{
    app::{
        error::Result,
        reading::{Reading, read_words},
    },
    domain::time::full_stamp,
    web::{parts::PageTitle, request::Current},
};

/// `/leer/{key}`: all of a message's words, for whoever got their beginning on WhatsApp. The key is all he needs.
#[component]
pub fn ReadingPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    Suspend::new(async move {
        match load(&token).await {
            Ok(reading) => view! { <Shown reading=reading/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load(token: &str) -> Result<Reading> {
    let current = Current::get()?;
    read_words(&current.state, token).await
}

#[component]
fn Shown(reading: Reading) -> impl IntoView {
    let about = reading.vehicle.map(|vehicle| format!("Sobre {vehicle}"));
    view! {
        <PageTitle text="Mensaje completo"/>
        <div class="narrow stack">
            <h1>"Mensaje de "{reading.from}</h1>
            <p class="soft">{about.map(|about| format!("{about} · "))}{full_stamp(reading.created_at)}</p>
            <section class="panel stack">
                <p class="words">{reading.words}</p>
                {reading.image_url.map(|url| view! {
                    <p><a href=url rel="noopener noreferrer nofollow" target="_blank">"Imagen adjunta (se abre aparte)"</a></p>
                })}
            </section>
            <p class="hint">"Para responder, escriba en la conversación de WhatsApp donde recibió este enlace."</p>
        </div>
    }
}
