//! The form of one vehicle: empty for a new one, filled for one that is described anew.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{LIST, failed};
use crate::{
    app::{
        error::{AppError, Result},
        limits_now::{DealerBar, dealer_bar},
        stock::get_own_vehicle,
    },
    domain::{
        ids::VehicleId,
        money::{Currency, grouped},
        vehicle::{BodyType, Color, Fuel, Transmission, stock::NewVehicle, title},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{Choice, ErrorSummary, Field, FieldError, Icon, LimitBar, PageTitle, TextArea, icons},
        request::Current,
    },
};

/// `/panel/vehiculos/nuevo`
#[component]
pub fn NewVehiclePage() -> impl IntoView {
    Suspend::new(async move {
        match load(None).await {
            Ok(loaded) => view! { <Form loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

/// `/panel/vehiculos/{id}`
#[component]
pub fn EditVehiclePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<VehicleId>().ok());
    Suspend::new(async move {
        let loaded = match id {
            Some(id) => load(Some(id)).await,
            None => Err(AppError::NotFound),
        };
        match loaded {
            Ok(loaded) => view! { <Form loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    /// Its name, once it has one.
    known: Option<(VehicleId, String)>,
    values: HashMap<&'static str, String>,
    flash: Flash,
    bar: DealerBar,
    now: DateTime<Utc>,
}

async fn load(id: Option<VehicleId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let flash = flash::take(&current.session, forms::VEHICLE).await?;
    let vehicle = match id {
        Some(id) => Some(get_own_vehicle(&current.state, &actor, id).await?),
        None => None,
    };
    // What was typed outweighs what is stored; the form posts every field.
    let values = match &vehicle {
        _ if !flash.problems.is_empty() || !flash.value("referencia").is_empty() => {
            forms::VEHICLE_FIELDS.map(|(name, _)| (name, flash.value(name))).into()
        }
        Some(vehicle) => written(vehicle),
        None => HashMap::from([("moneda", "DOP".to_owned())]),
    };
    let known = vehicle.map(|vehicle| {
        (vehicle.id, title(&vehicle.make, &vehicle.model, vehicle.trim.as_deref(), vehicle.year))
    });
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok(Loaded { known, values, flash, bar, now: current.state.clock.now() })
}

/// A vehicle as its dealer would write it into the form.
fn written(vehicle: &NewVehicle) -> HashMap<&'static str, String> {
    HashMap::from([
        ("referencia", vehicle.reference.clone()),
        ("marca", vehicle.make.clone()),
        ("modelo", vehicle.model.clone()),
        ("version", vehicle.trim.clone().unwrap_or_default()),
        ("anio", vehicle.year.to_string()),
        ("tipo", vehicle.body_type.to_string()),
        ("color", vehicle.color.to_string()),
        ("kilometraje", grouped(vehicle.mileage_km.into())),
        ("transmision", vehicle.transmission.to_string()),
        ("combustible", vehicle.fuel.to_string()),
        ("precio", grouped(vehicle.price.amount)),
        ("moneda", vehicle.price.currency.code().to_owned()),
        ("ubicacion", vehicle.location.clone()),
        ("descripcion", vehicle.description.clone()),
        ("vence", vehicle.expires_on.map(|day| day.to_string()).unwrap_or_default()),
    ])
}

#[component]
fn Form(loaded: Loaded) -> impl IntoView {
    let Loaded { known, mut values, flash, bar, now } = loaded;
    let heading = known.as_ref().map_or_else(|| "Añadir vehículo".to_owned(), |(_, title)| title.clone());
    let label = |field: &str| {
        forms::VEHICLE_FIELDS.iter().find(|(name, _)| *name == field).map_or("", |(_, label)| *label)
    };
    let mut text = |field: &'static str, hint: &'static str| {
        let value = values.remove(field).unwrap_or_default();
        let problem = flash.problem(field);
        if hint.is_empty() {
            view! { <Field field=field label=label(field) complete="off" value=value problem=problem/> }
                .into_any()
        } else {
            view! { <Field field=field label=label(field) complete="off" value=value problem=problem hint=hint/> }
                .into_any()
        }
    };
    let named = [
        text("referencia", "Su número de inventario, sin repetir."),
        text("marca", ""),
        text("modelo", ""),
        text("version", ""),
        text("anio", ""),
        text("kilometraje", "En kilómetros; en millas si lo dice, como 28,000 mi."),
        text("precio", ""),
    ];
    let place = text("ubicacion", "Vacía: la ciudad de su concesionario.");
    let mut pick = |field: &'static str, options: Vec<(&'static str, &'static str)>| {
        let value = values.remove(field).unwrap_or_default();
        view! { <Choice field=field label=label(field) options=options value=&value problem=flash.problem(field)/> }
    };
    let currency = pick("moneda", [Currency::Dop, Currency::Usd].map(|one| (one.code(), one.sign())).into());
    let kinds = [
        pick("tipo", BodyType::ALL.iter().map(|one| (one.as_str(), one.label())).collect()),
        pick("color", Color::ALL.iter().map(|one| (one.as_str(), one.label())).collect()),
        pick("transmision", Transmission::ALL.iter().map(|one| (one.as_str(), one.label())).collect()),
        pick("combustible", Fuel::ALL.iter().map(|one| (one.as_str(), one.label())).collect()),
    ];
    let description = values.remove("descripcion").unwrap_or_default();
    let description_problem = flash.problem("descripcion");
    let last_day = values.remove("vence").unwrap_or_default();
    view! {
        <PageTitle text="Vehículo"/>
        <LimitBar bar=&bar now=now/>
        <div class="medium stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Sus vehículos"</a>
            <h1>{heading}</h1>
            <form method="post" action="/fn/vehiculo" class="panel stack" novalidate>
                <ErrorSummary problems=flash.problems.clone()/>
                {known.map(|(id, _)| view! { <input type="hidden" name="id" value=id.to_string()/> })}
                <div class="columns">{named.into_iter().collect_view()}{currency}</div>
                <div class="columns">{kinds.into_iter().collect_view()}</div>
                {place}
                <div class="field">
                    <label for="descripcion">{label("descripcion")}</label>
                    <TextArea field="descripcion" value=&description rows=6 invalid=description_problem.is_some()/>
                    <FieldError field="descripcion" message=description_problem/>
                </div>
                <Field field="vence" label=label("vence") kind="date" complete="off" value=last_day problem=flash.problem("vence")
                    hint="El último día en que los compradores lo ven. Vacío: hasta que usted lo pause."/>
                <div class="actions">
                    <button type="submit" class="button">"Guardar"</button>
                    <a class="button second" href=LIST>"Cancelar"</a>
                </div>
            </form>
        </div>
    }
}
