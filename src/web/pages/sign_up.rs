use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::error::Result,
    domain::{
        consent::Consent,
        user::{CONSENT_TEXT, CONSENT_VERSION},
    },
    web::{
        flash::{self, Flash},
        guard,
        parts::{ErrorSummary, Field, FieldError, PageTitle},
        redirect,
        request::Current,
    },
};

/// `/registro?volver=…`
#[component]
pub fn SignUpPage() -> impl IntoView {
    let back = use_query_map().with_untracked(|query| query.get("volver").unwrap_or_default());
    Suspend::new(async move {
        match load().await {
            Ok(flash) => view! { <Shown flash=flash back=back/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load() -> Result<Flash> {
    flash::take(&Current::get()?.session, "registro").await
}

#[component]
fn Shown(flash: Flash, back: String) -> impl IntoView {
    let back = redirect::local(&back).to_owned();
    let other_door = guard::sign_in_path(&back);
    let consent_problem = flash.problem("consent");
    let free = Consent::FREE
        .map(|consent| {
            let field = consent.field();
            let (ticked, problem) = (flash.value(field) == consent.version(), flash.problem(field));
            view! {
                <div class="field">
                    <label class="check">
                        <input
                            type="checkbox"
                            id=field
                            name=field
                            value=consent.version()
                            checked=ticked
                            aria-describedby=problem.is_some().then(|| format!("{field}-error"))
                        />
                        <span>{consent.text()}</span>
                    </label>
                    <FieldError field=field message=problem/>
                </div>
            }
        })
        .collect_view();
    view! {
        <PageTitle text="Crear cuenta"/>
        <div class="narrow stack">
            <h1>"Crear su cuenta"</h1>
            <form method="post" action="/fn/registro" class="panel stack" novalidate>
                <ErrorSummary problems=flash.problems.clone()/>
                <Field field="name" label="Nombre" complete="name" value=flash.value("name") problem=flash.problem("name")/>
                <Field field="email" label="Correo electrónico" kind="email" complete="email" value=flash.value("email") problem=flash.problem("email")/>
                <Field
                    field="phone"
                    label="Teléfono"
                    kind="tel"
                    complete="tel"
                    value=flash.value("phone")
                    problem=flash.problem("phone")
                    hint="809, 829 u 849 y siete cifras. De otro país, con + y su código."
                />
                <Field
                    field="password"
                    label="Contraseña"
                    kind="password"
                    complete="new-password"
                    value=""
                    problem=flash.problem("password")
                    hint="10 caracteres o más. Una frase es fácil de recordar."
                />
                <div class="field">
                    <label class="check">
                        <input
                            type="checkbox"
                            id="consent"
                            name="consent"
                            value=CONSENT_VERSION
                            checked=flash.value("consent") == CONSENT_VERSION
                            aria-describedby=consent_problem.is_some().then_some("consent-error")
                        />
                        <span>{CONSENT_TEXT}</span>
                    </label>
                    <FieldError field="consent" message=consent_problem/>
                </div>
                <fieldset class="stack">
                    <legend>"Si quiere, además"</legend>
                    {free}
                </fieldset>
                <input type="hidden" name="back" value=back/>
                <div class="actions"><button type="submit" class="button wide">"Crear cuenta"</button></div>
                <p>"¿Ya tiene cuenta? "<a href=other_door>"Ingrese"</a></p>
            </form>
        </div>
    }
}
