use leptos::prelude::*;

use super::failed;
use crate::{
    app::error::Result,
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{ErrorSummary, Field, Icon, PageTitle, icons},
        request::Current,
    },
};

/// `/cuenta/clave`: changing one's password.
#[component]
pub fn PasswordPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(flash) => view! { <Shown flash=flash/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load() -> Result<Flash> {
    let current = Current::get()?;
    guard::signed_in(&current)?;
    flash::take(&current.session, forms::PASSWORD).await
}

#[component]
fn Shown(flash: Flash) -> impl IntoView {
    view! {
        <PageTitle text="Cambiar la contraseña"/>
        <div class="narrow stack">
            <a class="back" href="/cuenta"><Icon path=icons::BACK/>"Su cuenta"</a>
            <h1>"Cambiar la contraseña"</h1>
            <form method="post" action="/fn/clave-cambiar" class="panel stack" novalidate>
                <ErrorSummary problems=flash.problems.clone()/>
                <Field field="password" label="Contraseña actual" kind="password" complete="current-password" value="" problem=flash.problem("password")/>
                <Field field="nueva" label="Contraseña nueva" kind="password" complete="new-password" value="" problem=flash.problem("nueva")
                    hint="10 caracteres o más. Una frase es fácil de recordar."/>
                <div class="actions"><button class="button wide">"Cambiar"</button></div>
                <p class="hint">"Las demás sesiones abiertas se cierran."</p>
            </form>
        </div>
    }
}
