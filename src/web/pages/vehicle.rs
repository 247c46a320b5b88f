use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{NotFoundPage, failed};
use crate::{
    app::{error::Result, get_vehicle::get_vehicle, habits::usual_answer_time, interests::interested_since},
    domain::{
        ids::VehicleId,
        money::{Currency, Money, grouped},
        time::about,
        user::Role,
        vehicle::Vehicle,
    },
    web::{
        flash::{self, Flash, Problem},
        forms,
        islands::Contact,
        parts::{
            ContactForm, Icon, Moment, PageTitle, PhoneLink, Picture, PressProblems, Price, Writer, icons,
        },
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
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    vehicle: Vehicle,
    /// Who would write.
    writer: Option<Writer>,
    /// How soon its seller usually answers.
    answers: Option<TimeDelta>,
    /// Whoever looks may say that it interests him, or has since then.
    may_say_so: bool,
    interested: Option<DateTime<Utc>>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(id: VehicleId) -> Result<Loaded> {
    let current = Current::get()?;
    let now = current.state.clock.now();
    let vehicle = get_vehicle(&current.state.pool, id, now).await?;
    let answers = usual_answer_time(&current.state, vehicle.seller.id).await?;
    let may_say_so = current.actor.as_ref().is_none_or(|actor| actor.role == Role::Buyer);
    let interested = match &current.actor {
        Some(actor) => interested_since(&current.state, actor.user_id, id).await?,
        None => None,
    };
    let writer = Writer::to_seller_of(&current, &vehicle, &Flash::default()).await?;
    let flash = flash::take(&current.session, forms::INTEREST).await?;
    Ok(Loaded { vehicle, writer, answers, may_say_so, interested, flash, now })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { vehicle, writer, answers, may_say_so, interested, flash, now } = loaded;
    let interest =
        may_say_so.then(|| view! { <Interest id=vehicle.card.id since=interested now=now/> }.into_any());
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
            <Offer vehicle=&vehicle writer=writer.as_ref() answers=answers interest=interest problems=flash.problems.clone()/>
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
    interest: Option<AnyView>,
    problems: Vec<Problem>,
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
            <div class="stack">
                <PressProblems problems=problems/>
                {interest}
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
                <span class="soft small">"Su teléfono: "<PhoneLink phone=&seller.phone/></span>
                {answers.map(|took| view! { <span class="soft small">{format!("Suele responder en {}", about(took))}</span> })}
            </div>
        </section>
    }
}

/// One press tells the seller; once is enough.
#[component]
fn Interest(id: VehicleId, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> impl IntoView {
    match since {
        Some(since) => view! {
            <p class="interest" role="status"><Icon path=icons::CHECK/>"El vendedor ve que le interesa, "<Moment at=since now=now/></p>
        }
        .into_any(),
        None => view! {
            <form method="post" action="/fn/me-interesa" class="stack">
                <input type="hidden" name="vehicle" value=id.to_string()/>
                <button class="button second big"><Icon path=icons::HEART/>"Me interesa"</button>
                <p class="hint">"El vendedor recibe el aviso con su nombre, sin su número."</p>
            </form>
        }
        .into_any(),
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
