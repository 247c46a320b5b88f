use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{NotFoundPage, failed};
use crate::{
    app::{error::Result, get_vehicle::get_vehicle},
    domain::{ids::VehicleId, vehicle::Vehicle},
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::Contact,
        parts::{ContactForm, Icon, PageTitle, Writer, icons},
        request::Current,
    },
};

/// `/vehiculos/{id}/contactar`: the contact form as a page of its own.
#[component]
pub fn ContactPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<VehicleId>().ok());
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id).await {
            Ok((vehicle, flash, writer)) => {
                view! { <Shown vehicle=vehicle flash=flash writer=writer/> }.into_any()
            }
            Err(error) => failed(&error),
        }
    })
}

async fn load(id: VehicleId) -> Result<(Vehicle, Flash, Option<Writer>)> {
    let current = Current::get()?;
    guard::signed_in(&current)?;
    let vehicle = get_vehicle(&current.state.pool, id, current.state.clock.now()).await?;
    let flash = flash::take(&current.session, forms::CONTACT).await?;
    let writer = Writer::to_seller_of(&current, &vehicle, &flash).await?;
    Ok((vehicle, flash, writer))
}

#[component]
fn Shown(vehicle: Vehicle, flash: Flash, writer: Option<Writer>) -> impl IntoView {
    view! {
        <PageTitle text="Contactar por WhatsApp"/>
        <div class="narrow stack">
            <a class="back" href=format!("/vehiculos/{}", vehicle.card.id)><Icon path=icons::BACK/>"Volver al vehículo"</a>
            <h1>"Contactar por WhatsApp"</h1>
            <Contact>
                <div class="panel"><ContactForm vehicle=&vehicle flash=&flash writer=writer.as_ref()/></div>
            </Contact>
        </div>
    }
}
