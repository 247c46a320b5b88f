//! What a person sees while a code of his is on its way.

use leptos::prelude::*;

use super::{
    form::Field,
    handset::handset_path,
    icons::{self, Icon},
    notice::{Notice, Tone},
    second_factor::QrCode,
};
use crate::{
    app::{
        proofs::Asked,
        prove_number::{NumberState, Step},
        reset_password::Reset,
    },
    domain::{phone::Phone, time::clock_in_santo_domingo},
    web::{
        flash::Flash,
        guard::{FORGOTTEN, NUMBER},
    },
};

/// How one's number stands. Posts and links lead back to its page.
#[component]
pub fn NumberProgress<'a>(state: &'a NumberState, flash: &'a Flash, demo: bool) -> impl IntoView + use<> {
    let own = state.phone.as_ref().map(Phone::national);
    let is_proved = state.proved_at.is_some();
    let stands = match own.clone() {
        Some(number) if is_proved => view! {
            <Notice tone=Tone::Ok><p><strong>{number}</strong>" es su número y está comprobado."</p></Notice>
        }
        .into_any(),
        Some(number) => view! {
            <Notice tone=Tone::Warn>
                <p><strong>{number}</strong>" todavía no está comprobado: puede enviar pocos mensajes al día, no le llegan avisos y no podría recuperar su contraseña."</p>
            </Notice>
        }
        .into_any(),
        None => view! { <Notice><p>"Su cuenta no tiene número."</p></Notice> }.into_any(),
    };
    let step = match &state.step {
        Step::Nothing => {
            view! { <AskAgain label=if is_proved { "Comprobar otra vez" } else { "Pedir un código" }/> }
                .into_any()
        }
        Step::Waiting(asked) => {
            let from = match own {
                Some(number) => format!("Envíe este código desde el WhatsApp de {number}:"),
                None => "Envíe este código desde su WhatsApp:".to_owned(),
            };
            let phone = state.phone.as_ref().filter(|_| demo);
            view! {
                <p>{from}</p>
                <Code asked=asked phone=phone/>
                <p><a href=NUMBER>"Ya lo envié, actualizar"</a></p>
                <AskAgain label="Pedir otro código"/>
            }
            .into_any()
        }
        Step::Other(from) => view! { <OtherNumber from=from flash=flash/> }.into_any(),
    };
    view! { <div class="stack">{stands}{step}</div> }
}

#[component]
fn AskAgain(label: &'static str) -> impl IntoView {
    view! {
        <form method="post" action="/fn/numero-codigo">
            <button class="button second">{label}</button>
        </form>
    }
}

/// The code came from another number than the account's.
#[component]
fn OtherNumber<'a>(from: &'a Phone, flash: &'a Flash) -> impl IntoView + use<> {
    let number = from.national();
    view! {
        <form method="post" action="/fn/numero-tomar" class="stack" novalidate>
            <Notice tone=Tone::Warn>
                <p>"El código llegó desde "<strong>{number}</strong>", que no es el número de su cuenta. ¿Es suyo? Si no lo es, pida otro código y no haga nada más."</p>
            </Notice>
            <Field field="password" label="Contraseña" kind="password" complete="current-password" value="" problem=flash.problem("password")/>
            <div class="actions"><button class="button">"Sí, usar este número"</button></div>
        </form>
        <AskAgain label="No es mío: pedir otro código"/>
    }
}

/// The code, and the ways to send it. `phone`: in demo mode, whose telephone is at hand.
#[component]
fn Code<'a>(asked: &'a Asked, phone: Option<&'a Phone>) -> impl IntoView + use<> {
    let Asked { code, words, link, number, expires_at, .. } = asked.clone();
    let until = clock_in_santo_domingo(expires_at);
    let handset = phone.map(handset_path);
    view! {
        <p><code class="secret">{format!("OKLA {code}")}</code></p>
        <p>
            <a class="button whatsapp" href=link.to_string() rel="noreferrer"><Icon path=icons::WHATSAPP/>"Abrir WhatsApp con el código escrito"</a>
        </p>
        <details>
            <summary>"¿WhatsApp está en otro teléfono?"</summary>
            <div class="stack">
                <p>"Escanee esto con él, o escriba a "<strong>{number.national()}</strong>" por WhatsApp: «"{words}"»."</p>
                <QrCode text=link.as_str() label="Código QR que abre WhatsApp con el código escrito"/>
            </div>
        </details>
        {handset.map(|href| view! { <p><a href=href>"Enviarlo desde el teléfono simulado"</a></p> })}
        <p class="hint">{format!("Vale una vez, hasta las {until}. Es gratis. Envíelo solo si usted lo pidió aquí: OKLA nunca le pide un código por teléfono ni por mensaje.")}</p>
    }
}

/// A forgotten password on its way to a new one.
#[component]
pub fn ResetProgress<'a>(reset: &'a Reset, flash: &'a Flash, demo: bool) -> impl IntoView + use<> {
    let step = match reset {
        Reset::Waiting(asked) => view! {
            <p>"Si hay una cuenta con ese correo y su número está comprobado, envíe este código desde el WhatsApp de ese número:"</p>
            <Code asked=asked phone=None/>
            {demo.then(|| view! { <p><a href="/demo/telefono">"Ver el teléfono simulado"</a></p> })}
            <p><a href=FORGOTTEN>"Ya lo envié, actualizar"</a></p>
        }
        .into_any(),
        Reset::Proved => view! {
            <form method="post" action="/fn/clave-nueva" class="stack" novalidate>
                <Notice tone=Tone::Ok><p>"El código llegó. Ponga su contraseña nueva."</p></Notice>
                <Field
                    field="password"
                    label="Contraseña nueva"
                    kind="password"
                    complete="new-password"
                    value=""
                    problem=flash.problem("password")
                    hint="10 caracteres o más. Una frase es fácil de recordar."
                />
                <div class="actions"><button class="button wide">"Cambiar la contraseña"</button></div>
            </form>
        }
        .into_any(),
    };
    view! { <div class="stack">{step}</div> }
}
