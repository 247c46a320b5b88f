use std::collections::HashMap;

use leptos::prelude::*;

use super::{back_with, done, reason, signed_in};
use crate::{
    app::{
        error::{AppError, FieldError, Result},
        offers::{
            CampaignForm, Order, Seen, confirm_campaign, delete_draft, halt_campaign, keep_draft,
            order_campaign,
        },
    },
    domain::{ids::CampaignId, offer::Audience, time::parse_moment},
    web::{
        error::WebError,
        flash::{self, Flash},
        redirect,
        request::Current,
    },
};

/// The forms' names in the flash.
pub const OFFER: &str = "oferta";
pub const CAMPAIGN: &str = "campana";
pub const HALT: &str = "oferta-detener";

const LIST: &str = "/panel/ofertas";
const NEW: &str = "/panel/ofertas/nueva";

/// The fields of an offer that is written.
const FIELDS: [&str; 10] =
    ["id", "texto", "vehiculo", "interes", "marca", "desde", "hasta", "respondidos", "motivo", "empieza"];

/// Of these several may be chosen, each under a name of its own: `marca-0`, `marca-1`. Kept a line each.
const SEVERAL: [&str; 2] = ["interes", "marca"];

/// What a field holds.
fn value_of(fields: &HashMap<String, String>, name: &str) -> String {
    if !SEVERAL.contains(&name) {
        return fields.get(name).cloned().unwrap_or_default();
    }
    let is_of =
        |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let chosen = fields.iter().filter(|(key, _)| is_of(key)).map(|(_, value)| value.as_str());
    let mut chosen: Vec<&str> = chosen.collect();
    chosen.sort_unstable();
    chosen.join("\n")
}

/// A dealer's user: writes an offer, to be looked at before it is confirmed; `accion=vista` only shows how it would arrive.
#[server(prefix = "/fn", endpoint = "oferta")]
pub async fn post_offer(
    #[server(default)] accion: String,
    #[server(flatten)] fields: HashMap<String, String>,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, NEW) else { return Ok(()) };
    let values = FIELDS.map(|name| (name, value_of(&fields, name)));
    let typed = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    if accion == "vista" {
        flash::keep(&current.session, OFFER, &Flash::new(&typed, Vec::new())).await?;
        redirect::from_leptos(&format!("{NEW}#vista"));
        return Ok(());
    }
    let kept = match parse(&typed) {
        Ok(form) => {
            let id = form.id;
            keep_draft(&current.state, &actor, form).await.map(|()| id)
        }
        Err(error) => Err(error),
    };
    match kept {
        Ok(id) => redirect::from_leptos(&format!("{LIST}/{id}")),
        Err(AppError::NotFound) => {
            let id = fields
                .get("id")
                .and_then(|id| id.parse::<CampaignId>().ok())
                .unwrap_or_else(CampaignId::fresh);
            back_with(&current, OFFER, &format!("{NEW}?id={id}"), &[], AppError::NotFound).await?;
        }
        Err(error) => back_with(&current, OFFER, NEW, &typed, error).await?,
    }
    Ok(())
}

fn parse(typed: &[(&str, &str)]) -> Result<CampaignForm> {
    let value = |field: &str| typed.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| *value);
    let id = value("id").parse().unwrap_or_else(|_| CampaignId::fresh());
    let begins = value("empieza").trim();
    let begins_at = parse_moment(begins);
    let mut wrong: Vec<FieldError> = Vec::new();
    let audience = Audience::parse(value).unwrap_or_else(|problems| {
        wrong.extend(problems.into_iter().map(|(field, said)| FieldError::new(field, "invalid", said)));
        Audience::default()
    });
    if begins_at.is_none() && !begins.is_empty() {
        let said = "Empieza: escriba el día y la hora, como 2026-12-31T10:00, o déjelo vacío.";
        wrong.push(FieldError::new("empieza", "invalid", said));
    }
    if !wrong.is_empty() {
        return Err(AppError::Invalid(wrong));
    }
    let vehicle = value("vehiculo").parse().ok();
    Ok(CampaignForm { id, words: value("texto").to_owned(), vehicle, audience, begins_at })
}

/// A dealer's user: confirms an offer that he has looked at.
#[server(prefix = "/fn", endpoint = "oferta-confirmar")]
pub async fn post_confirm_offer(
    #[server(default)] id: String,
    #[server(default)] cuantos: String,
    #[server(default)] visto: String,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let Ok(id) = id.parse::<CampaignId>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    let page = format!("{LIST}/{id}");
    let seen = Seen { people: cuantos.parse().unwrap_or_default(), seal: &visto };
    match confirm_campaign(&current.state, &actor, id, &seen).await {
        Ok(()) => done(&current, CAMPAIGN, &page, "La oferta está confirmada.").await?,
        Err(error) => back_with(&current, CAMPAIGN, &page, &[], error).await?,
    }
    Ok(())
}

/// A dealer's user: holds an offer back, lets it go on, ends it.
#[server(prefix = "/fn", endpoint = "oferta-orden")]
pub async fn post_order_offer(
    #[server(default)] id: String,
    #[server(default)] accion: String,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let order = match accion.as_str() {
        "seguir" => Order::Resume,
        "detener" => Order::Stop,
        _ => Order::Pause,
    };
    let Ok(id) = id.parse::<CampaignId>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    let page = format!("{LIST}/{id}");
    match order_campaign(&current.state, &actor, id, order).await {
        Ok(()) => redirect::from_leptos(&page),
        Err(error) => back_with(&current, CAMPAIGN, &page, &[], error).await?,
    }
    Ok(())
}

/// A dealer's user: forgets an offer that was not confirmed.
#[server(prefix = "/fn", endpoint = "oferta-borrar")]
pub async fn post_delete_offer(#[server(default)] id: String) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let Ok(id) = id.parse::<CampaignId>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    match delete_draft(&current.state, &actor, id).await {
        Ok(()) => redirect::from_leptos(LIST),
        Err(error) => back_with(&current, CAMPAIGN, &format!("{LIST}/{id}"), &[], error).await?,
    }
    Ok(())
}

/// An admin: ends a dealer's offer, who reads why.
#[server(prefix = "/fn/admin", endpoint = "oferta-detener")]
pub async fn post_halt_offer(
    #[server(default)] id: String,
    #[server(default)] motivo: String,
) -> std::result::Result<(), WebError> {
    const ADMINS: &str = "/admin/ofertas";
    let current = Current::get()?;
    let id = id.parse::<CampaignId>().map_err(|_| AppError::NotFound);
    let page = id.as_ref().map_or_else(|_| ADMINS.to_owned(), |id| format!("{ADMINS}/{id}"));
    let Some(actor) = signed_in(&current, &page) else { return Ok(()) };
    let halted = async {
        let reason = reason("motivo", &motivo)?;
        halt_campaign(&current.state, &actor, id?, reason).await
    };
    match halted.await {
        Ok(()) => done(&current, HALT, &page, "La oferta está detenida.").await?,
        Err(error) => back_with(&current, HALT, &page, &[("motivo", &motivo)], error).await?,
    }
    Ok(())
}
