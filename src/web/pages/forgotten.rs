use leptos::prelude::*;
use url::Url;

use super::failed;
use crate::{
    app::{
        error::Result,
        opt_out::write_to_okla,
        reset_password::{Reset, read_reset},
    },
    domain::phone::Phone,
    web::{
        flash::{self, Flash},
        forms,
        guard::{self, FORGOTTEN},
        islands::Live,
        parts::{ErrorSummary, Field, Icon, PageTitle, ResetProgress, icons},
        request::Current,
        session,
    },
};

/// `/olvide-mi-clave`: a new password for whoever sends a code from his proved number. It looks the same for every e-mail.
#[component]
pub fn ForgottenPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    reset: Option<Reset>,
    flash: Flash,
    demo: bool,
    /// OKLA's number, and what opens WhatsApp there.
    number: Phone,
    write: Url,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let reset = match session::reset(&current.session).await? {
        Some(id) => read_reset(&current.state, id).await?,
        None => None,
    };
    let flash = flash::take(&current.session, forms::FORGOTTEN).await?;
    let settings = &current.state.settings;
    let write = write_to_okla(settings, "Olvidé mi contraseña de OKLA y no comprobé mi número.")?;
    Ok(Loaded { reset, flash, demo: settings.demo, number: settings.number.clone(), write })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { reset, flash, demo, number, write } = loaded;
    let shown = flash.clone();
    let body = match reset {
        Some(reset) => view! {
            <section class="panel stack">
                {if let Reset::Waiting(_) = reset {
                    view! {
                        <Live src=format!("{FORGOTTEN}/eventos") quiet=false>
                            <ResetProgress reset=&reset flash=&shown demo=demo/>
                        </Live>
                    }
                    .into_any()
                } else {
                    view! { <ResetProgress reset=&reset flash=&shown demo=demo/> }.into_any()
                }}
            </section>
            <details class="panel">
                <summary>"Empezar de nuevo"</summary>
                <Ask flash=flash.clone()/>
            </details>
        }
        .into_any(),
        None => view! { <section class="panel stack"><Ask flash=flash.clone()/></section> }.into_any(),
    };
    view! {
        <PageTitle text="Olvidé mi contraseña"/>
        <div class="narrow stack">
            <a class="back" href=guard::sign_in_path("/")><Icon path=icons::BACK/>"Ingresar"</a>
            <h1>"Olvidé mi contraseña"</h1>
            <ErrorSummary problems=flash.problems.clone()/>
            {body}
            <p class="hint">
                "Solo sirve si comprobó su número en «Su cuenta». Si no, "
                <a href=write.to_string() rel="noreferrer">"escriba a OKLA por WhatsApp"</a>{format!(", al {}.", number.national())}
            </p>
        </div>
    }
}

#[component]
fn Ask(flash: Flash) -> impl IntoView {
    view! {
        <form method="post" action="/fn/clave-olvidada" class="stack" novalidate>
            <Field field="email" label="Correo electrónico" kind="email" complete="username" value=flash.value("email") problem=flash.problem("email")/>
            <div class="actions"><button class="button wide">"Pedir un código"</button></div>
        </form>
    }
}
