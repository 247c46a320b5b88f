//! Files to take along: a dealer's messages with the list's own filter, his month's statement; an admin's costs.

use std::collections::HashMap;

use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use futures::{Stream, TryStreamExt};

use super::{
    guard::sign_in_path,
    pages::{Asked, parse_month},
    state::AppState,
};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        export_dealers::export_dealers,
        export_messages::export_messages,
        export_statement::export_statement,
        offers::export_campaign,
        own_data::download,
        read_costs::month_of,
    },
    domain::{ids::CampaignId, panel_filter::PanelFilter, time::day_in_santo_domingo},
};

type Words = Query<HashMap<String, String>>;

/// `GET /panel/mensajes.csv`: all that the list shows with the same filter.
pub async fn messages(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Query(query): Words,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return Redirect::to(&sign_in_path("/panel/mensajes")).into_response();
    };
    let today = day_in_santo_domingo(state.clock.now());
    let (filter, _) = PanelFilter::parse(today, |name| query.get(name).cloned());
    file(&format!("okla-mensajes-{today}.csv"), export_messages(&state, &actor, &filter))
}

/// `GET /panel/costos.csv?mes=`: every entry of a month's ledger.
pub async fn statement(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Query(query): Words,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return Redirect::to(&sign_in_path("/panel/costos")).into_response();
    };
    let asked = query.get("mes").and_then(|month| parse_month(month));
    let month = month_of(asked.unwrap_or_else(|| day_in_santo_domingo(state.clock.now())));
    let name = format!("okla-estado-de-cuenta-{}.csv", month.from.format("%Y-%m"));
    file(&name, export_statement(&state, &actor, month))
}

/// `GET /panel/ofertas/{id}/resultado.csv`: what became of an offer.
pub async fn campaign(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<CampaignId>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return Redirect::to(&sign_in_path(&format!("/panel/ofertas/{id}"))).into_response();
    };
    let today = day_in_santo_domingo(state.clock.now());
    file(&format!("okla-oferta-{today}.csv"), export_campaign(&state, &actor, id).await)
}

/// `GET /admin/costos.csv?rango=`: what each dealer's messages cost.
pub async fn dealers(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Query(query): Words,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return Redirect::to(&sign_in_path("/admin/costos")).into_response();
    };
    let (range, _) =
        Asked::of(|name| query.get(name).cloned()).range(day_in_santo_domingo(state.clock.now()));
    let name = format!("okla-costos-{}-{}.csv", range.from, range.to);
    file(&name, export_dealers(&state, &actor, range))
}

/// `GET /cuenta/datos.json`: all that is held about whoever asks.
pub async fn own_data(State(state): State<AppState>, actor: Option<Extension<Actor>>) -> Response {
    let Some(Extension(actor)) = actor else {
        return Redirect::to(&sign_in_path("/cuenta")).into_response();
    };
    let name = format!("okla-mis-datos-{}.json", day_in_santo_domingo(state.clock.now()));
    attachment("application/json", &name, download(&state, &actor).await)
}

fn file(name: &str, pieces: Result<impl Stream<Item = Result<Vec<u8>>> + Send + 'static>) -> Response {
    attachment("text/csv; charset=utf-8", name, pieces)
}

fn attachment(
    kind: &str,
    name: &str,
    pieces: Result<impl Stream<Item = Result<Vec<u8>>> + Send + 'static>,
) -> Response {
    match pieces {
        Ok(pieces) => {
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            let pieces = pieces.inspect_err(|error| tracing::error!(%error, "an export ended early"));
            (headers, Body::from_stream(pieces)).into_response()
        }
        Err(AppError::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "an export could not begin");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
