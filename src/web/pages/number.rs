use leptos::prelude::*;

use super::failed;
use crate::{
    app::{
        error::Result,
        prove_number::{NumberState, Step, read_number},
    },
    web::{
        flash::{self, Flash},
        forms,
        guard::{self, NUMBER},
        islands::Live,
        parts::{ErrorSummary, Field, Icon, Notice, NumberProgress, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/cuenta/numero`: proving one's number, and changing it.
#[component]
pub fn NumberPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    state: NumberState,
    flash: Flash,
    demo: bool,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::signed_in(&current)?;
    let state = read_number(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::NUMBER).await?;
    Ok(Loaded { state, flash, demo: current.state.settings.demo })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { state, flash, demo } = loaded;
    let done = flash.value("hecho");
    let may_change = !matches!(state.step, Step::Other(_));
    let changing = flash.problem("phone").is_some();
    let shown = flash.clone();
    view! {
        <PageTitle text="Su número"/>
        <div class="narrow stack">
            <a class="back" href="/cuenta"><Icon path=icons::BACK/>"Su cuenta"</a>
            <h1>"Su número de teléfono"</h1>
            <ErrorSummary problems=flash.problems.clone()/>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <section class="panel stack">
                {if let Step::Waiting(_) = state.step {
                    view! {
                        <Live src=format!("{NUMBER}/eventos") quiet=false>
                            <NumberProgress state=&state flash=&shown demo=demo/>
                        </Live>
                    }
                    .into_any()
                } else {
                    view! { <NumberProgress state=&state flash=&shown demo=demo/> }.into_any()
                }}
            </section>
            {may_change.then(|| view! {
                <details class="panel stack" open=changing>
                    <summary>"Cambiar de número"</summary>
                    <form method="post" action="/fn/numero-cambiar" class="stack" novalidate>
                        <Field field="phone" label="Teléfono" kind="tel" complete="tel" value=flash.value("phone") problem=flash.problem("phone")
                            hint="809, 829 u 849 y siete cifras. De otro país, con + y su código."/>
                        <Field field="password" label="Contraseña" kind="password" complete="current-password" value="" problem=flash.problem("password")/>
                        <div class="actions"><button class="button second">"Cambiar"</button></div>
                        <p class="hint">"El nuevo queda sin comprobar hasta que envíe un código desde él."</p>
                    </form>
                </details>
            })}
            <p><a href="/">"Ver los vehículos"</a></p>
        </div>
    }
}
