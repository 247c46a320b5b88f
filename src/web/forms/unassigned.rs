use leptos::prelude::*;

use super::{back_with, done, signed_in};
use crate::{
    app::{
        error::AppError,
        unassigned::{assign_words, close_words},
    },
    domain::ids::{InboundId, ThreadId},
    web::{error::WebError, request::Current},
};

/// The forms' name in the flash.
pub const UNASSIGNED: &str = "sin-asignar";

const LIST: &str = "/admin/sin-asignar";

/// An admin: gives words that are nobody's to a conversation.
#[server(prefix = "/fn/admin", endpoint = "palabras-asignar")]
pub async fn post_assign_words(
    #[server(default)] id: String,
    #[server(default)] conversacion: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let assigned = match (id.parse::<InboundId>(), conversacion.parse::<ThreadId>()) {
        (Ok(id), Ok(thread)) => assign_words(&current.state, &actor, id, thread).await,
        _ => Err(AppError::NotFound),
    };
    match assigned {
        Ok(()) => done(&current, UNASSIGNED, LIST, "La respuesta está en su conversación.").await?,
        Err(error) => back_with(&current, UNASSIGNED, LIST, &[], error).await?,
    }
    Ok(())
}

/// An admin: says that words are for no conversation.
#[server(prefix = "/fn/admin", endpoint = "palabras-cerrar")]
pub async fn post_close_words(#[server(default)] id: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let closed = match id.parse::<InboundId>() {
        Ok(id) => close_words(&current.state, &actor, id).await,
        Err(_) => Err(AppError::NotFound),
    };
    match closed {
        Ok(()) => {
            done(&current, UNASSIGNED, LIST, "Esa respuesta no es de nadie: ya no está en la lista.").await?;
        }
        Err(error) => back_with(&current, UNASSIGNED, LIST, &[], error).await?,
    }
    Ok(())
}
