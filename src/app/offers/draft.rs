//! Writing an offer and confirming it.

use chrono::{DateTime, Utc};

use super::{
    plan::{Asked, MOST, Plan, dealer_name, nobody, plan},
    seal::seal,
    words::{SAMPLE, arrives, check, with_link},
};
use crate::{
    app::{
        actor::Actor,
        compose::list_usable,
        error::{AppError, Result},
        read_panel::dealer_of,
        state::App,
        templates::ask_about_templates,
    },
    domain::{
        ids::{CampaignId, VehicleId},
        money::grouped,
        offer::{Audience, State},
        template::Purpose,
        time::day_in_santo_domingo,
    },
    store::{
        self,
        campaigns::{Campaign, NewCampaign},
    },
};

/// Vehicles to choose from.
const VEHICLES: i64 = 500;

/// An offer as it is written.
pub struct CampaignForm {
    /// The form's.
    pub id: CampaignId,
    pub words: String,
    pub vehicle: Option<VehicleId>,
    pub audience: Audience,
    /// Not before.
    pub begins_at: Option<DateTime<Utc>>,
}

/// What the form offers to choose from, and a draft that is written on.
pub struct NewDraft {
    pub draft: Option<Campaign>,
    pub asked: Vec<Asked>,
}

/// What whoever writes an offer needs.
///
/// # Errors
/// `NotFound` for whoever is no dealer's, and for a draft that is not his or is none any more.
pub async fn new_draft(app: &App, actor: &Actor, id: Option<CampaignId>) -> Result<NewDraft> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let draft = match id {
        Some(id) => {
            let draft = store::campaigns::get_campaign(&mut conn, Some(dealer), id).await?;
            Some(draft.filter(|draft| draft.state == State::Draft).ok_or(AppError::NotFound)?)
        }
        None => None,
    };
    let today = day_in_santo_domingo(app.clock.now());
    let asked = store::audiences::list_vehicles(&mut conn, dealer, today, VEHICLES).await?;
    let asked = asked.into_iter().map(|row| Asked {
        id: row.vehicle.to_string(),
        make: row.make,
        title: row.title,
        was_asked_about: row.was_asked_about,
        is_shown: row.is_shown,
    });
    Ok(NewDraft { draft, asked: asked.collect() })
}

/// Keeps what was written, to be looked at and confirmed.
///
/// # Errors
/// `Invalid` for words that do not fit; `NotFound` for another's, or a vehicle that is.
pub async fn keep_draft(app: &App, actor: &Actor, form: CampaignForm) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let known = store::campaigns::get_campaign(&mut conn, Some(dealer), form.id).await?;
    if let Some(vehicle) = form.vehicle {
        let own = store::audiences::is_vehicle_of(&mut conn, dealer, vehicle).await?;
        if !own {
            return Err(AppError::NotFound);
        }
    }
    if known.is_some_and(|known| known.state != State::Draft) {
        // A second press of a form whose offer is confirmed: its page tells.
        return Ok(());
    }
    let name = dealer_name(&mut conn, dealer).await?;
    check("texto", &name, form.words.trim(), |words| with_link(&app.settings, words, form.vehicle))?;
    let audience = serde_json::to_value(&form.audience)
        .map_err(|error| AppError::Fault(format!("an audience could not be written: {error}")))?;
    let draft = NewCampaign {
        id: form.id,
        dealer,
        user: actor.user_id,
        words: form.words.trim(),
        vehicle: form.vehicle,
        audience,
        begins_at: form.begins_at,
    };
    if store::campaigns::keep_draft(&mut conn, &draft, now).await? { Ok(()) } else { Err(AppError::NotFound) }
}

/// Forgets a draft.
///
/// # Errors
/// `NotFound`, also for another's; `Invalid` for what is confirmed: that is history.
pub async fn delete_draft(app: &App, actor: &Actor, id: CampaignId) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    if store::campaigns::delete_draft(&mut conn, dealer, id).await? {
        return Ok(());
    }
    let known = store::campaigns::get_campaign(&mut conn, Some(dealer), id).await?;
    known.ok_or(AppError::NotFound)?;
    Err(AppError::invalid(
        "",
        "confirmed",
        "Esta oferta ya está confirmada: no se borra, pero puede detenerla.",
    ))
}

/// What whoever confirms an offer has looked at.
pub struct Seen<'a> {
    /// How many it would reach.
    pub people: usize,
    /// `Check::seal`.
    pub seal: &'a str,
}

/// Begins it, to everybody whom its filters choose now; a second press finds it begun.
///
/// # Errors
/// `NotFound`; `NoTemplate`; `Invalid`: it is not what he has seen any more, or would reach nobody, too many, or more than
/// he has seen.
pub async fn confirm_campaign(app: &App, actor: &Actor, id: CampaignId, seen: &Seen<'_>) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let campaign =
        store::campaigns::get_campaign(&mut conn, Some(dealer), id).await?.ok_or(AppError::NotFound)?;
    if campaign.state != State::Draft {
        return Ok(());
    }
    if !list_usable(&mut conn).await?.contains_key(&Purpose::Offer) {
        drop(conn);
        ask_about_templates(app).await?;
        conn = app.pool.acquire().await?;
        if !list_usable(&mut conn).await?.contains_key(&Purpose::Offer) {
            return Err(AppError::NoTemplate(Purpose::Offer));
        }
    }
    drop(conn);
    let mut tx = store::connection::begin(&app.pool).await?;
    // A colleague who writes on it does so before, and is seen here, or finds it begun.
    let campaign = store::campaigns::lock_campaign(&mut tx, dealer, id).await?.ok_or(AppError::NotFound)?;
    if campaign.state != State::Draft {
        return Ok(());
    }
    let vehicle = campaign.vehicle.as_ref().map(|(id, _)| *id);
    let arrives = arrives(&app.settings, &campaign.dealer_name, SAMPLE, &campaign.words, vehicle).text;
    if seal(&arrives, &campaign)? != seen.seal {
        let sentence = "La oferta cambió desde que la vio: revísela y confirme de nuevo.";
        return Err(AppError::invalid("", "changed", sentence));
    }
    let begins_at =
        app.settings.offer_hours.opening(campaign.begins_at.map_or(now, |begins| begins.max(now)));
    let plan = plan(app, &mut tx, dealer, &campaign.audience, begins_at).await?;
    refuse(&plan, seen.people)?;
    if store::campaigns::confirm(&mut tx, id, actor.user_id, &plan.items, now).await? {
        tx.commit().await?;
        tracing::info!(campaign = %id, people = plan.reached.len(), "an offer was confirmed");
    }
    Ok(())
}

/// Why an offer to those cannot begin, who were as many when it was looked at.
fn refuse(plan: &Plan, seen: usize) -> Result<()> {
    let (code, sentence) = if plan.is_too_many {
        let most = grouped(MOST.into());
        let sentence = format!("Una oferta llega a {most} personas como mucho. Elija menos con los filtros.");
        ("too_many", sentence)
    } else if plan.reached.is_empty() {
        ("nobody", nobody(!plan.items.is_empty()).to_owned())
    } else if plan.reached.len() > seen {
        let sentence = "Mientras miraba, más personas pasaron los filtros. Revise cuántas son ahora y confirme de nuevo.";
        ("more_than_shown", sentence.to_owned())
    } else {
        return Ok(());
    };
    Err(AppError::invalid("", code, sentence))
}
