use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{error::Result, seed_demo::DEMO_ACCOUNTS},
    web::{
        flash::{self, Flash},
        guard,
        parts::{ErrorSummary, Field, Notice, PageTitle, Tone},
        redirect,
        request::Current,
    },
};

/// `/ingresar?volver=…`
#[component]
pub fn SignInPage() -> impl IntoView {
    let back = use_query_map().with_untracked(|query| query.get("volver").unwrap_or_default());
    Suspend::new(async move {
        match load().await {
            Ok((flash, demo)) => view! { <Shown flash=flash demo=demo back=back/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load() -> Result<(Flash, bool)> {
    let current = Current::get()?;
    Ok((flash::take(&current.session, "ingresar").await?, current.state.settings.demo))
}

#[component]
fn Shown(flash: Flash, demo: bool, back: String) -> impl IntoView {
    let back = redirect::local(&back).to_owned();
    let other_door = guard::sign_up_path(&back);
    let done = flash.value("hecho");
    view! {
        <PageTitle text="Ingresar"/>
        <div class="narrow stack">
            <h1>"Ingresar"</h1>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <form method="post" action="/fn/ingresar" class="panel stack" novalidate>
                <ErrorSummary problems=flash.problems.clone()/>
                <Field field="email" label="Correo electrónico" kind="email" complete="username" value=flash.value("email") problem=flash.problem("email")/>
                <Field field="password" label="Contraseña" kind="password" complete="current-password" value="" problem=flash.problem("password")/>
                <input type="hidden" name="back" value=back/>
                <div class="actions"><button type="submit" class="button wide">"Ingresar"</button></div>
                <p><a href=guard::FORGOTTEN>"Olvidé mi contraseña"</a></p>
                <p>"¿Es su primera vez? "<a href=other_door>"Cree su cuenta"</a></p>
            </form>
            {demo.then(|| view! { <DemoAccounts/> })}
        </div>
    }
}

/// In demo mode everyone knows them.
#[component]
fn DemoAccounts() -> impl IntoView {
    view! {
        <section class="panel stack">
            <h2>"Cuentas de prueba"</h2>
            <ul>{DEMO_ACCOUNTS.map(|(email, name, _)| view! { <li><strong>{email}</strong>" · "{name}</li> }).collect_view()}</ul>
            <p class="hint">"La contraseña la muestra «make run» al arrancar."</p>
        </section>
    }
}
