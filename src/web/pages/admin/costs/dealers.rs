//! What each dealer's messages cost.

use leptos::prelude::*;

use super::PAGE;
use crate::{
    app::read_platform::{DealerOrder, PER_PAGE, PlatformCosts},
    domain::{
        money::{dollars_in_column, grouped},
        range::Range,
    },
    web::address::address,
};

/// Each order's word in addresses, and what a person reads.
const ORDERS: [(DealerOrder, &str, &str); 3] = [
    (DealerOrder::Most, "", "Más gasto"),
    (DealerOrder::Least, "menos", "Menos gasto"),
    (DealerOrder::Name, "nombre", "Nombre"),
];

/// The order of that word.
pub fn order(word: &str) -> DealerOrder {
    ORDERS.iter().find(|(_, own, _)| *own == word).map(|(order, ..)| *order).unwrap_or_default()
}

fn link(range: Range, order: DealerOrder, page: i64) -> String {
    let word = ORDERS.iter().find(|(own, ..)| *own == order).map_or("", |(_, word, _)| word);
    let order = (!word.is_empty()).then(|| ("orden", word.to_owned()));
    let page = (page > 1).then(|| ("pagina", page.to_string()));
    let address = address(PAGE, range.to_pairs().into_iter().chain(order).chain(page));
    format!("{address}#lista")
}

#[component]
pub fn Dealers<'a>(costs: &'a PlatformCosts, order: DealerOrder, page: i64) -> impl IntoView + use<> {
    let range = costs.range;
    let dop_rate = costs.dop_rate.as_ref();
    let orders = ORDERS.map(|(own, _, label)| {
        let current = (own == order).then_some("true");
        view! { <a href=link(range, own, 1) aria-current=current>{label}</a> }
    });
    let rows = costs.dealers.iter().map(|row| {
        let sums = &row.sums;
        let name = row.name.clone().unwrap_or_else(|| "Sin concesionario".to_owned());
        view! {
            <tr>
                <th scope="row"><div>{name}{row.slug.clone().map(|slug| view! { <p class="soft small">{slug}</p> })}</div></th>
                <td class="num" data-label="Mensajes">{grouped(sums.messages.into())}</td>
                <td class="num" data-label="Entregados">{grouped(row.arrived.into())}</td>
                <td class="num" data-label="Fallidos">{grouped(row.failed.into())}</td>
                <td class="num" data-label="Gasto">
                    <div>
                        {dollars_in_column(sums.cost)}
                        {dop_rate.map(|rate| view! { <p class="soft small">{rate.told(sums.cost)}</p> })}
                    </div>
                </td>
                <td class="num" data-label="Confirmado">{dollars_in_column(sums.confirmed)}</td>
                <td class="num" data-label="Estimado">{dollars_in_column(sums.cost - sums.confirmed)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let pages = (costs.rows + PER_PAGE - 1) / PER_PAGE;
    let file = address("/admin/costos.csv", range.to_pairs());
    view! {
        <section class="panel stack" id="lista">
            <div class="pagehead">
                <h2>"Por concesionario"</h2>
                <a class="button second" href=file download="">"Concesionarios (CSV)"</a>
            </div>
            <nav class="sorts" aria-label="Orden">{orders.collect_view()}</nav>
            {costs.dealers.is_empty().then(|| view! { <p>"En esta página no hay ninguno."</p> })}
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Concesionario"</th>
                        <th scope="col" class="num">"Mensajes"</th>
                        <th scope="col" class="num">"Entregados"</th>
                        <th scope="col" class="num">"Fallidos"</th>
                        <th scope="col" class="num">"Gasto"</th>
                        <th scope="col" class="num">"Confirmado"</th>
                        <th scope="col" class="num">"Estimado"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {(pages > 1).then(|| view! {
                <nav class="cluster" aria-label="Páginas">
                    {(page > 1).then(|| view! { <a class="button second" href=link(range, order, page - 1)>"Anteriores"</a> })}
                    <span>{format!("Página {page} de {pages}")}</span>
                    {(page < pages).then(|| view! { <a class="button second" href=link(range, order, page + 1)>"Siguientes"</a> })}
                </nav>
            })}
        </section>
    }
}
