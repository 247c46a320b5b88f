//! `GET /metrics`, and timing every request for it.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::state::AppState;
use crate::{app::read_queue::read_queue, config::Secret, metrics};

/// Times a request until the head of its answer: a live stream of events counts as answered when it begins.
pub async fn measure(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    metrics::http_request(method.as_str(), route, response.status().as_u16(), started.elapsed());
    response
}

/// Prometheus text for who bears `OKLA_METRICS_TOKEN`. Without one it is open in demo mode and elsewhere not there.
pub async fn scrape(State(state): State<AppState>, headers: HeaderMap) -> Response {
    match &state.config.metrics_token {
        Some(token) if !bears(&headers, token) => {
            return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response();
        }
        None if !state.settings.demo => return StatusCode::NOT_FOUND.into_response(),
        _ => {}
    }
    match read_queue(&state).await {
        #[expect(clippy::cast_precision_loss, reason = "a queue of 2^52 parts is no queue")]
        Ok(queue) => {
            metrics::circuit_open(queue.held);
            metrics::queue(queue.waiting as f64, queue.overdue.as_secs_f64(), queue.verifying as f64);
        }
        Err(error) => {
            tracing::warn!(%error, "the queue could not be counted for /metrics");
            metrics::queue(f64::NAN, f64::NAN, f64::NAN);
        }
    }
    match metrics::render() {
        Ok(text) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the metrics could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// By their hashes, whose comparison tells a guesser nothing.
fn bears(headers: &HeaderMap, token: &Secret) -> bool {
    let given =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(token.expose()))
}
