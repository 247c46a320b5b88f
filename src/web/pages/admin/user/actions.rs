use leptos::prelude::*;

use crate::{
    app::list_users::ShownUser,
    domain::{ids::UserId, user::Role},
    web::{
        flash::Flash,
        parts::{Choice, Field, FieldError},
    },
};

const REASON: &str = "Queda en la auditoría.";

/// What an admin may change of another's account.
#[component]
pub fn Actions<'a>(
    user: &'a ShownUser,
    /// Short and full names.
    dealers: Vec<(String, String)>,
    flash: &'a Flash,
) -> impl IntoView + use<> {
    let id = user.id;
    let disabled = user.disabled_at.is_some();
    view! {
        {user.has_second_factor.then(|| view! { <ResetFactor id=id flash=flash/> })}
        <ChangeRole user=user dealers=dealers flash=flash/>
        <Disable id=id disabled=disabled flash=flash/>
    }
}

#[component]
fn ResetFactor<'a>(id: UserId, flash: &'a Flash) -> impl IntoView + use<> {
    let problem = flash.problem("motivo_factor");
    let is_open = problem.is_some();
    view! {
        <details class="panel stack" open=is_open>
            <summary>"Quitar su segundo factor"</summary>
            <form method="post" action="/fn/admin/usuario-factor" class="stack">
                <p class="hint">"Para quien perdió el teléfono y los códigos de recuperación. Compruebe antes que es él. Sus sesiones se cierran; ingresa con la contraseña y lo activa de nuevo."</p>
                <input type="hidden" name="id" value=id.to_string()/>
                <Field field="motivo_factor" label="Motivo" complete="off" value=flash.value("motivo_factor") problem=problem hint=REASON/>
                <button class="button danger">"Quitar el segundo factor"</button>
            </form>
        </details>
    }
}

#[component]
fn ChangeRole<'a>(
    user: &'a ShownUser,
    dealers: Vec<(String, String)>,
    flash: &'a Flash,
) -> impl IntoView + use<> {
    let problems = ["papel", "concesionario", "motivo_papel"].map(|field| flash.problem(field));
    let is_open = problems.iter().any(Option::is_some);
    let [role_problem, dealer_problem, reason_problem] = problems;
    let typed = flash.value("papel");
    let is_typed = !typed.is_empty();
    let role = if is_typed { typed } else { user.role.clone() };
    let dealer =
        if is_typed { flash.value("concesionario") } else { user.dealer_slug.clone().unwrap_or_default() };
    let roles = Role::ALL.map(|role| (role.as_str(), role.label())).to_vec();
    let dealers =
        dealers.into_iter().map(|(slug, name)| view! { <option value=slug>{name}</option> }).collect_view();
    view! {
        <details class="panel stack" open=is_open>
            <summary>"Cambiar su rol"</summary>
            <form method="post" action="/fn/admin/usuario-papel" class="stack">
                <p class="hint">"Las sesiones y los tokens de antes terminan: ingresa de nuevo con su rol nuevo."</p>
                <input type="hidden" name="id" value=user.id.to_string()/>
                <Choice field="papel" label="Rol" options=roles value=&role problem=role_problem/>
                <div class="field">
                    <label for="concesionario">"Concesionario, si trabaja en uno"</label>
                    <input id="concesionario" name="concesionario" list="concesionarios" autocomplete="off" value=dealer
                        aria-invalid=dealer_problem.is_some().then_some("true") aria-describedby="concesionario-error"/>
                    <datalist id="concesionarios">{dealers}</datalist>
                    <FieldError field="concesionario" message=dealer_problem/>
                </div>
                <Field field="motivo_papel" label="Motivo" complete="off" value=flash.value("motivo_papel") problem=reason_problem hint=REASON/>
                <button class="button second">"Cambiar el rol"</button>
            </form>
        </details>
    }
}

#[component]
fn Disable<'a>(id: UserId, disabled: bool, flash: &'a Flash) -> impl IntoView + use<> {
    let problem = flash.problem("motivo_estado");
    let is_open = problem.is_some();
    let (title, hint, act) = if disabled {
        ("Activar la cuenta", "Podrá ingresar otra vez; los tokens revocados siguen revocados.", "no")
    } else {
        (
            "Desactivar la cuenta",
            "No podrá ingresar. Sus sesiones y sus tokens de la API terminan ahora mismo. Lo que ya le aceptamos se envía: para detenerlo, pause los envíos.",
            "si",
        )
    };
    view! {
        <details class="panel stack" open=is_open>
            <summary>{title}</summary>
            <form method="post" action="/fn/admin/usuario-estado" class="stack">
                <p class="hint">{hint}</p>
                <input type="hidden" name="id" value=id.to_string()/>
                <Field field="motivo_estado" label="Motivo" complete="off" value=flash.value("motivo_estado") problem=problem hint=REASON/>
                <button class=if disabled { "button" } else { "button danger" } name="desactivar" value=act>{title}</button>
            </form>
        </details>
    }
}
