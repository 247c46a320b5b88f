use std::collections::HashMap;

use chrono::{DateTime, Days, Utc};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::{back_with, done, reason, signed_in};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, FieldError, Result},
        pause::{BeginPause, begin_pause, end_pause},
        read_rules::find_dealer,
        set_limit::{ChangeLimit, Setting, change_limit},
    },
    config::FirstLimits,
    domain::{
        ids::{DealerId, PauseId, RequestId},
        limits::Limit,
        money,
        reason::Reason,
        time::{day_begins, day_in_santo_domingo, parse_iso_day, parse_moment},
    },
    web::{address::address, error::WebError, request::Current},
};

/// The forms' names in the flash.
pub const PAUSE: &str = "pausa";
pub const LIMIT: &str = "limite";
const LIST: &str = "/admin/limites";
/// What the form of a limit sends, in an address or a post.
pub const LIMIT_FIELDS: [&str; 5] = ["regla", "valor", "vence", "permanente", "motivo"];
/// What is typed to stop sending.
pub const WORD: &str = "PAUSAR";
/// An override ends after so many days unless somebody chooses otherwise.
pub const DAYS: u64 = 7;

/// An admin: stops sending.
#[server(prefix = "/fn/admin", endpoint = "pausar")]
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
        let reason = reason("motivo", &motivo)?;
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
#[server(prefix = "/fn/admin", endpoint = "reanudar")]
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

/// An admin: sets a limit, and grants with it what a dealer asks for.
#[server(prefix = "/fn/admin", endpoint = "limite")]
pub async fn post_limit(
    #[server(flatten)] fields: HashMap<String, String>,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let written = |field: &str| fields.get(field).map_or("", String::as_str);
    let limit = written("limite").parse::<Limit>();
    let set = async {
        actor.admin()?;
        let unknown = |_| AppError::invalid("limite", "unknown", "Límite: elija uno de la lista.");
        let limit = limit.clone().map_err(unknown)?;
        let dealer = named_dealer(&current, &actor, written("concesionario")).await?;
        let first = &current.state.config.limits;
        let wanted = read_wanted(limit, dealer.is_some(), written, first, current.state.clock.now())?;
        let grant = match written("solicitud") {
            "" => None,
            id => {
                Some((id.parse::<RequestId>().map_err(|_| AppError::NotFound)?, answer(written("contesta"))?))
            }
        };
        let Wanted { setting, expires_at, reason } = wanted;
        let seen = written("version").parse().unwrap_or_default();
        let change = ChangeLimit { limit, dealer, setting, expires_at, reason, seen, grant };
        let granted = change.grant.is_some();
        change_limit(&current.state, &actor, change).await.map(|()| granted)
    };
    match set.await {
        Ok(granted) => {
            let said = if granted {
                "La solicitud está concedida; el límite rige desde el próximo mensaje."
            } else {
                "El límite está guardado y rige desde el próximo mensaje."
            };
            done(&current, LIMIT, LIST, said).await?;
        }
        Err(error) => {
            let typed = LIMIT_FIELDS.into_iter().chain(["contesta"]).map(|field| (field, written(field)));
            let typed: Vec<_> = typed.collect();
            let slug = written("concesionario");
            let page = limit.map_or_else(|_| LIST.to_owned(), |limit| edit_path(limit, slug));
            back_with(&current, LIMIT, &page, &typed, error).await?;
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

/// What a dealer reads of what he is granted; it may be nothing.
fn answer(typed: &str) -> Result<Option<Reason>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let answer = Reason::parse(typed).map_err(|error| {
        AppError::invalid("contesta", "invalid_reason", error.of("Respuesta al concesionario"))
    })?;
    Ok(Some(answer))
}

/// What the form of a limit says.
pub struct Wanted {
    pub setting: Setting,
    pub expires_at: Option<DateTime<Utc>>,
    pub reason: Reason,
}

/// Reads it; `is_own`: of one dealer's limit, which ends by itself. «El valor por defecto» of a limit for all is what the
/// environment says, if it says something else than OKLA does by itself.
///
/// # Errors
/// `Invalid`, all that is wrong at once.
pub fn read_wanted<'a>(
    limit: Limit,
    is_own: bool,
    written: impl Fn(&str) -> &'a str,
    first: &FirstLimits,
    now: DateTime<Utc>,
) -> Result<Wanted> {
    let usual = first.default_of(limit).filter(|usual| !is_own && Some(*usual) != limit.default_value());
    let setting = match written("regla") {
        "sin" => Ok(Setting::NoLimit),
        "general" => Ok(usual.map_or(Setting::Inherited, |usual| Setting::Most(usual.into()))),
        _ => value(limit, written("valor"), "Valor").map(Setting::Most),
    };
    let ends = is_own && written("regla") != "general";
    let expires_at = if ends { end(written("vence"), written("permanente"), now) } else { Ok(None) };
    match (setting, expires_at, reason("motivo", written("motivo"))) {
        (Ok(setting), Ok(expires_at), Ok(reason)) => Ok(Wanted { setting, expires_at, reason }),
        (setting, expires_at, reason) => {
            let errors = [setting.err(), expires_at.err(), reason.err()];
            let problems = errors.into_iter().flatten().flat_map(|error| match error {
                AppError::Invalid(fields) => fields,
                other => vec![FieldError::new("", "invalid", other.to_string())],
            });
            Err(AppError::Invalid(problems.collect()))
        }
    }
}

/// A limit's value as a person writes it into the field of that name.
pub(super) fn value(limit: Limit, typed: &str, label: &str) -> Result<Decimal> {
    let is_money = limit == Limit::DealerBudget;
    let whole = || money::parse(typed).map(|(value, _)| value).filter(|value| value.fract().is_zero());
    let value = if is_money { money::parse_dollars(typed) } else { whole() };
    let value = value.filter(|value| *value <= Decimal::from(99_999_999));
    let problem = if is_money {
        "escriba los US$ al mes, con coma para los miles y punto para los centavos, como 250 o 1,200.50."
    } else {
        "escriba un número entero de 0 o más, como 2,000."
    };
    value.ok_or_else(|| AppError::invalid("valor", "invalid", format!("{label}: {problem}")))
}

/// When a dealer's own value ends: with that day in Santo Domingo, or never; of nothing chosen a week from now.
fn end(day: &str, permanent: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let problem = |code, message: &str| AppError::invalid("vence", code, message);
    let day = match (day.trim(), permanent == "si") {
        ("", true) => return Ok(None),
        ("", false) => day_in_santo_domingo(now) + Days::new(DAYS),
        (_, true) => {
            let message = "Último día: bórrelo, o quite la marca de «Permanente»; las dos cosas a la vez no pueden ser.";
            return Err(problem("contradiction", message));
        }
        (day, false) => parse_iso_day(day)
            .ok_or_else(|| problem("invalid", "Último día: escriba una fecha, como 2026-12-01."))?,
    };
    let end = day_begins(day + Days::new(1));
    if end <= now {
        return Err(problem("past", "Último día: elija uno que todavía no haya pasado."));
    }
    Ok(Some(end))
}
