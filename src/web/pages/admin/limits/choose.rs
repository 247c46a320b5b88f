//! Whose own limit is to be set.

use leptos::prelude::*;

use crate::{
    domain::limits::Limit,
    web::{
        flash::Problem,
        parts::{Choice, FieldError},
    },
};

/// The dealers that a field with `list="concesionarios"` offers; it takes a name as well.
#[component]
pub fn Dealers(dealers: Vec<(String, String)>) -> impl IntoView {
    let dealers =
        dealers.into_iter().map(|(slug, name)| view! { <option value=slug>{name}</option> }).collect_view();
    view! { <datalist id="concesionarios">{dealers}</datalist> }
}

#[component]
pub fn Choose<'a>(named: String, limit: &'a str, problems: &'a [Problem]) -> impl IntoView + use<> {
    let problem = |field: &str| {
        problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.clone())
    };
    let choices = Limit::ALL.into_iter().filter(|limit| limit.is_per_dealer());
    let choices: Vec<_> = choices.map(|limit| (limit.name(), limit.label())).collect();
    let unknown = problem("concesionario");
    view! {
        <form method="get" action="/admin/limites/cambiar" class="columns">
            <div class="field">
                <label for="de">"Concesionario"</label>
                <input id="de" name="concesionario" list="concesionarios" required autocomplete="off" value=named
                    placeholder="Nombre o nombre corto" aria-invalid=unknown.is_some().then_some("true") aria-describedby="de-error"/>
                <FieldError field="de" message=unknown/>
            </div>
            <Choice field="limite" label="Límite" options=choices value=limit problem=problem("limite")/>
            <button class="button second">"Poner un límite propio"</button>
        </form>
    }
}
