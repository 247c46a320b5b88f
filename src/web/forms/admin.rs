use std::collections::HashMap;

use chrono::{DateTime, Days, Utc};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::{back_with, done, signed_in};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        pause::{BeginPause, begin_pause, end_pause},
        read_rules::find_dealer,
        set_limit::{ChangeLimit, Setting, change_limit},
    },
    domain::{
        ids::{DealerId, PauseId},
        limits::Limit,
        money,
        reason::Reason,
        time::{day_begins, day_in_santo_domingo, parse_iso_day, parse_moment},
    },
    web::{address::address, error::WebError, redirect, request::Current},
};

/// The forms' names in the flash.
pub const PAUSE: &str = "pausa";
pub const LIMIT: &str = "limite";
const LIST: &str = "/admin/limites";
/// What is typed to stop sending.
pub const WORD: &str = "PAUSAR";
/// An override ends after so many days unless somebody chooses otherwise.
pub const DAYS: u64 = 7;

/// An admin: stops sending.
#[server(prefix = "/fn", endpoint = "pausar")]
pub async fn post_begin_pause(
    #[server(default)] concesionario: String,
    #[server(default)] tipo: String,
    #[server(default)] motivo: String,
    #[server(default)] hasta: String,
    #[server(default)] palabra: String,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let begun = async {
        actor.admin()?;
        let dealer = named_dealer(&current, &actor, &concesionario).await?;
        let kind = Some(tipo.as_str()).filter(|word| !word.is_empty()).map(str::parse).transpose();
        let kind = kind.map_err(|message| AppError::invalid("tipo", "unknown", message))?;
        let until = match hasta.trim() {
            "" => None,
            text => Some(parse_moment(text).ok_or_else(|| {
                AppError::invalid("hasta", "invalid", "Hasta: escriba fecha y hora, como 2026-11-23T14:00.")
            })?),
        };
        if palabra.trim() != WORD {
            let problem = format!("Confirmación: escriba {WORD}, en mayúsculas.");
            return Err(AppError::invalid("palabra", "not_confirmed", problem));
        }
        let reason = reason(&motivo)?;
        begin_pause(&current.state, &actor, BeginPause { dealer, kind, reason, until }).await
    };
    match begun.await {
        Ok(_) => done(&current, PAUSE, LIST, "Los envíos que eligió están detenidos.").await?,
        Err(error) => {
            let typed =
                [("concesionario", &*concesionario), ("tipo", &tipo), ("motivo", &motivo), ("hasta", &hasta)];
            back_with(&current, PAUSE, LIST, &typed, error).await?;
        }
    }
    Ok(())
}

/// An admin: lets sending go on.
#[server(prefix = "/fn", endpoint = "reanudar")]
pub async fn post_end_pause(#[server(default)] id: String) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let ended = match id.parse::<PauseId>() {
        Ok(id) => end_pause(&current.state, &actor, id).await,
        Err(_) => Err(AppError::NotFound),
    };
    match ended {
        Ok(()) => done(&current, PAUSE, LIST, "Los envíos siguen.").await?,
        Err(error) => back_with(&current, PAUSE, LIST, &[], error).await?,
    }
    Ok(())
}

/// An admin: sets a limit.
#[server(prefix = "/fn", endpoint = "limite")]
pub async fn post_limit(
    #[server(flatten)] fields: HashMap<String, String>,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let written = |field: &str| fields.get(field).map_or("", String::as_str);
    let Ok(limit) = written("limite").parse::<Limit>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    let set = async {
        actor.admin()?;
        let dealer = named_dealer(&current, &actor, written("concesionario")).await?;
        let setting = setting(limit, written("regla"), written("valor"))?;
        let lasts = dealer.is_none() || written("permanente") == "si" || setting == Setting::Inherited;
        let expires_at =
            if lasts { None } else { Some(last_day(written("vence"), current.state.clock.now())?) };
        let (reason, seen) = (reason(written("motivo"))?, written("version").parse().unwrap_or_default());
        let request = written("solicitud").parse().ok();
        let change = ChangeLimit { limit, dealer, setting, expires_at, reason, seen, request };
        change_limit(&current.state, &actor, change).await
    };
    match set.await {
        Ok(()) => {
            done(&current, LIMIT, LIST, "El límite está guardado y rige desde el próximo mensaje.").await?;
        }
        Err(error) => {
            let typed =
                ["regla", "valor", "vence", "permanente", "motivo"].map(|field| (field, written(field)));
            back_with(&current, LIMIT, &edit_path(limit, written("concesionario")), &typed, error).await?;
        }
    }
    Ok(())
}

/// Where a limit is changed, for all or for one dealer.
pub fn edit_path(limit: Limit, slug: &str) -> String {
    let dealer = Some(slug).filter(|slug| !slug.is_empty()).map(|slug| ("concesionario", slug.to_owned()));
    let pairs = [("limite", limit.name().to_owned())].into_iter().chain(dealer);
    address("/admin/limites/cambiar", pairs)
}

async fn named_dealer(current: &Current, actor: &Actor, slug: &str) -> Result<Option<DealerId>> {
    match slug.trim() {
        "" => Ok(None),
        slug => find_dealer(&current.state, actor, slug).await.map(Some),
    }
}

pub(super) fn reason(typed: &str) -> Result<Reason> {
    Reason::parse(typed).map_err(|error| AppError::invalid("motivo", "invalid_reason", error.to_string()))
}

/// What the form's words come to.
///
/// # Errors
/// `Invalid`: no number of the limit's unit.
pub fn setting(limit: Limit, rule: &str, typed: &str) -> Result<Setting> {
    match rule {
        "sin" => Ok(Setting::NoLimit),
        "general" => Ok(Setting::Inherited),
        _ => value(limit, typed).map(Setting::Most),
    }
}

/// A limit's value as a person writes it.
pub(super) fn value(limit: Limit, typed: &str) -> Result<Decimal> {
    let is_money = limit == Limit::DealerBudget;
    let value = money::parse(typed).map(|(value, _)| value);
    let value = value.filter(|value| is_money || value.fract().is_zero());
    let value = value.filter(|value| *value <= Decimal::from(99_999_999));
    let problem = if is_money {
        "Valor: escriba los US$ al mes, como 250 o 1,200.50."
    } else {
        "Valor: escriba un número entero de 0 o más, como 2,000."
    };
    value.ok_or_else(|| AppError::invalid("valor", "invalid", problem))
}

/// When a dealer's own value ends: with that day in Santo Domingo; of none chosen a week from now.
fn last_day(typed: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if typed.trim().is_empty() {
        return Ok(day_begins(day_in_santo_domingo(now) + Days::new(DAYS + 1)));
    }
    let day = parse_iso_day(typed)
        .ok_or_else(|| AppError::invalid("vence", "invalid", "Vence: escriba una fecha, como 2026-12-01."))?;
    Ok(day_begins(day + Days::new(1)))
}
