use leptos::prelude::*;

use super::failed;
use crate::{
    app::{
        error::Result,
        own_data::{OwnData, read_own_data},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{ErrorSummary, Field, Icon, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/cuenta/datos`: correcting one's name and e-mail.
#[component]
pub fn OwnDataPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((own, flash)) => view! { <Shown own=own flash=flash/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load() -> Result<(OwnData, Flash)> {
    let current = Current::get()?;
    let actor = guard::signed_in(&current)?;
    let own = read_own_data(&current.state, &actor).await?;
    Ok((own, flash::take(&current.session, forms::DATA).await?))
}

#[component]
fn Shown(own: OwnData, flash: Flash) -> impl IntoView {
    let done = flash.value("hecho");
    let typed = |field: &str, known: String| {
        let typed = flash.value(field);
        if typed.is_empty() { known } else { typed }
    };
    let (name, email) = (typed("name", own.name), typed("email", own.email));
    view! {
        <PageTitle text="Sus datos"/>
        <div class="narrow stack">
            <a class="back" href="/cuenta"><Icon path=icons::BACK/>"Su cuenta"</a>
            <h1>"Corregir sus datos"</h1>
            <ErrorSummary problems=flash.problems.clone()/>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <form method="post" action="/fn/datos-nombre" class="panel stack" novalidate>
                <Field field="name" label="Nombre" complete="name" value=name problem=flash.problem("name")/>
                <div class="actions"><button class="button">"Guardar el nombre"</button></div>
            </form>
            <form method="post" action="/fn/datos-correo" class="panel stack" novalidate>
                <Field field="email" label="Correo electrónico" kind="email" complete="email" value=email problem=flash.problem("email")/>
                <Field field="password" label="Contraseña" kind="password" complete="current-password" value="" problem=flash.problem("password")/>
                <div class="actions"><button class="button">"Guardar el correo"</button></div>
            </form>
            <p><a href=guard::NUMBER>"Comprobar o cambiar el número"</a></p>
        </div>
    }
}
