use std::collections::HashMap;

use leptos::prelude::*;

use super::{back_with, done, signed_in};
use crate::{
    app::{
        error::{AppError, FieldError},
        import_vehicles::import_upload,
        stock::{save_vehicle, set_paused},
    },
    domain::ids::{ImportId, VehicleId},
    web::{error::WebError, flash, guard::sign_in_path, redirect, request::Current},
};

/// The form's name in the flash.
pub const FORM: &str = "vehiculo";
const LIST: &str = "/panel/vehiculos";

/// The form's fields, by the names of an import file's columns, and their labels.
pub const FIELDS: [(&str, &str); 15] = [
    ("referencia", "Referencia"),
    ("marca", "Marca"),
    ("modelo", "Modelo"),
    ("version", "Versión (opcional)"),
    ("anio", "Año"),
    ("tipo", "Tipo"),
    ("color", "Color"),
    ("kilometraje", "Kilometraje"),
    ("transmision", "Transmisión"),
    ("combustible", "Combustible"),
    ("precio", "Precio"),
    ("moneda", "Moneda"),
    ("ubicacion", "Ubicación"),
    ("descripcion", "Descripción (opcional)"),
    ("vence", "Último día (opcional)"),
];

/// A field's label without its note.
fn name_of(field: &str) -> Option<&'static str> {
    let (_, label) = FIELDS.into_iter().find(|(name, _)| *name == field)?;
    label.split(" (").next()
}

/// A dealer's user: adds a vehicle, or describes one anew.
#[server(prefix = "/fn", endpoint = "vehiculo")]
pub async fn post_vehicle(
    #[server(default)] id: String,
    #[server(flatten)] fields: HashMap<String, String>,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let written = |field: &str| fields.get(field).map_or("", String::as_str);
    let typed: Vec<_> = FIELDS.iter().map(|(name, _)| (*name, written(name))).collect();
    let known = id.parse::<VehicleId>().ok();
    let page = known.map_or_else(|| format!("{LIST}/nuevo"), |id| format!("{LIST}/{id}"));
    let Some(actor) = current.actor.clone() else {
        flash::keep(&current.session, FORM, &flash::Flash::new(&typed, Vec::new())).await?;
        redirect::from_leptos(&sign_in_path(&page));
        return Ok(());
    };
    match save_vehicle(&current.state, &actor, known, written).await {
        Ok(_) => {
            let said = if known.is_some() {
                "Los cambios están guardados."
            } else {
                "El vehículo está añadido."
            };
            done(&current, FORM, LIST, said).await?;
        }
        Err(error) => back_with(&current, FORM, &page, &typed, named(error)).await?,
    }
    Ok(())
}

/// A dealer's user: hides a vehicle from buyers, or shows it again.
#[server(prefix = "/fn", endpoint = "vehiculo-pausa")]
pub async fn post_pause(
    #[server(default)] id: String,
    #[server(default)] pausar: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let pause = pausar == "si";
    let Ok(vehicle) = id.parse::<VehicleId>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    match set_paused(&current.state, &actor, vehicle, pause).await {
        Ok(()) if pause => done(&current, FORM, LIST, "Pausado: los compradores ya no lo ven.").await?,
        Ok(()) => done(&current, FORM, LIST, "Publicado de nuevo, hasta su último día si tiene uno.").await?,
        Err(error) => back_with(&current, FORM, &format!("{LIST}/{vehicle}"), &[], error).await?,
    }
    Ok(())
}

/// A dealer's user: loads the file that he looked at.
#[server(prefix = "/fn", endpoint = "vehiculos-importar")]
pub async fn post_import(#[server(default)] id: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let page = format!("{LIST}/importar");
    let Some(actor) = signed_in(&current, &page) else { return Ok(()) };
    let Ok(import) = id.parse::<ImportId>() else {
        redirect::from_leptos(&page);
        return Ok(());
    };
    let import_page = format!("{page}/{import}");
    match import_upload(&current.state, &actor, import).await {
        Ok(()) => redirect::from_leptos(&import_page),
        Err(error) => back_with(&current, FORM, &import_page, &[], error).await?,
    }
    Ok(())
}

/// A file's column stands beside its problem; a form's field has to be named in it.
fn named(error: AppError) -> AppError {
    match error {
        AppError::Invalid(problems) => {
            let name = |problem: FieldError| match name_of(problem.field) {
                Some(label) => FieldError { message: format!("{label}: {}", problem.message), ..problem },
                None => problem,
            };
            AppError::Invalid(problems.into_iter().map(name).collect())
        }
        other => other,
    }
}
