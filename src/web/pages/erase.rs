use leptos::prelude::*;

use super::failed;
use crate::{
    app::error::Result,
    domain::user::Role,
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{ErrorSummary, Field, Icon, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/cuenta/borrar`: erasing oneself, with what goes and what stays.
#[component]
pub fn ErasePage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((role, flash)) => view! { <Shown role=role flash=flash/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load() -> Result<(Role, Flash)> {
    let current = Current::get()?;
    let actor = guard::signed_in(&current)?;
    Ok((actor.role, flash::take(&current.session, forms::ERASE).await?))
}

#[component]
fn Shown(role: Role, flash: Flash) -> impl IntoView {
    let words = if role == Role::Buyer {
        "Lo que escribió y lo que le contestaron, también en las páginas y archivos de los concesionarios. Lo que aún no ha salido se retira."
    } else {
        "Lo que escribió en su trabajo es del negocio y se queda, sin su nombre. El concesionario, sus vehículos y sus cuentas no cambian."
    };
    view! {
        <PageTitle text="Borrar su cuenta"/>
        <div class="narrow stack">
            <a class="back" href="/cuenta"><Icon path=icons::BACK/>"Su cuenta"</a>
            <h1>"Borrar su cuenta y sus datos"</h1>
            <ErrorSummary problems=flash.problems.clone()/>
            <section class="panel stack">
                <h2>"Se borra"</h2>
                <ul>
                    <li>"Su nombre, su correo, su número y su contraseña."</li>
                    <li>"Sus permisos, sesiones, segundo factor y tokens."</li>
                    <li>{words}</li>
                    <li>"Lo que se escribió a su número y desde él, si lo comprobó. Si no, compruébelo antes: nadie puede borrar lo de un número que no ha demostrado que es suyo."</li>
                </ul>
                <h2>"Se queda"</h2>
                <ul>
                    <li>"Que hubo un mensaje, cuándo, en qué estado y cuánto costó: lo pide la contabilidad, y ya no dice de quién."</li>
                    <li>"Si respondió BAJA, un resumen con clave de su número, que no se puede leer, para no volver a escribirle."</li>
                    <li>"Lo que ya llegó a otros teléfonos por WhatsApp: OKLA no puede borrarlo allí."</li>
                </ul>
                <p><a class="button second" href="/cuenta/datos.json" download>"Descargar antes mis datos"</a></p>
            </section>
            <form method="post" action="/fn/borrar-cuenta" class="panel stack" novalidate>
                <Notice tone=Tone::Warn><p>"No se puede deshacer."</p></Notice>
                <Field field="palabra" label="Palabra" complete="off" value=flash.value("palabra") problem=flash.problem("palabra")
                    hint="Escriba BORRAR para confirmar."/>
                <Field field="password" label="Contraseña" kind="password" complete="current-password" value="" problem=flash.problem("password")/>
                <div class="actions"><button class="button danger">"Borrar para siempre"</button></div>
            </form>
        </div>
    }
}
