//! Whether the process lives, and whether it can do its work.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde_json::json;

use super::state::AppState;
use crate::app::check_readiness::check_readiness;

/// `GET /healthz`: 200 while the process lives.
pub async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: 200, or 503 naming what is missing. An open circuit to Twilio is told and stays 200: pages and webhooks
/// work, messages wait, and no other server would do better.
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    let readiness = check_readiness(&state).await;
    let word = |ok: bool| if ok { "ok" } else { "down" };
    let status = if readiness.all() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if readiness.all() && readiness.hold.is_some() { "degraded" } else { word(readiness.all()) },
        "database": word(readiness.database),
        "migrations": word(readiness.migrations),
        "workers": word(readiness.workers),
        "twilio": readiness.hold.map_or_else(|| json!("ok"), |hold| json!({
            "circuit": "open",
            "code": hold.code,
            "since": hold.since,
        })),
    });
    (status, Json(body))
}
