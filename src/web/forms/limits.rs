use leptos::prelude::*;

use super::{
    admin::{LIMIT, edit_path, value},
    back_with, done, reason, signed_in,
};
use crate::{
    app::{
        error::AppError,
        limit_marks::read_mark,
        limit_requests::{ask_for_limit, deny_request},
        undo::undo,
    },
    domain::{
        ids::RequestId,
        limits::Limit,
        reason::{InvalidReason, Reason},
    },
    web::{error::WebError, redirect, request::Current},
};

/// The forms' names in the flash.
pub const REQUEST: &str = "solicitud";
pub const AUDIT: &str = "auditoria";

/// A dealer's user: asks for another value of a limit of his dealer's.
#[server(prefix = "/fn", endpoint = "solicitar")]
pub async fn post_request(
    #[server(default)] limite: String,
    #[server(default)] valor: String,
    #[server(default)] motivo: String,
) -> Result<(), WebError> {
    const PAGE: &str = "/panel/limites";
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, PAGE) else { return Ok(()) };
    let asked = async {
        let unknown = |_| AppError::invalid("limite", "unknown", "Límite: elija uno de la lista.");
        let limit: Limit = limite.parse().map_err(unknown)?;
        let value = value(limit, &valor, "Cuánto necesita")?;
        ask_for_limit(&current.state, &actor, limit, value, reason("motivo", &motivo)?).await
    };
    match asked.await {
        Ok(()) => {
            done(&current, REQUEST, PAGE, "Su solicitud está enviada. La respuesta se ve aquí.").await?;
        }
        Err(error) => {
            let typed = [("limite", &*limite), ("valor", &valor), ("motivo", &motivo)];
            back_with(&current, REQUEST, PAGE, &typed, error).await?;
        }
    }
    Ok(())
}

/// A dealer's user: has read that a limit is nearly or wholly used.
#[server(prefix = "/fn", endpoint = "aviso-leido")]
pub async fn post_read_mark(
    #[server(default)] limite: String,
    #[server(default)] porciento: String,
    #[server(default)] volver: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, "/panel") else { return Ok(()) };
    if let (Ok(limit), Ok(percent)) = (limite.parse(), porciento.parse()) {
        read_mark(&current.state, &actor, limit, percent).await?;
    }
    redirect::from_leptos(&volver);
    Ok(())
}

/// An admin: says no to what a dealer asks for.
#[server(prefix = "/fn/admin", endpoint = "negar")]
pub async fn post_denial(
    #[server(default)] solicitud: String,
    #[server(default)] limite: String,
    #[server(default)] concesionario: String,
    #[server(default)] respuesta: String,
) -> Result<(), WebError> {
    const LIST: &str = "/admin/limites";
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let denied = async {
        let id: RequestId = solicitud.parse().map_err(|_| AppError::NotFound)?;
        let answer = Reason::parse(&respuesta).map_err(|error| {
            let problem = match error {
                InvalidReason::Empty => {
                    "Respuesta: escriba por qué no; la leerá el concesionario.".to_owned()
                }
                other => other.of("Respuesta"),
            };
            AppError::invalid("respuesta", "invalid_reason", problem)
        })?;
        deny_request(&current.state, &actor, id, answer).await
    };
    match denied.await {
        Ok(()) => {
            done(&current, LIMIT, LIST, "La solicitud está negada; el concesionario lee su respuesta.")
                .await?;
        }
        Err(error) => {
            let page =
                limite.parse().map_or_else(|_| LIST.to_owned(), |limit| edit_path(limit, &concesionario));
            back_with(&current, LIMIT, &page, &[("respuesta", &respuesta)], error).await?;
        }
    }
    Ok(())
}

/// An admin: takes back a change.
#[server(prefix = "/fn/admin", endpoint = "deshacer")]
pub async fn post_undo(#[server(default)] id: String) -> Result<(), WebError> {
    const LIST: &str = "/admin/auditoria";
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let undone = async {
        let id = id.parse().map_err(|_| AppError::NotFound)?;
        undo(&current.state, &actor, id).await
    };
    match undone.await {
        Ok(()) => done(&current, AUDIT, LIST, "El cambio está deshecho.").await?,
        Err(error) => back_with(&current, AUDIT, LIST, &[], error).await?,
    }
    Ok(())
}
