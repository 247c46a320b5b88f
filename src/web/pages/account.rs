use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::failed;
use crate::{
    app::{
        actor::Actor,
        consents::{Consents, read_consents},
        error::Result,
        own_data::{OwnData, read_own_data},
        prove_number::{NumberState, read_number},
        sessions::{OpenSession, list_own_sessions},
        set_second_factor::{SecondFactor, get_second_factor},
    },
    domain::{phone::Phone, user::Role},
    web::{
        flash::{self, Flash},
        forms,
        guard::{self, NUMBER, SECOND_FACTOR},
        parts::{
            ConsentHistory, FreeConsents, HasLeft, Notice, OpenSessions, PageTitle, PressProblems, Tone,
        },
        request::Current,
    },
};

/// `/cuenta`: one's own account: the number, what one agreed to, one's data, the password, where one is signed in.
#[component]
pub fn AccountPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    actor: Actor,
    own: OwnData,
    number: NumberState,
    consents: Consents,
    factor: SecondFactor,
    sessions: Vec<OpenSession>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::signed_in(&current)?;
    Ok(Loaded {
        own: read_own_data(&current.state, &actor).await?,
        number: read_number(&current.state, &actor).await?,
        consents: read_consents(&current.state, &actor).await?,
        factor: get_second_factor(&current.state, &actor, None).await?,
        sessions: list_own_sessions(&current.state, &actor, current.session.id()).await?,
        flash: flash::take(&current.session, forms::ACCOUNT).await?,
        now: current.state.clock.now(),
        actor,
    })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { actor, own, number, consents, factor, sessions, flash, now } = loaded;
    let done = flash.value("hecho");
    let role = actor.role;
    let several = sessions.len() > 1;
    let (tone, state, link) = match factor {
        SecondFactor::On { .. } => {
            (Tone::Ok, "Activo: al ingresar se pide también un código de su teléfono.", "Ver o quitar")
        }
        _ => (Tone::Info, "Apagado: para ingresar basta su contraseña.", "Activar"),
    };
    view! {
        <PageTitle text="Su cuenta"/>
        <div class="medium stack">
            <h1>"Su cuenta"</h1>
            <p class="soft">{actor.name}" · "{role.label()}</p>
            <PressProblems problems=flash.problems.clone()/>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <Number number=&number/>
            {(role == Role::Buyer).then(|| view! { <FreeConsents consents=&consents now=now/> })}
            <section class="panel stack">
                <h2>"Sus datos"</h2>
                <dl class="pairs">
                    <dt>"Nombre"</dt><dd>{own.name}</dd>
                    <dt>"Correo"</dt><dd class="break">{own.email}</dd>
                </dl>
                <div class="cluster">
                    <a class="button second" href="/cuenta/datos">"Corregir"<span class="unseen">" mis datos"</span></a>
                    <a class="button second" href="/cuenta/datos.json" download>"Descargar todo"</a>
                    <a class="button second" href="/cuenta/borrar">"Borrar mi cuenta"</a>
                </div>
                <ConsentHistory history=&consents.history now=now/>
                <p class="hint">"La Ley 172-13 le da derecho a ver, corregir, llevarse y borrar sus datos: aquí lo hace usted mismo."</p>
            </section>
            <section class="panel stack">
                <h2>"Contraseña"</h2>
                <p><a class="button second" href="/cuenta/clave">"Cambiar la contraseña"</a></p>
            </section>
            <section class="panel stack">
                <h2>"Segundo factor"</h2>
                <Notice tone=tone><p>{state}</p></Notice>
                <p><a class="button second" href=SECOND_FACTOR>{link}<span class="unseen">" el segundo factor"</span></a></p>
            </section>
            <section class="panel stack">
                <h2>"Dónde tiene la sesión abierta"</h2>
                <OpenSessions sessions=sessions now=now/>
                {several.then(|| view! {
                    <form method="post" action="/fn/sesiones-cerrar-otras">
                        <button class="button second">"Cerrar las demás"</button>
                    </form>
                })}
                <p class="hint">"Una sesión se cierra sola a los tres días sin uso, y a los treinta de abierta."</p>
            </section>
        </div>
    }
}

#[component]
fn Number<'a>(number: &'a NumberState) -> impl IntoView + use<> {
    let own = number.phone.as_ref().map(Phone::national);
    let (tone, state, link) = match (own, number.proved_at) {
        (Some(own), Some(_)) => (Tone::Ok, format!("{own}, comprobado."), "Ver o cambiar"),
        (Some(own), None) => (Tone::Warn, format!("{own}, sin comprobar."), "Comprobar"),
        (None, _) => (Tone::Info, "Su cuenta no tiene número.".to_owned(), "Añadir"),
    };
    view! {
        <section class="panel stack">
            <h2>"Teléfono"</h2>
            <Notice tone=tone><p>{state}</p></Notice>
            <HasLeft way_back=number.way_back.as_ref() words="Su número pidió no recibir mensajes de OKLA. Para volver, escriba ALTA al WhatsApp de OKLA."/>
            <p><a class="button second" href=NUMBER>{link}<span class="unseen">" mi número"</span></a></p>
        </section>
    }
}
