//! What saves a change whose effect was seen: nothing of it can be typed any more.

use leptos::prelude::*;

use crate::{
    app::read_rules::RequestRow,
    domain::limits::Limit,
    web::{flash::Flash, forms::LIMIT_FIELDS, parts::Field},
};

#[component]
pub(super) fn Save<'a>(
    limit: Limit,
    slug: &'a str,
    version: i64,
    /// What was seen.
    form: &'a Flash,
    request: Option<&'a RequestRow>,
    /// More comes through with it than now.
    raised: bool,
) -> impl IntoView + use<> {
    let hidden = || {
        let own = [
            ("limite", limit.name().to_owned()),
            ("concesionario", slug.to_owned()),
            ("version", version.to_string()),
        ];
        let typed = LIMIT_FIELDS.map(|field| (field, form.value(field)));
        own.into_iter()
            .chain(typed)
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view()
    };
    let asks = request.is_some();
    let grant = request.filter(|_| raised).map(|request| {
        view! {
            <form method="post" action="/fn/admin/limite" class="panel stack">
                <h2>"Conceder lo que pide"</h2>
                {hidden()}
                <input type="hidden" name="solicitud" value=request.id.to_string()/>
                <Field field="contesta" label="Respuesta al concesionario (opcional)" complete="off" value=form.value("contesta") problem=form.problem("contesta")
                    hint="La lee en su página de límites, junto a lo concedido y su último día. El motivo no lo lee."/>
                <div class="cluster"><button class="button">"Conceder y guardar"</button></div>
            </form>
        }
    });
    let is_granted = grant.is_some();
    view! {
        {grant}
        <form method="post" action="/fn/admin/limite" class="cluster">
            {hidden()}
            <button class="button" class:second=is_granted>{if asks { "Guardar sin conceder" } else { "Guardar" }}</button>
            {(asks && !is_granted).then(|| view! { <p class="hint">"Conceder la solicitud solo cabe con un valor mayor que el de ahora: guardado así, sigue esperando su decisión."</p> })}
        </form>
    }
}
