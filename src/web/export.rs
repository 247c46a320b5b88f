//! `GET /panel/mensajes.csv`: what the list shows with the same filter, all of it.

use std::collections::HashMap;

use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use futures::TryStreamExt;

use super::{guard::sign_in_path, state::AppState};
use crate::{
    app::{
        actor::Actor,
        error::AppError,
        export_messages::{export_messages, file_name},
    },
    domain::{panel_filter::PanelFilter, time::day_in_santo_domingo},
};

pub async fn messages(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return Redirect::to(&sign_in_path("/panel/mensajes")).into_response();
    };
    let today = day_in_santo_domingo(state.clock.now());
    let (filter, _) = PanelFilter::parse(today, |name| query.get(name).cloned());
    match export_messages(&state, &actor, &filter) {
        Ok(pieces) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(&state))),
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
