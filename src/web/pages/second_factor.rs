use leptos::prelude::*;

use super::failed;
use crate::{
    app::{
        error::Result,
        second_factor::Shared,
        set_second_factor::{SecondFactor, get_second_factor, open_codes},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{CodeField, ErrorSummary, Field, Icon, Notice, PageTitle, QrCode, Tone, icons},
        request::Current,
        session,
    },
};

/// `/cuenta/segundo-factor`: turning one's own on and off; for an admin without one the only page but those open to all.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    factor: SecondFactor,
    /// Shown once.
    codes: Vec<String>,
    must_enrol: bool,
    flash: Flash,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::signed_in_or_enrolling(&current)?;
    let flash = flash::take(&current.session, forms::FACTOR).await?;
    let begun = session::begun(&current.session).await?;
    Ok(Loaded {
        factor: get_second_factor(&current.state, &actor, begun.as_deref()).await?,
        codes: open_codes(&current.state, &actor, &flash.value("codigos")),
        must_enrol: current.enrolling.is_some(),
        flash,
    })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { factor, codes, must_enrol, flash } = loaded;
    let done = flash.value("hecho");
    let problems = flash.problems.clone();
    view! {
        <PageTitle text="Segundo factor"/>
        <div class="narrow stack">
            {(!must_enrol).then(|| view! { <a class="back" href="/cuenta"><Icon path=icons::BACK/>"Su cuenta"</a> })}
            <h1>"Segundo factor"</h1>
            {must_enrol.then(|| view! {
                <Notice tone=Tone::Warn>
                    <p>"Un administrador entra con contraseña y con un código de su teléfono. Actívelo ahora: hasta entonces la sala del administrador no se abre."</p>
                </Notice>
            })}
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <ErrorSummary problems=problems/>
            {match factor {
                SecondFactor::Off => view! { <Begin flash=flash/> }.into_any(),
                SecondFactor::Begun(shared) => view! { <Confirm shared=shared flash=flash/> }.into_any(),
                SecondFactor::On { .. } if !codes.is_empty() => view! { <RecoveryCodes codes=codes/> }.into_any(),
                SecondFactor::On { recovery_codes_left } => view! { <TurnOff left=recovery_codes_left flash=flash/> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Begin(flash: Flash) -> impl IntoView {
    view! {
        <section class="panel stack">
            <p>"Al ingresar se pide, además de la contraseña, un código que cambia cada 30 segundos en su teléfono. Quien le robe la contraseña no entra."</p>
            <p>"Necesita una aplicación de códigos: Google Authenticator, Microsoft Authenticator, Aegis, la de su gestor de contraseñas u otra."</p>
        </section>
        <form method="post" action="/fn/segundo-factor-empezar" class="panel stack" novalidate>
            <h2>"Activarlo"</h2>
            <OwnPassword flash=flash/>
            <button class="button">"Activar"</button>
        </form>
    }
}

#[component]
fn Confirm(shared: Shared, flash: Flash) -> impl IntoView {
    let Shared { words, url } = shared;
    view! {
        <section class="panel stack">
            <h2>"1. Añada OKLA a su aplicación"</h2>
            <p>"Escanee este código con la aplicación:"</p>
            <QrCode text=&url label="Código QR con el secreto que está escrito debajo"/>
            <p>"¿Está en el mismo teléfono? "<a href=url>"Ábralo en su aplicación"</a>", o escriba el secreto en ella:"</p>
            <p><code class="secret">{words}</code></p>
        </section>
        <form method="post" action="/fn/segundo-factor-confirmar" class="panel stack" novalidate>
            <h2>"2. Escriba el código que muestra"</h2>
            <CodeField hint="Seis cifras." problem=flash.problem("codigo")/>
            <button class="button">"Confirmar"</button>
        </form>
        <details class="panel">
            <summary>"Empezar de nuevo con otro secreto"</summary>
            <form method="post" action="/fn/segundo-factor-empezar" class="stack" novalidate>
                <OwnPassword flash=flash/>
                <button class="button quiet">"Empezar de nuevo"</button>
            </form>
        </details>
    }
}

#[component]
fn OwnPassword(flash: Flash) -> impl IntoView {
    view! {
        <Field field="password" label="Contraseña" kind="password" complete="current-password" value="" problem=flash.problem("password")/>
    }
}

#[component]
fn RecoveryCodes(codes: Vec<String>) -> impl IntoView {
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
    view! {
        <div role="status"><Notice tone=Tone::Ok><p>"El segundo factor está activo."</p></Notice></div>
        <section class="panel stack">
            <h2>"Guarde sus códigos de recuperación"</h2>
            <p><strong>"No se mostrarán otra vez."</strong>" Si pierde el teléfono, cada uno abre su cuenta una sola vez en lugar del código. Imprímalos o guárdelos en su gestor de contraseñas, no en el teléfono."</p>
            <ul class="codes">{codes}</ul>
            <p><a class="button" href="/cuenta">"Ya los guardé"</a></p>
        </section>
    }
}

#[component]
fn TurnOff(left: i64, flash: Flash) -> impl IntoView {
    let (tone, left) = match left {
        0 => (
            Tone::Warn,
            "No le quedan códigos de recuperación: quítelo y actívelo de nuevo para tener diez.".to_owned(),
        ),
        1 => (Tone::Warn, "Le queda un código de recuperación.".to_owned()),
        left => (Tone::Ok, format!("Le quedan {left} códigos de recuperación.")),
    };
    view! {
        <Notice tone=tone><p><strong>"El segundo factor está activo."</strong>" "{left}</p></Notice>
        <form method="post" action="/fn/segundo-factor-quitar" class="panel stack" novalidate>
            <h2>"Quitarlo"</h2>
            <p class="hint">"Para cambiar de teléfono: quítelo y actívelo en el nuevo."</p>
            <OwnPassword flash=flash.clone()/>
            <CodeField hint="El de su aplicación, o un código de recuperación." problem=flash.problem("codigo")/>
            <button class="button danger">"Quitar el segundo factor"</button>
        </form>
    }
}
