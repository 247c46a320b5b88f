use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::super::amount;
use crate::{
    app::read_rules::{NEAR, Rule, SetBy},
    web::{
        forms::edit_path,
        parts::{Fill, Moment},
    },
};

/// What holds for everybody.
#[component]
pub(super) fn General(rules: Vec<Rule>, now: DateTime<Utc>) -> impl IntoView {
    let rows = rules.into_iter().map(|rule| {
        let Rule { limit, most, peak, ref set, .. } = rule;
        view! {
            <tr>
                <th scope="row"><div><a href=edit_path(limit, "")>{limit.label()}</a><p class="soft small">{limit.name()}</p></div></th>
                <td class="num" data-label="Deja pasar">{amount(limit, most)}</td>
                <td class="num" data-label="Normal">{amount(limit, limit.default_value())}</td>
                <td data-label="Uso ahora"><Use rule=&rule/></td>
                <td class="num" data-label="Máx. de 30 días">{amount(limit, Some(peak))}</td>
                <td data-label="Puesto"><Setter set=set.as_ref() now=now/><Void rule=&rule/></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel stack">
            <h2>"Para todos"</h2>
            <p class="hint">"«Uso ahora» es el de quien más ha usado. Cada límite cuenta partes: un mensaje de WhatsApp de hasta 1,600 caracteres."</p>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Límite"</th>
                        <th scope="col" class="num">"Deja pasar"</th>
                        <th scope="col" class="num">"Normal"</th>
                        <th scope="col">"Uso ahora"</th>
                        <th scope="col" class="num">"Máx. de 30 días"</th>
                        <th scope="col">"Puesto"</th>
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
pub(super) fn Setter<'a>(set: Option<&'a SetBy>, now: DateTime<Utc>) -> impl IntoView + use<> {
    let Some(set) = set else { return view! { <span class="soft">"valor normal"</span> }.into_any() };
    // The command line gives no reason; OKLA, which follows Twilio, does.
    let nobody = if set.reason.is_empty() { "la consola" } else { "OKLA" };
    let by = set.by.clone().unwrap_or_else(|| nobody.to_owned());
    view! {
        <span><Moment at=set.at now=now/>", "{by}</span>
        {(!set.reason.is_empty()).then(|| view! { <p class="soft small">{set.reason.clone()}</p> })}
    }
    .into_any()
}
