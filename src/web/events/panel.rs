//! The live parts of a dealer's panel.

use std::{
    collections::BTreeMap,
    future::Future,
    time::{Duration, Instant},
};

use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;

use super::Changes;
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        limits_now::dealer_bar,
        list_panel::count_newer,
        offers::read_campaign,
        read_panel::{dealer_of, read_panel},
        resend::read_bulk,
    },
    domain::{
        ids::{BulkId, CampaignId, MessageId},
        range::{Choice, Range},
        time::day_in_santo_domingo,
    },
    web::{
        live::{Fragment, stream_fragments},
        pages::{LiveFigures, NewMessages, OfferProgress, ResendProgress},
        state::AppState,
    },
};

/// Limits free up and days end without a word.
const POLL: Duration = Duration::from_secs(20);
const OFFER_POLL: Duration = Duration::from_secs(3);

pub(super) type Words = BTreeMap<String, String>;

/// `GET /panel/eventos?rango=`: limits, tiles and charts.
pub async fn figures(
    state: State<AppState>,
    actor: Option<Extension<Actor>>,
    Query(query): Query<Words>,
) -> Response {
    live("figures", state, actor, query, |state, actor, query| async move {
        let now = state.clock.now();
        let today = day_in_santo_domingo(now);
        let said = |name: &str| query.get(name).map(String::as_str);
        let range = Range::parse(said("rango"), said("desde"), said("hasta"), today)
            .unwrap_or_else(|_| Range::named(Choice::ThirtyDays, today));
        let panel = read_panel(&state, &actor, range).await?;
        let bar = dealer_bar(&state, &actor).await?;
        Ok(Fragment::render(false, || view! { <LiveFigures panel=&panel bar=&bar now=now/> }))
    })
}

/// `GET /panel/mensajes/eventos?tras=`: how many messages are newer than the list's first.
pub async fn news(
    state: State<AppState>,
    actor: Option<Extension<Actor>>,
    Query(query): Query<Words>,
) -> Response {
    live("news", state, actor, query, |state, actor, query| async move {
        let newest = query.get("tras").and_then(|id| id.parse::<MessageId>().ok());
        let count = count_newer(&state, &actor, newest).await?;
        Ok(Fragment::render(false, || view! { <NewMessages count=count/> }))
    })
}

/// `GET /panel/reenvios/{id}/eventos`: how far a job is.
pub async fn resend(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<BulkId>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match read_bulk(&state, &actor, id).await {
        Ok(_) => {}
        Err(AppError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
    // A job says nothing by itself.
    let wake = Changes::to(&state, |_| false);
    let stop = state.stop.clone();
    let load = move || {
        let (state, actor) = (state.clone(), actor.clone());
        async move {
            let progress = read_bulk(&state, &actor, id).await?;
            let is_done = progress.done() == progress.total;
            Ok(Fragment::render(is_done, || view! { <ResendProgress progress=&progress/> }))
        }
    };
    stream_fragments(stop, wake, Duration::from_secs(1), load).into_response()
}

/// `GET /panel/ofertas/{id}/eventos`: how far an offer is, and what becomes of it.
pub async fn offer(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<CampaignId>,
) -> Response {
    offer_of(state, actor, id, |actor| dealer_of(actor).map(|_| ())).await
}

/// `GET /admin/ofertas/{id}/eventos`: the same for admins.
pub async fn admins_offer(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<CampaignId>,
) -> Response {
    offer_of(state, actor, id, Actor::admin).await
}

async fn offer_of(
    state: AppState,
    actor: Option<Extension<Actor>>,
    id: CampaignId,
    authorise: fn(&Actor) -> Result<()>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let found = async {
        authorise(&actor)?;
        read_campaign(&state, &actor, id).await
    };
    match found.await {
        Ok(_) => {}
        Err(AppError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
    // Its messages change by the dozen: looked at every few seconds, once for all who look.
    let wake = Changes::to(&state, |_| false);
    let stop = state.stop.clone();
    let part = state.shared.get(format!("offer {} {id}", actor.user_id));
    let load = move || {
        let since = Instant::now();
        let (part, state, actor) = (part.clone(), state.clone(), actor.clone());
        async move {
            let loading = async {
                let detail = read_campaign(&state, &actor, id).await?;
                let now = state.clock.now();
                Ok(Fragment::render(detail.is_final(), || view! { <OfferProgress detail=&detail now=now/> }))
            };
            part.begun_after(since, loading).await
        }
    };
    stream_fragments(stop, wake, OFFER_POLL, load).into_response()
}

/// A part that all windows of one user that look at the same share.
pub(super) fn live<F>(
    name: &str,
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    query: Words,
    load: impl Fn(AppState, Actor, Words) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Result<Fragment>> + Send + 'static,
{
    let Some(Extension(actor)) = actor else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let dealer = match dealer_of(&actor) {
        Ok(dealer) => dealer,
        Err(AppError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let wake = Changes::to(&state, move |change| change.dealer == Some(dealer));
    let stop = state.stop.clone();
    // A user's own limit is in it: colleagues do not share one.
    let part = state.shared.get(format!("{name} {} {query:?}", actor.user_id));
    let load = move || {
        let since = Instant::now();
        let (part, loading) = (part.clone(), load(state.clone(), actor.clone(), query.clone()));
        async move { part.begun_after(since, loading).await }
    };
    stream_fragments(stop, wake, POLL, load).into_response()
}
