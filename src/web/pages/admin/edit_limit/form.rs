//! The form of a limit, and what it shows before anything is typed.

use chrono::TimeDelta;
use leptos::prelude::*;

use super::super::amount;
use crate::{
    app::read_rules::{RequestRow, Rule},
    domain::{limits::Limit, money::written_dollars, time::day_in_santo_domingo},
    web::{
        flash::Flash,
        parts::{Field, FieldError},
    },
};

/// What holds, or is asked for, in the form's own words: sent back untouched it changes nothing.
pub(super) fn prefilled(rule: &Rule, is_own: bool, request: Option<&RequestRow>) -> Flash {
    let limit = rule.limit;
    let set = rule.set.as_ref();
    let units = rule.most.filter(|_| set.is_some() || !is_own);
    let value = match (request, units) {
        (Some(request), _) => plain(limit, limit.units(request.value)),
        (None, Some(units)) => plain(limit, units),
        (None, None) => String::new(),
    };
    let is_unlimited = request.is_none() && rule.most.is_none() && (set.is_some() || !is_own);
    // What is granted is for a while, whatever holds now.
    let set = set.filter(|_| request.is_none());
    let end =
        set.and_then(|set| set.expires_at).map(|end| day_in_santo_domingo(end - TimeDelta::microseconds(1)));
    let is_permanent = is_own && set.is_some_and(|set| set.expires_at.is_none());
    let values = [
        ("regla", if is_unlimited { "sin" } else { "valor" }),
        ("valor", &value),
        ("vence", &end.map(|day| day.to_string()).unwrap_or_default()),
        ("permanente", if is_permanent { "si" } else { "" }),
    ];
    Flash::new(&values, Vec::new())
}

/// A value as a person types it.
fn plain(limit: Limit, units: i64) -> String {
    match limit {
        Limit::DealerBudget => written_dollars(rust_decimal::Decimal::new(units, 6)),
        _ => units.to_string(),
    }
}

#[component]
pub(super) fn Form<'a>(
    limit: Limit,
    /// The dealer's short name; of the rule for all nothing.
    slug: &'a str,
    form: &'a Flash,
    /// What holds of a limit for all unless somebody sets another value.
    usual: Option<i64>,
    /// Its effect is shown above.
    again: bool,
) -> impl IntoView + use<> {
    let is_own = !slug.is_empty();
    let chosen = form.value("regla");
    let general = if is_own {
        "Como para todos".to_owned()
    } else {
        format!("El valor por defecto: {}", amount(limit, usual))
    };
    let rules =
        [("valor", "Dejar pasar hasta".to_owned()), ("sin", "Sin límite".to_owned()), ("general", general)];
    let rules = rules.map(|(word, label)| {
        view! {
            <label class="check">
                <input type="radio" name="regla" value=word checked=chosen == word/>{label}
            </label>
        }
    });
    let unit = match limit {
        Limit::DealerBudget => "Valor (US$ al mes)".to_owned(),
        _ => format!("Valor ({})", limit.unit()),
    };
    let permanent = form.value("permanente") == "si";
    let problem = form.problem("valor");
    view! {
        <form method="get" action="/admin/limites/cambiar" class="panel stack">
            <input type="hidden" name="limite" value=limit.name()/>
            {is_own.then(|| view! { <input type="hidden" name="concesionario" value=slug.to_owned()/> })}
            <fieldset class="stack">
                <legend>"Regla"</legend>
                {rules.into_iter().collect_view()}
            </fieldset>
            <div class="field">
                <label for="valor">{unit}</label>
                <input id="valor" name="valor" inputmode="decimal" autocomplete="off" value=form.value("valor") aria-describedby="valor-error"
                    aria-invalid=problem.is_some().then_some("true")/>
                <FieldError field="valor" message=problem/>
            </div>
            {is_own.then(|| view! {
                <Field field="vence" label="Último día" kind="date" complete="off" value=form.value("vence") problem=form.problem("vence")
                    hint="Vacío y sin la marca de abajo: siete días desde hoy. Después rige, por sí solo, lo que el concesionario tenía permanente, o la regla de todos."/>
                <label class="check"><input type="checkbox" name="permanente" value="si" checked=permanent/>"Permanente: no vence"</label>
            })}
            <Field field="motivo" label="Motivo" complete="off" value=form.value("motivo") problem=form.problem("motivo")
                hint="Queda en la auditoría."/>
            <div class="cluster">
                <button class="button" class:second=again name="probar" value="si">
                    {if again { "Ver el efecto de nuevo" } else { "Ver el efecto" }}
                </button>
                <a class="button second" href="/admin/limites">"Cancelar"</a>
            </div>
            {(!again).then(|| view! { <p class="hint">"Nada se guarda todavía: primero se ve qué habría pasado en los últimos siete días."</p> })}
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::parse_dollars;

    #[test]
    fn an_untouched_form_changes_no_budget() {
        for units in [0, 12_345_000, 250_000_000, 33_333_333] {
            let typed = plain(Limit::DealerBudget, units);
            assert_eq!(
                parse_dollars(&typed).map(|value| Limit::DealerBudget.units(value)),
                Some(units),
                "{typed}"
            );
        }
    }
}
