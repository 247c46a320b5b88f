use std::time::Duration;

use leptos::prelude::*;
use uuid::Uuid;

use super::{back_with, done, signed_in};
use crate::{
    app::{
        ask_now::ask_now,
        callback_test::{Trip, test_callbacks},
        error::AppError,
    },
    web::{
        error::WebError,
        flash::{self, Flash},
        redirect,
        request::Current,
    },
};

/// The forms' name in the flash.
pub const SYSTEM: &str = "sistema";
const PAGE: &str = "/admin/sistema";
/// Where its result stands.
const TESTED: &str = "/admin/sistema#avisos";

/// An admin: has Twilio asked about one part, or about all that are in doubt.
#[server(prefix = "/fn/admin", endpoint = "preguntar")]
pub async fn post_ask_now(#[server(default)] parte: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, PAGE) else { return Ok(()) };
    let part = Some(parte.trim()).filter(|text| !text.is_empty()).map(str::parse::<Uuid>).transpose();
    let asked = match part {
        Ok(part) => ask_now(&current.state, &actor, part).await,
        Err(_) => Err(AppError::NotFound),
    };
    match asked {
        Ok(0) => {
            done(&current, SYSTEM, PAGE, "No hay nada que preguntar: Twilio ya lo dijo todo.").await?;
        }
        Ok(count) => {
            let what = if count == 1 { "un envío".to_owned() } else { format!("{count} envíos") };
            let said = format!(
                "En unos segundos se le pregunta a Twilio por {what}. Actualice la página para ver qué contestó."
            );
            done(&current, SYSTEM, PAGE, &said).await?;
        }
        Err(error) => back_with(&current, SYSTEM, PAGE, &[], error).await?,
    }
    Ok(())
}

/// An admin: calls our own webhook through the address the world sees.
#[server(prefix = "/fn/admin", endpoint = "probar-avisos")]
pub async fn post_test_callbacks() -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, PAGE) else { return Ok(()) };
    match test_callbacks(&current.state, &actor).await {
        Ok(trip) => {
            flash::keep(&current.session, SYSTEM, &told(&trip)).await?;
            redirect::from_leptos(TESTED);
        }
        Err(error) => back_with(&current, SYSTEM, PAGE, &[], error).await?,
    }
    Ok(())
}

/// What the page shows of it.
fn told(trip: &Trip) -> Flash {
    let took = |hop: Option<Duration>| hop.map(millis).unwrap_or_default();
    let hops = [took(trip.name), took(trip.connection), took(trip.whole), took(trip.handler)];
    let [name, connection, whole, handler] = &hops;
    let (said, remedy) = (trip.said(), trip.remedy().unwrap_or_default());
    let values = [
        ("prueba", said.as_str()),
        ("remedio", remedy),
        ("nombre", name),
        ("conexion", connection),
        ("respuesta", whole),
        ("servidor", handler),
    ];
    Flash::new(&values, Vec::new())
}

/// `0.4 ms`, `35 ms`, `1,250 ms`.
pub fn millis(took: Duration) -> String {
    let millis = took.as_secs_f64() * 1_000.0;
    if millis < 0.1 {
        "menos de 0.1 ms".to_owned()
    } else if millis < 10.0 {
        format!("{millis:.1} ms")
    } else {
        format!("{} ms", crate::domain::money::grouped(rust_decimal::Decimal::from(took.as_millis())))
    }
}
