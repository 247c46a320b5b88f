use leptos::prelude::*;

use super::{back_with, done, signed_in};
use crate::{
    app::{
        interests::show_interest,
        listings::renew,
        test_drives::{cancel, set_time},
    },
    domain::{
        ids::{DriveId, VehicleId},
        time::{parse_iso_day, spoken_date},
        user::Role,
    },
    web::{error::WebError, redirect, request::Current},
};

/// The forms' names in the flash.
pub const INTEREST: &str = "me-interesa";
pub const DRIVE: &str = "prueba";
pub const RENEWAL: &str = "renovar";

/// A buyer: a vehicle interests him.
#[server(prefix = "/fn", endpoint = "me-interesa")]
pub async fn post_interest(#[server(default)] vehicle: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let vehicle = vehicle.parse::<VehicleId>().ok();
    let page = vehicle.map_or_else(|| "/".to_owned(), |id| format!("/vehiculos/{id}"));
    let Some(actor) = signed_in(&current, &page) else { return Ok(()) };
    let Some(vehicle) = vehicle else {
        redirect::from_leptos(&page);
        return Ok(());
    };
    match show_interest(&current.state, &actor, vehicle).await {
        Ok(()) => redirect::from_leptos(&page),
        Err(error) => back_with(&current, INTEREST, &page, &[], error).await?,
    }
    Ok(())
}

/// A dealer's user: gives a test drive its time, one that was proposed or another.
#[server(prefix = "/fn", endpoint = "prueba-hora")]
pub async fn post_drive_time(
    #[server(default)] id: String,
    #[server(default)] when: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let drive = id.parse::<DriveId>().ok();
    let page = drive.map_or_else(|| "/panel/pruebas".to_owned(), |id| format!("/panel/pruebas/{id}"));
    let Some(actor) = signed_in(&current, &page) else { return Ok(()) };
    let Some(drive) = drive else {
        redirect::from_leptos(&page);
        return Ok(());
    };
    match set_time(&current.state, &actor, drive, &when).await {
        Ok(()) => {
            done(
                &current,
                DRIVE,
                &page,
                "La hora está puesta. Quien tiene su número comprobado recibe el aviso por WhatsApp.",
            )
            .await?;
        }
        Err(error) => back_with(&current, DRIVE, &page, &[("when", &*when)], error).await?,
    }
    Ok(())
}

/// The buyer or a dealer's user: calls a test drive off.
#[server(prefix = "/fn", endpoint = "prueba-cancelar")]
pub async fn post_cancel_drive(#[server(default)] id: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(drive) = id.parse::<DriveId>().ok() else {
        redirect::from_leptos("/pruebas");
        return Ok(());
    };
    let Some(actor) = signed_in(&current, &format!("/pruebas/{drive}")) else { return Ok(()) };
    let root = if actor.role == Role::Dealer { "/panel/pruebas" } else { "/pruebas" };
    let page = format!("{root}/{drive}");
    match cancel(&current.state, &actor, drive).await {
        Ok(()) => {
            done(&current, DRIVE, &page, "La prueba está cancelada. La otra parte lo ve aquí, y por WhatsApp si su número está comprobado.").await?;
        }
        Err(error) => back_with(&current, DRIVE, &page, &[], error).await?,
    }
    Ok(())
}

/// A dealer's user: a listing of his is shown for longer.
#[server(prefix = "/fn", endpoint = "renovar")]
pub async fn post_renew(
    #[server(default)] id: String,
    #[server(default)] last_day: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let (Ok(vehicle), Some(last_day)) = (id.parse::<VehicleId>(), parse_iso_day(&last_day)) else {
        redirect::from_leptos("/panel/vehiculos");
        return Ok(());
    };
    let page = format!("/panel/vehiculos/{vehicle}/renovar");
    let Some(actor) = signed_in(&current, &page) else { return Ok(()) };
    match renew(&current.state, &actor, vehicle, last_day).await {
        Ok(renewed) => {
            let until = spoken_date(renewed.until);
            let said = if renewed.hidden {
                format!(
                    "Renovada hasta el {until}, pero en pausa: los compradores no la ven hasta que la publique en «Sus vehículos»."
                )
            } else {
                format!("Renovada: sigue a la vista hasta el {until}.")
            };
            done(&current, RENEWAL, &page, &said).await?;
        }
        Err(error) => back_with(&current, RENEWAL, &page, &[], error).await?,
    }
    Ok(())
}
