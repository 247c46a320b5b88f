use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{LIST, failed};
use crate::{
    app::{
        error::{AppError, Result},
        listings::{ListingRow, RENEWED_FOR, read_listing, renewed_until},
    },
    domain::{
        ids::VehicleId,
        time::{day_in_santo_domingo, spoken_date},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        pages::drives::Unsaid,
        parts::{Icon, Notice, PageTitle, PressProblems, Tone, icons},
        request::Current,
    },
};

/// `/panel/vehiculos/{id}/renovar`: looks only; the button renews.
#[component]
pub fn RenewPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<VehicleId>().ok());
    Suspend::new(async move {
        match load(id).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    id: VehicleId,
    listing: ListingRow,
    unsaid: Vec<String>,
    flash: Flash,
    today: NaiveDate,
}

async fn load(id: Option<VehicleId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let id = id.ok_or(AppError::NotFound)?;
    let (listing, unsaid) = read_listing(&current.state, &actor, id).await?;
    let flash = flash::take(&current.session, forms::RENEWAL).await?;
    Ok(Loaded { id, listing, unsaid, flash, today: day_in_santo_domingo(current.state.clock.now()) })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { id, listing, unsaid, flash, today } = loaded;
    let done = flash.value("hecho");
    let hidden = listing.hidden;
    let form = listing.expires_on.map(|last_day| {
        let stands = if last_day < today {
            "Venció el"
        } else if hidden {
            "Su último día es el"
        } else {
            "Se ve hasta el"
        };
        let gives = if hidden { "Renovarla, en pausa como está, le da" } else { "Renovarla la deja a la vista" };
        view! {
            <form method="post" action="/fn/renovar" class="panel stack">
                <p>{stands}" "<strong>{spoken_date(last_day)}</strong>". "{gives}" "{RENEWED_FOR}" días más, hasta el "<strong>{spoken_date(renewed_until(last_day, today))}</strong>"."</p>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="last_day" value=last_day.to_string() autocomplete="off"/>
                <div class="actions"><button class="button"><Icon path=icons::AGAIN/>"Renovar"</button></div>
            </form>
        }
    });
    let no_end = listing.expires_on.is_none().then_some(if hidden {
        "Esta publicación no tiene último día: no hay nada que renovar."
    } else {
        "Esta publicación no tiene último día: sigue a la vista hasta que usted la pause."
    });
    view! {
        <PageTitle text="Renovar"/>
        <div class="narrow stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Sus vehículos"</a>
            <h1>{format!("Renovar {}", listing.vehicle)}</h1>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <PressProblems problems=flash.problems.clone()/>
            <Unsaid lines=unsaid/>
            {hidden.then(|| view! {
                <Notice tone=Tone::Warn><p>"Este vehículo está en pausa: los compradores no lo ven aunque lo renueve. Publíquelo en «Sus vehículos»."</p></Notice>
            })}
            {form}
            {no_end.map(|words| view! { <p>{words}</p> })}
        </div>
    }
}
