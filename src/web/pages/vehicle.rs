use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{NotFoundPage, failed};
use crate::{
    app::get_vehicle::get_vehicle,
    domain::{
        ids::VehicleId,
        money::{Currency, Money, grouped},
        vehicle::Vehicle,
    },
    web::{
        parts::{Icon, PageTitle, Picture, Price, icons},
        state::AppState,
    },
};

/// `/vehiculos/{id}`
#[component]
pub fn VehiclePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<VehicleId>().ok());
    let state = AppState::of_request();
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        let vehicle = async { get_vehicle(&state?.pool, id).await };
        match vehicle.await {
            Ok(vehicle) => view! { <Shown vehicle=vehicle/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

#[component]
fn Shown(vehicle: Vehicle) -> impl IntoView {
    let card = &vehicle.card;
    let facts = [
        ("Año", card.year.to_string()),
        ("Kilometraje", format!("{} km", grouped(card.mileage_km.into()))),
        ("Transmisión", card.transmission.label().to_owned()),
        ("Combustible", card.fuel.label().to_owned()),
        ("Tipo", card.body_type.label().to_owned()),
        ("Color", card.color.label().to_owned()),
        ("Ubicación", card.location.clone()),
        ("Referencia", vehicle.reference.clone()),
    ];
    view! {
        <PageTitle text="Vehículo"/>
        <a class="back" href="/"><Icon path=icons::BACK/>"Todos los vehículos"</a>
        <article class="vehicle">
            <div class="vehicle-picture"><Picture vehicle=card first=true/></div>
            <Offer vehicle=&vehicle/>
            <div class="stack">
                <h2>"Datos del vehículo"</h2>
                <dl class="facts">
                    {facts
                        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
                        .collect_view()}
                </dl>
                {(!vehicle.description.is_empty())
                    .then(|| view! { <h2>"Lo que dice el vendedor"</h2><p>{vehicle.description.clone()}</p> })}
            </div>
        </article>
    }
}

/// What decides: name, price, seller, and the one act of writing.
#[component]
fn Offer<'a>(vehicle: &'a Vehicle) -> impl IntoView + use<> {
    let card = &vehicle.card;
    let in_pesos = (card.price.currency == Currency::Usd)
        .then(|| card.price.in_dop())
        .flatten()
        .map(|amount| format!("≈ {} a la tasa de referencia", Money::dop(amount.normalize())));
    let seller = &vehicle.seller;
    let initials: String = seller
        .name
        .split(' ')
        .filter_map(|word| word.chars().next())
        .take(2)
        .collect();
    view! {
        <section class="offer panel">
            <div>
                <h1>{card.title()}</h1>
                <p class="place"><Icon path=icons::PIN/>{card.location.clone()}</p>
            </div>
            <div>
                <Price money=card.price/>
                {in_pesos.map(|text| view! { <p class="soft small">{text}</p> })}
            </div>
            <div class="reach stack">
                <a class="button whatsapp big" href=format!("/vehiculos/{}/contactar", card.id)>
                    <Icon path=icons::WHATSAPP/>
                    "Contactar por WhatsApp"
                </a>
                <p class="hint">"OKLA lleva su mensaje al WhatsApp del vendedor, y usted ve cuándo llega y cuándo lo leen."</p>
            </div>
            <div class="seller">
                <span class="initials" aria-hidden="true">{initials}</span>
                <strong>{seller.name.clone()}</strong>
                <span class="soft small">
                    {seller.location.as_ref().map_or_else(
                        || "Concesionario".to_owned(),
                        |location| format!("Concesionario en {location}"),
                    )}
                </span>
            </div>
        </section>
    }
}
