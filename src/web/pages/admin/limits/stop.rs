use leptos::prelude::*;

use crate::{
    domain::kind::Kind,
    web::{
        flash::Flash,
        parts::{Field, FieldError},
    },
};

/// The kill switch.
#[component]
pub(super) fn Stop<'a>(flash: &'a Flash) -> impl IntoView + use<> {
    let kinds = std::iter::once(("", "Todos los tipos"))
        .chain(Kind::ALL.into_iter().map(|kind| (kind.as_str(), kind.label())));
    let kind = flash.value("tipo");
    let kinds: Vec<_> = kinds
        .map(|(word, label)| view! { <option value=word selected=kind == word>{label}</option> })
        .collect();
    let unknown = flash.problem("concesionario");
    let is_open = !flash.problems.is_empty();
    view! {
        <details class="panel stack" open=is_open>
            <summary>"Pausar envíos"</summary>
            <form method="post" action="/fn/admin/pausar" class="stack">
                <p class="hint">"Rige desde el próximo envío, en todos los servidores. Lo que ya espera en la cola no sale hasta que se reanude; quien quiera escribir lee que OKLA detuvo los envíos y puede abrir su propio WhatsApp."</p>
                <div class="columns">
                    <div class="field">
                        <label for="concesionario">"Concesionario"</label>
                        <input id="concesionario" name="concesionario" list="concesionarios" placeholder="Todos" autocomplete="off" value=flash.value("concesionario")
                            aria-invalid=unknown.is_some().then_some("true") aria-describedby="concesionario-error"/>
                        <FieldError field="concesionario" message=unknown/>
                    </div>
                    <div class="field">
                        <label for="tipo">"Tipo de mensaje"</label>
                        <select id="tipo" name="tipo">{kinds}</select>
                    </div>
                    <Field field="hasta" label="Hasta (opcional)" kind="datetime-local" complete="off" value=flash.value("hasta") problem=flash.problem("hasta")/>
                </div>
                <Field field="motivo" label="Motivo" complete="off" value=flash.value("motivo") problem=flash.problem("motivo")/>
                <Field field="palabra" label="Escriba PAUSAR para confirmar" complete="off" value="" problem=flash.problem("palabra")/>
                <button class="button danger">"Pausar"</button>
            </form>
        </details>
    }
}
