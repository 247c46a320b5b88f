use leptos::prelude::*;

use super::{back_with, signed_in};
use crate::{
    app::resend::{begin_bulk_resend, resend},
    domain::{
        ids::{BulkId, MessageId},
        range::Range,
        time::day_in_santo_domingo,
    },
    web::{error::WebError, flash, redirect, request::Current},
};

/// The forms' name in the flash.
pub const FORM: &str = "reenviar";

/// A dealer's user: sends one failed message again.
#[server(prefix = "/fn", endpoint = "reenviar")]
pub async fn post_resend(#[server(default)] id: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let page = format!("/panel/mensajes/{id}");
    let Some(actor) = signed_in(&current, "/panel/mensajes") else { return Ok(()) };
    let Ok(message) = id.parse::<MessageId>() else {
        redirect::from_leptos("/panel/mensajes");
        return Ok(());
    };
    match resend(&current.state, &actor, message).await {
        Ok(fresh) => redirect::from_leptos(&format!("/panel/mensajes/{fresh}")),
        Err(error) => back_with(&current, FORM, &page, &[], error).await?,
    }
    Ok(())
}

/// A dealer's user: sends all of a range's again that may be.
#[server(prefix = "/fn", endpoint = "reenviar-varios")]
pub async fn post_bulk_resend(
    #[server(default)] id: String,
    #[server(default)] desde: String,
    #[server(default)] hasta: String,
    #[server(default)] cuantos: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, "/panel/fallidos") else { return Ok(()) };
    let today = day_in_santo_domingo(current.state.clock.now());
    let range = Range::parse(None, Some(&desde), Some(&hasta), today);
    let (Ok(id), Ok(range)) = (id.parse::<BulkId>(), range) else {
        flash::keep(&current.session, FORM, &flash::Flash::new(&[], Vec::new())).await?;
        redirect::from_leptos("/panel/fallidos");
        return Ok(());
    };
    let shown = cuantos.parse().unwrap_or_default();
    match begin_bulk_resend(&current.state, &actor, id, range, shown).await {
        Ok(()) => redirect::from_leptos(&format!("/panel/reenvios/{id}")),
        Err(error) => {
            let page = format!("/panel/fallidos?desde={}&hasta={}", range.from, range.to);
            back_with(&current, FORM, &page, &[], error).await?;
        }
    }
    Ok(())
}
