use leptos::prelude::*;

use super::{back_with, done, signed_in};
use crate::{
    app::{
        error::AppError,
        quick_answers::{drop_quick_answer, save_quick_answer},
    },
    domain::ids::QuickId,
    web::{error::WebError, request::Current},
};

/// The form's name in the flash.
pub const QUICK: &str = "respuestas";

const PAGE: &str = "/panel/conversaciones/respuestas";
/// Where another dealer's would be, and is not.
const GONE: &str = "/panel/conversaciones/respuestas/no-esta";

/// A dealer's user: makes a ready answer, or changes one.
#[server(prefix = "/fn", endpoint = "respuesta-guardar")]
pub async fn post_quick(
    #[server(default)] id: String,
    #[server(default)] titulo: String,
    #[server(default)] texto: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, PAGE) else { return Ok(()) };
    let quick = match id.as_str() {
        "" => Ok(None),
        text => text.parse::<QuickId>().map(Some).map_err(|_| AppError::NotFound),
    };
    let saved = match quick {
        Ok(quick) => save_quick_answer(&current.state, &actor, quick, &titulo, &texto).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => done(&current, QUICK, PAGE, "La respuesta quedó guardada.").await?,
        Err(error @ AppError::NotFound) => back_with(&current, QUICK, GONE, &[], error).await?,
        Err(error) => {
            let typed = [("id", id.as_str()), ("titulo", &titulo), ("texto", &texto)];
            back_with(&current, QUICK, PAGE, &typed, error).await?;
        }
    }
    Ok(())
}

/// A dealer's user: drops a ready answer.
#[server(prefix = "/fn", endpoint = "respuesta-borrar")]
pub async fn post_drop_quick(#[server(default)] id: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, PAGE) else { return Ok(()) };
    let dropped = match id.parse::<QuickId>() {
        Ok(id) => drop_quick_answer(&current.state, &actor, id).await,
        Err(_) => Err(AppError::NotFound),
    };
    match dropped {
        Ok(()) => done(&current, QUICK, PAGE, "La respuesta quedó borrada.").await?,
        Err(error) => back_with(&current, QUICK, GONE, &[], error).await?,
    }
    Ok(())
}
