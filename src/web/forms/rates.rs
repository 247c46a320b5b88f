use std::collections::HashMap;

use leptos::prelude::*;

use super::{back_with, done, signed_in};
use crate::{
    app::{
        error::{AppError, FieldError, Result},
        set_dop_rate::set_dop_rate,
        set_rate::{Begins, NewRate, set_rate, withdraw_rate},
    },
    domain::{
        dop_rate::{DopRate, parse_pesos},
        ids::RateId,
        rates::{Scope, parse_price},
        reason::{Reason, is_plain},
        time::parse_iso_day,
    },
    web::{address::address, error::WebError, request::Current},
};

/// The forms' names in the flash.
pub const RATE: &str = "tarifa";
pub const DOP_RATE: &str = "tasa";
pub const RATES: &str = "/admin/tarifas";
pub const NEW_RATE: &str = "/admin/tarifas/nueva";
/// What a new rate's form sends, in an address or a post.
pub const RATE_FIELDS: [&str; 7] = ["tipo", "categoria", "mercado", "precio", "desde", "dia", "motivo"];
const LONGEST_SOURCE: usize = 80;

/// An admin: puts a rate on the card.
#[server(prefix = "/fn/admin", endpoint = "tarifa")]
pub async fn post_rate(
    #[server(flatten)] fields: HashMap<String, String>,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, RATES) else { return Ok(()) };
    let written = |field: &str| fields.get(field).map_or("", String::as_str);
    let set = async {
        actor.admin()?;
        let new = read_rate(written)?;
        set_rate(&current.state, &actor, new, written("vista").parse().ok()).await
    };
    match set.await {
        Ok(()) => done(&current, RATE, RATES, "La tarifa está guardada.").await?,
        Err(error) => {
            let pairs = RATE_FIELDS.map(|field| (field, written(field).to_owned()));
            back_with(&current, RATE, &address(NEW_RATE, pairs), &[], error).await?;
        }
    }
    Ok(())
}

/// An admin: takes back a rate that has not begun.
#[server(prefix = "/fn/admin", endpoint = "tarifa-retirar")]
pub async fn post_withdraw_rate(#[server(default)] id: String) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, RATES) else { return Ok(()) };
    let withdrawn = match id.parse::<RateId>() {
        Ok(id) => withdraw_rate(&current.state, &actor, id).await,
        Err(_) => Err(AppError::NotFound),
    };
    match withdrawn {
        Ok(()) => done(&current, RATE, RATES, "La tarifa está retirada; rige la de antes.").await?,
        Err(error) => back_with(&current, RATE, RATES, &[], error).await?,
    }
    Ok(())
}

/// An admin: notes what a dollar costs.
#[server(prefix = "/fn/admin", endpoint = "tasa")]
pub async fn post_dop_rate(
    #[server(default)] pesos: String,
    #[server(default)] fecha: String,
    #[server(default)] fuente: String,
    #[server(default)] vista: String,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, RATES) else { return Ok(()) };
    let set = async {
        actor.admin()?;
        let rate = read_dop_rate(&pesos, &fecha, &fuente)?;
        set_dop_rate(&current.state, &actor, rate, vista.parse().ok()).await
    };
    match set.await {
        Ok(()) => {
            done(&current, DOP_RATE, RATES, "La tasa está guardada y ya se muestra en los paneles.").await?;
        }
        Err(error) => {
            let typed = [("pesos", &*pesos), ("fecha", &fecha), ("fuente", &fuente)];
            back_with(&current, DOP_RATE, RATES, &typed, error).await?;
        }
    }
    Ok(())
}

/// A rate as its form says it.
///
/// # Errors
/// `Invalid`, all that is wrong at once.
pub fn read_rate<'a>(written: impl Fn(&str) -> &'a str) -> Result<NewRate> {
    let mut problems = Vec::new();
    let mut problem = |field, message: String| problems.push(FieldError::new(field, "invalid", message));
    let word = |field: &str| Some(written(field)).filter(|word| !word.is_empty());
    let kind = word("tipo").map(str::parse).transpose();
    let kind = kind.map_err(|_| problem("tipo", "Tipo: elija uno de la lista.".to_owned()));
    let category = word("categoria").map(str::parse).transpose();
    let category = category.map_err(|_| problem("categoria", "Categoría: elija una de la lista.".to_owned()));
    let market = word("mercado").map(str::parse).transpose();
    let market = market.map_err(|_| problem("mercado", "Mercado: elija uno de la lista.".to_owned()));
    let price = parse_price(written("precio")).map_err(|error| problem("precio", error.to_string()));
    let begins = if written("desde") == "dia" {
        let day = parse_iso_day(written("dia"));
        day.map(Begins::With)
            .ok_or_else(|| problem("dia", "Día: escriba una fecha, como 2026-12-01.".to_owned()))
    } else {
        Ok(Begins::Now)
    };
    let reason = Reason::parse(written("motivo")).map_err(|error| problem("motivo", error.to_string()));
    match (kind, category, market, price, begins, reason) {
        (Ok(kind), Ok(category), Ok(market), Ok(price), Ok(begins), Ok(reason)) => {
            Ok(NewRate { scope: Scope { kind, category, market }, price, begins, reason })
        }
        _ => Err(AppError::Invalid(problems)),
    }
}

fn read_dop_rate(pesos: &str, day: &str, source: &str) -> Result<DopRate> {
    let mut problems = Vec::new();
    let mut problem = |field, message: &str| problems.push(FieldError::new(field, "invalid", message));
    let pesos =
        parse_pesos(pesos).ok_or_else(|| problem("pesos", "RD$ por US$ 1: escriba la tasa, como 61.25."));
    let day = parse_iso_day(day)
        .ok_or_else(|| problem("fecha", "Fecha: escriba el día de la tasa, como 2026-11-20."));
    let fits = |text: &&str| (1..=LONGEST_SOURCE).contains(&text.chars().count()) && is_plain(text);
    let source = Some(source.trim()).filter(fits);
    let source = source.ok_or_else(|| {
        problem("fuente", "Fuente: diga quién la publica, en 80 caracteres de texto como mucho.");
    });
    match (pesos, day, source) {
        (Ok(pesos), Ok(day), Ok(source)) => Ok(DopRate { pesos, day, source: source.to_owned() }),
        _ => Err(AppError::Invalid(problems)),
    }
}
