use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{
    super::amount,
    choose::Choose,
    general::{Setter, Use, Void},
};
use crate::{
    app::read_rules::{Filter, OwnRule, RequestRow},
    domain::{limits::Limit, time::last_day},
    web::{address::address, forms::edit_path, parts::Moment},
};

/// What is shown in one go; the rest is found by its name.
const SHOWN: usize = 100;
/// The words of the filters in the address, and what a person reads.
pub(super) const FILTERS: [(&str, &str, Filter); 4] = [
    ("", "Todos", Filter::All),
    ("cerca", "Cerca del límite", Filter::Near),
    ("vence", "Por vencer", Filter::Ending),
    ("solicitud", "Con solicitud", Filter::Requested),
];

/// What dealers have of their own, or ask for.
#[component]
pub(super) fn Own(
    rules: Vec<OwnRule>,
    filter: Filter,
    /// The part of a dealer's name that was looked for.
    named: String,
    now: DateTime<Utc>,
) -> impl IntoView {
    let wanted = named.to_lowercase();
    let mut rules = rules;
    rules.retain(|own| own.dealer.to_lowercase().contains(&wanted) || own.slug.contains(&wanted));
    let more = rules.len().saturating_sub(SHOWN);
    rules.truncate(SHOWN);
    let nothing = rules.is_empty();
    let is_filtered = filter != Filter::All || !named.is_empty();
    let rows = rules.into_iter().map(|own| row(own, now)).collect_view();
    let word = FILTERS.iter().find(|(.., known)| *known == filter).map_or("", |(word, ..)| *word);
    let pills = FILTERS.map(|(word, label, known)| {
        let pairs = [("filtro", word.to_owned()), ("buscar", named.clone())];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let href = format!("{}#propios", address("/admin/limites", pairs));
        view! { <a href=href aria-current=(known == filter).then_some("true")>{label}</a> }
    });
    view! {
        <section class="panel stack" id="propios">
            <h2>"De un concesionario"</h2>
            <nav class="sorts" aria-label="Qué se muestra">{pills.into_iter().collect_view()}</nav>
            <form method="get" action="/admin/limites#propios" class="cluster" role="search">
                {(!word.is_empty()).then(|| view! { <input type="hidden" name="filtro" value=word/> })}
                <label class="unseen" for="buscar">"Buscar concesionario"</label>
                <input id="buscar" type="search" name="buscar" value=named placeholder="Concesionario" autocomplete="off"/>
                <button class="button second">"Buscar"</button>
            </form>
            {if nothing && is_filtered {
                view! { <p>"Ninguno con estos filtros. "<a href="/admin/limites#propios">"Ver todos"</a></p> }.into_any()
            } else if nothing {
                view! { <p>"Ninguno tiene un límite propio: para todos rigen los de arriba."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Concesionario"</th>
                                <th scope="col">"Límite"</th>
                                <th scope="col" class="num">"Deja pasar"</th>
                                <th scope="col" class="num">"Límite efectivo"</th>
                                <th scope="col">"Uso ahora"</th>
                                <th scope="col">"Vence"</th>
                                <th scope="col">"Fijado por"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
            {(more > 0).then(|| view! { <p class="soft">{format!("Y {more} más: busque por nombre.")}</p> })}
            <Choose named=String::new() limit="dealer_day" problems=&[]/>
        </section>
    }
}

fn row(own: OwnRule, now: DateTime<Utc>) -> impl IntoView {
    let OwnRule { slug, dealer, rule, request } = own;
    let limit = rule.limit;
    let until = rule.set.as_ref().map(|set| match set.expires_at {
        None => "permanente".to_owned(),
        Some(end) => format!("{}; luego {}", last_day(end), amount(limit, rule.lasting)),
    });
    view! {
        <tr>
            <th scope="row">{dealer}</th>
            <td data-label="Límite">
                <a href=edit_path(limit, &slug)>{limit.label()}</a>
                {request.map(|request| asked(limit, &slug, request, now))}
            </td>
            <td class="num" data-label="Deja pasar">{amount(limit, rule.most)}</td>
            <td class="num" data-label="Límite efectivo">{amount(limit, rule.effective)}<Void rule=&rule/></td>
            <td data-label="Uso ahora"><Use rule=&rule/></td>
            <td data-label="Vence">{until.unwrap_or_else(|| "—".to_owned())}</td>
            <td data-label="Fijado por"><Setter set=rule.set.as_ref() otherwise="como para todos" now=now/></td>
        </tr>
    }
}

fn asked(limit: Limit, slug: &str, request: RequestRow, now: DateTime<Utc>) -> impl IntoView + use<> {
    let by = request.asked_by.unwrap_or_else(|| "alguien que ya no está".to_owned());
    view! {
        <p class="small">
            <strong>{format!("Pide {}", amount(limit, Some(limit.units(request.value))))}</strong>
            {format!(": «{}». {by}, ", request.reason)}<Moment at=request.asked_at now=now/>". "
            <a href=edit_path(limit, slug)>"Decidir"</a>
        </p>
    }
}
