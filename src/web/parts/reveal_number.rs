use leptos::prelude::*;

use super::Field;
use crate::web::flash::Flash;

/// An admin asks for whole numbers, with a reason.
#[component]
pub fn RevealNumber<'a>(
    /// Where the form is posted to.
    action: &'static str,
    /// Of the user or the message.
    id: String,
    label: &'static str,
    flash: &'a Flash,
) -> impl IntoView + use<> {
    let problem = flash.problem("motivo_numero");
    let is_open = problem.is_some();
    view! {
        <details class="panel stack" open=is_open>
            <summary>{label}</summary>
            <form method="post" action=action class="stack">
                <input type="hidden" name="id" value=id/>
                <Field field="motivo_numero" label="Motivo" complete="off" value=flash.value("motivo_numero") problem=problem hint="Queda en la auditoría."/>
                <button class="button second">"Mostrar"</button>
            </form>
        </details>
    }
}
