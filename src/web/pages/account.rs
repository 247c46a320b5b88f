use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::failed;
use crate::{
    app::{
        actor::Actor,
        error::Result,
        sessions::{OpenSession, list_own_sessions},
        set_second_factor::{SecondFactor, get_second_factor},
    },
    web::{
        flash::{self, Flash},
        forms,
        guard::{self, SECOND_FACTOR},
        parts::{Notice, OpenSessions, PageTitle, PressProblems, Tone},
        request::Current,
    },
};

/// `/cuenta`: one's own account: the second factor and where one is signed in.
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
    factor: SecondFactor,
    sessions: Vec<OpenSession>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load() -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::signed_in(&current)?;
    Ok(Loaded {
        factor: get_second_factor(&current.state, &actor, None).await?,
        sessions: list_own_sessions(&current.state, &actor, current.session.id()).await?,
        flash: flash::take(&current.session, forms::ACCOUNT).await?,
        now: current.state.clock.now(),
        actor,
    })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { actor, factor, sessions, flash, now } = loaded;
    let done = flash.value("hecho");
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
            <p class="soft">{actor.name}" · "{actor.role.label()}</p>
            <PressProblems problems=flash.problems.clone()/>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
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
