//! The filter form, what is on, and the order. All are plain links and a GET form: the address is the state.

use leptos::prelude::*;
use rust_decimal::Decimal;

use crate::{
    domain::{
        money::{DOP_PER_USD, grouped},
        vehicle::filter::{Sort, VehicleFilter},
    },
    web::{
        address::address,
        parts::{Icon, icons},
    },
};

#[component]
pub fn Filters<'a>(filter: &'a VehicleFilter, makes: Vec<String>) -> impl IntoView + use<> {
    let price = |price: Option<Decimal>| price.map(|amount| grouped(amount.normalize()));
    let year = |year: Option<i16>| year.map(|year| year.to_string());
    let more = [
        ("precio_min", "Precio desde, RD$", "500,000", price(filter.price_min)),
        ("precio_max", "Precio hasta, RD$", "1,500,000", price(filter.price_max)),
        ("anio_min", "Año desde", "2018", year(filter.year_min)),
        ("anio_max", "Año hasta", "2022", year(filter.year_max)),
    ];
    let is_open = more.iter().any(|(.., value)| value.is_some());
    let chosen = filter.make.clone();
    let sort = (filter.sort != Sort::Newest).then(|| filter.sort.as_str());
    view! {
        <form class="filters" method="get" action="/" role="search">
            <div class="filters-main">
                <div class="field">
                    <label for="texto">"¿Qué busca?"</label>
                    <input id="texto" name="texto" type="search" maxlength="80" enterkeyhint="search"
                        placeholder="Corolla, jeepeta, diésel…" value=filter.text.clone()/>
                </div>
                <div class="field">
                    <label for="marca">"Marca"</label>
                    <select id="marca" name="marca">
                        <option value="">"Todas"</option>
                        {makes
                            .into_iter()
                            .map(|make| {
                                let selected = chosen.as_ref() == Some(&make);
                                view! { <option value=make.clone() selected=selected>{make.clone()}</option> }
                            })
                            .collect_view()}
                    </select>
                </div>
                <button class="button"><Icon path=icons::SEARCH/>"Buscar"</button>
            </div>
            <details open=is_open>
                <summary>"Precio y año"</summary>
                <div class="filters-more">
                    {more
                        .map(|(name, label, example, value)| {
                            view! {
                                <div class="field">
                                    <label for=name>{label}</label>
                                    <input id=name name=name inputmode="numeric" autocomplete="off" placeholder=example value=value/>
                                </div>
                            }
                        })
                        .collect_view()}
                    <p class="hint">
                        {format!("Los precios en US$ se comparan a RD$ {DOP_PER_USD} por dólar, una tasa de referencia.")}
                    </p>
                </div>
            </details>
            {sort.map(|sort| view! { <input type="hidden" name="orden" value=sort/> })}
        </form>
    }
}

/// What is on; each chip takes itself off.
#[component]
pub fn Chips<'a>(filter: &'a VehicleFilter) -> impl IntoView + use<> {
    let active = filter.active();
    let chips: Vec<_> =
        active.iter().map(|chip| (chip.label.clone(), address("/", filter.without(chip)))).collect();
    (!chips.is_empty()).then(|| {
        view! {
            <nav class="chips" aria-label="Filtros puestos">
                {chips
                    .into_iter()
                    .map(|(label, href)| {
                        view! {
                            <a class="chip" href=href>
                                <span class="unseen">"Quitar "</span>{label}<Icon path=icons::CLOSE/>
                            </a>
                        }
                    })
                    .collect_view()}
                <a class="chip plain" href="/">"Quitar todos"</a>
            </nav>
        }
    })
}

#[component]
pub fn Sorts<'a>(filter: &'a VehicleFilter) -> impl IntoView + use<> {
    let links = Sort::ALL.map(|sort| {
        let href = address("/", VehicleFilter { sort, page: 0, ..filter.clone() }.to_pairs());
        let current = (sort == filter.sort).then_some("true");
        view! { <a href=href aria-current=current>{sort.label()}</a> }
    });
    view! { <nav class="sorts" aria-label="Orden">{links.collect_view()}</nav> }
}
