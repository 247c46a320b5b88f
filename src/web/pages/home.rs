mod filters;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::filters::{Chips, Filters, Sorts};
use super::failed;
use crate::{
    app::list_vehicles::{VehicleList, list_vehicles},
    domain::{
        money::grouped,
        vehicle::{
            VehicleCard, VehiclePage,
            filter::{FilterNote, LAST_PAGE, VehicleFilter},
        },
    },
    web::{
        address::address,
        parts::{Empty, Icon, Notice, PageTitle, Picture, Price, Tone, icons},
        state::AppState,
    },
};

/// `/`: vehicles for sale, filtered by the address.
#[component]
pub fn HomePage() -> impl IntoView {
    let (filter, notes) =
        use_query_map().with_untracked(|query| VehicleFilter::parse(|name| query.get(name)));
    let state = AppState::of_request();
    Suspend::new(async move {
        let list = async {
            let state = state?;
            list_vehicles(&state.pool, &filter, state.clock.now()).await
        };
        match list.await {
            Ok(list) => view! { <Shown filter=filter notes=notes list=list/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

#[component]
fn Shown(filter: VehicleFilter, notes: Vec<FilterNote>, list: VehicleList) -> impl IntoView {
    let VehicleList { page, makes } = list;
    let is_empty = page.vehicles.is_empty();
    view! {
        <PageTitle text="Vehículos en venta"/>
        <div class="hero">
            <h1>"Encuentre su próximo vehículo"</h1>
            <p>"Concesionarios de todo el país. Escríbales por WhatsApp y vea cuándo leen su mensaje."</p>
        </div>
        <Filters filter=&filter makes=makes/>
        {(!notes.is_empty())
            .then(|| {
                let sentences = notes.into_iter().map(|note| view! { <p>{note.sentence}</p> });
                view! { <Notice tone=Tone::Warn>{sentences.collect_view()}</Notice> }
            })}
        <Chips filter=&filter/>
        {if is_empty {
            view! { <Nothing filter=&filter/> }.into_any()
        } else {
            view! {
                <Sorts filter=&filter/>
                <ul class="cards">
                    {page
                        .vehicles
                        .iter()
                        .enumerate()
                        .map(|(index, vehicle)| view! { <li><Card vehicle=vehicle first=index < 4/></li> })
                        .collect_view()}
                </ul>
            }
                .into_any()
        }}
        <Pager filter=&filter page=&page/>
    }
}

#[component]
fn Card<'a>(vehicle: &'a VehicleCard, first: bool) -> impl IntoView + use<> {
    let meta = format!(
        "{} · {} km · {}",
        vehicle.year,
        grouped(vehicle.mileage_km.into()),
        vehicle.transmission.label()
    );
    view! {
        <article class="card">
            <Picture vehicle=vehicle first=first/>
            <div class="card-text">
                <h2><a href=format!("/vehiculos/{}", vehicle.id)>{vehicle.name()}</a></h2>
                <Price money=vehicle.price/>
                <p class="meta">{meta}</p>
                <p class="place"><Icon path=icons::PIN/>{vehicle.location.clone()}</p>
            </div>
        </article>
    }
}

/// Why the list is empty, and the way out of it.
#[component]
fn Nothing<'a>(filter: &'a VehicleFilter) -> impl IntoView + use<> {
    if filter.page > 0 {
        let first = address("/", filter.on_page(0).to_pairs());
        view! {
            <Empty title="Esta página ya no existe">
                <p>"La lista es más corta que eso."</p>
                <p><a class="button" href=first>"Volver a la primera página"</a></p>
            </Empty>
        }
        .into_any()
    } else if filter.active().is_empty() {
        view! {
            <Empty title="Todavía no hay vehículos">
                <p>"Los concesionarios están preparando su inventario. Vuelva pronto."</p>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty title="Ninguno con estos filtros">
                <p>"Quite uno de los filtros de arriba, o empiece otra vez."</p>
                <p><a class="button" href="/">"Ver todos los vehículos"</a></p>
            </Empty>
        }
        .into_any()
    }
}

#[component]
fn Pager<'a>(filter: &'a VehicleFilter, page: &'a VehiclePage) -> impl IntoView + use<> {
    let previous = filter.page.checked_sub(1).map(|number| address("/", filter.on_page(number).to_pairs()));
    let next = (page.has_next && filter.page + 1 < LAST_PAGE)
        .then(|| address("/", filter.on_page(filter.page + 1).to_pairs()));
    let number = filter.page + 1;
    (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Páginas">
                {previous.map(|href| {
                    view! { <a class="button second" rel="prev" href=href><Icon path=icons::BACK/>"Anterior"</a> }
                })}
                <span class="soft">{format!("Página {number}")}</span>
                {next.map(|href| {
                    view! { <a class="button second" rel="next" href=href>"Siguiente"<Icon path=icons::NEXT/></a> }
                })}
            </nav>
        }
    })
}
