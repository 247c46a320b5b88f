use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::super::amount;
use crate::{
    app::{
        read_rates::ShownRate,
        read_rules::{Rule, SetBy},
    },
    config::FirstLimits,
    domain::{limits::NEAR, money::dollars},
    web::{
        forms::edit_path,
        parts::{Fill, Moment},
    },
};

/// What holds for everybody.
#[component]
pub(super) fn General(
    rules: Vec<Rule>,
    rate: Option<ShownRate>,
    first: FirstLimits,
    now: DateTime<Utc>,
) -> impl IntoView {
    let rows = rules.into_iter().map(|rule| {
        let Rule { limit, most, peak, ref set, .. } = rule;
        let left = rule.effective.map(|most| (most - rule.used).max(0));
        let left = left.map(|left| format!("{} disponibles", amount(limit, Some(left))));
        let note: Vec<String> = rule.whose.clone().into_iter().chain(left).collect();
        view! {
            <tr>
                <th scope="row"><div><a href=edit_path(limit, "")>{limit.label()}</a><p class="soft small">{limit.name()}</p></div></th>
                <td class="num" data-label="Deja pasar">{amount(limit, most)}</td>
                <td class="num" data-label="Por defecto">{amount(limit, first.default_of(limit))}</td>
                <td data-label="Uso ahora"><div><Use rule=&rule/><p class="soft small">{note.join(" · ")}</p></div></td>
                <td class="num" data-label="Máx. de 30 días">{amount(limit, Some(peak))}</td>
                <td data-label="Fijado por"><Setter set=set.as_ref() otherwise="por defecto" now=now/><Void rule=&rule/></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel stack">
            <h2>"Para todos"</h2>
            <p class="hint">"«Uso ahora» es el de quien más ha usado, de aquellos para los que rige este valor. Se cuentan partes, que son mensajes de WhatsApp de hasta 1,600 caracteres; el presupuesto cuenta US$, y el límite de Meta, personas."</p>
            {rate.map(|row| view! {
                <p>
                    "Precio: "<strong>{dollars(row.rate.price)}</strong>" por parte, vigente desde "<Moment at=row.rate.effective_from now=now/>". "
                    <a href="/admin/tarifas">"Tarifas"</a>
                </p>
            })}
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Límite"</th>
                        <th scope="col" class="num">"Deja pasar"</th>
                        <th scope="col" class="num">"Por defecto"</th>
                        <th scope="col">"Uso ahora"</th>
                        <th scope="col" class="num">"Máx. de 30 días"</th>
                        <th scope="col">"Fijado por"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[component]
pub(super) fn Use<'a>(rule: &'a Rule) -> impl IntoView + use<> {
    let Rule { limit, used, effective, .. } = *rule;
    let percent = rule.percent();
    let class = match percent {
        100 => "use full",
        NEAR.. => "use near",
        _ => "use",
    };
    let used = amount(limit, Some(used));
    let words =
        effective.map_or_else(|| used.clone(), |most| format!("{used} de {}", amount(limit, Some(most))));
    view! { <span class=class>{words}{effective.map(|_| view! { <Fill width=percent/> })}</span> }
}

/// Which other limit makes a value void.
#[component]
pub(super) fn Void<'a>(rule: &'a Rule) -> impl IntoView + use<> {
    let cap = rule.bound_by.map(|by| format!("manda «{}»: {}", by.label(), amount(by, rule.effective)));
    cap.map(|words| view! { <p class="soft small">{words}</p> })
}

#[component]
pub(super) fn Setter<'a>(
    set: Option<&'a SetBy>,
    /// What is said where nobody set it.
    otherwise: &'static str,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let Some(set) = set else { return view! { <span class="soft">{otherwise}</span> }.into_any() };
    // The command line gives no reason; OKLA, which follows Twilio, does.
    let nobody = if set.reason.is_empty() { "la consola" } else { "OKLA" };
    let by = set.by.clone().unwrap_or_else(|| nobody.to_owned());
    view! {
        <span><Moment at=set.at now=now/>", "{by}</span>
        {(!set.reason.is_empty()).then(|| view! { <p class="soft small">{set.reason.clone()}</p> })}
    }
    .into_any()
}
