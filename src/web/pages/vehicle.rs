use chrono::TimeDelta;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{NotFoundPage, failed};
use crate::{
    app::{error::Result, get_vehicle::get_vehicle, threads::usual_answer_time},
    domain::{
        ids::VehicleId,
        money::{Currency, Money, grouped},
        time::about,
        vehicle::Vehicle,
    },
    web::{
        flash::Flash,
        islands::Contact,
        parts::{ContactForm, Icon, PageTitle, Picture, Price, Writer, icons},
        request::Current,
    },
};

/// `/vehiculos/{id}`
#[component]
pub fn VehiclePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<VehicleId>().ok());
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id).await {
            Ok((vehicle, writer, answers)) => {
                view! { <Shown vehicle=vehicle writer=writer answers=answers/> }.into_any()
            }
            Err(error) => failed(&error),
        }
    })
}

/// The vehicle, who would write, and how soon its seller usually answers.
async fn load(id: VehicleId) -> Result<(Vehicle, Option<Writer>, Option<TimeDelta>)> {
    let current = Current::get()?;
    let vehicle = get_vehicle(&current.state.pool, id, current.state.clock.now()).await?;
    let answers = usual_answer_time(&current.state, vehicle.seller.id).await?;
    Ok((vehicle, Writer::to_seller_of(&current, id).await?, answers))
}

#[component]
fn Shown(vehicle: Vehicle, writer: Option<Writer>, answers: Option<TimeDelta>) -> impl IntoView {
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
            <Offer vehicle=&vehicle writer=writer.as_ref() answers=answers/>
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
fn Offer<'a>(
    vehicle: &'a Vehicle,
    writer: Option<&'a Writer>,
    answers: Option<TimeDelta>,
) -> impl IntoView + use<> {
    let card = &vehicle.card;
    let in_pesos = (card.price.currency == Currency::Usd)
        .then(|| card.price.in_dop())
        .flatten()
        .map(|amount| format!("≈ {} a la tasa de referencia", Money::dop(amount.normalize())));
    let seller = &vehicle.seller;
    let initials: String = seller.name.split(' ').filter_map(|word| word.chars().next()).take(2).collect();
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
                {if let Some(writer) = writer {
                    let (id, dialog) = (card.id, view! { <Dialog vehicle=vehicle writer=writer/> });
                    view! { <Contact><Opener id=id/>{dialog}</Contact> }.into_any()
                } else {
                    view! { <Opener id=card.id/> }.into_any()
                }}
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
                {answers.map(|took| view! { <span class="soft small">{format!("Suele responder en {}", about(took))}</span> })}
            </div>
        </section>
    }
}

/// The plain link to the form's own page; an island makes it open the dialog beside it.
#[component]
fn Opener(id: VehicleId) -> impl IntoView {
    view! {
        <a class="button whatsapp big" href=format!("/vehiculos/{id}/contactar") data-open>
            <Icon path=icons::WHATSAPP/>
            "Contactar por WhatsApp"
        </a>
    }
}

#[component]
fn Dialog<'a>(vehicle: &'a Vehicle, writer: &'a Writer) -> impl IntoView + use<> {
    let nothing_typed = Flash::default();
    view! {
        <dialog aria-labelledby="contact-title">
            <div class="dialog-head">
                <h2 id="contact-title" tabindex="-1" autofocus>"Contactar por WhatsApp"</h2>
                <button type="button" class="close" aria-label="Cerrar" data-close><Icon path=icons::CLOSE/></button>
            </div>
            <div class="dialog-body"><ContactForm vehicle=vehicle flash=&nothing_typed writer=Some(writer)/></div>
        </dialog>
    }
}
