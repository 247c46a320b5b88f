//! `GET /metrics`, and timing every request for it.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sha2::{Digest, Sha256};

use super::state::AppState;
use crate::{
    app::read_system::{STAGES, ServerRow, System, measure_system},
    config::Secret,
    domain::sender::{MessagingLimit, Quality, is_online},
    metrics::{self, Figures},
};

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
    match measure_system(&state).await {
        Ok(system) => {
            metrics::circuit_open(system.line.hold.is_some());
            let verifying = number(system.verifying);
            metrics::queue(number(system.waiting()), system.overdue.as_secs_f64(), verifying);
            metrics::system(Some(&figures(&system)));
        }
        Err(error) => {
            tracing::warn!(%error, "the queue could not be counted for /metrics");
            metrics::queue(f64::NAN, f64::NAN, f64::NAN);
            metrics::system(None);
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

#[expect(clippy::cast_precision_loss, reason = "2^52 of anything here is not to be counted")]
fn number(count: i64) -> f64 {
    count as f64
}

fn figures(system: &System) -> Figures {
    let queue = &system.queue;
    let alive = |wanted: fn(&ServerRow) -> bool| system.alive().filter(|server| wanted(server)).count();
    let count = |found: usize| number(i64::try_from(found).unwrap_or(i64::MAX));
    let sender = system.sender.as_ref().filter(|sender| sender.told_at.is_some());
    let limit = sender.and_then(|sender| MessagingLimit::parse(sender.messaging_limit.as_deref()?));
    let quality = sender.and_then(|sender| Quality::parse(sender.quality.as_deref()?));
    let month = system.months.first();
    let dollars = |amount: Option<Decimal>| amount.and_then(|amount| amount.to_f64()).unwrap_or(f64::NAN);
    Figures {
        queue: [
            ("due", number(queue.due)),
            ("later", number(queue.later)),
            ("leased", number(queue.leased)),
            ("abandoned", number(queue.abandoned)),
        ],
        silent: number(system.silent),
        servers: [
            ("delivering", count(system.delivering())),
            ("stuck", count(alive(|server| server.has_workers && !server.workers_alive))),
            ("web", count(alive(|server| !server.has_workers))),
            ("silent", count(system.servers.len() - system.alive().count())),
        ],
        pace_allowed: count(system.line.allowed),
        stages: STAGES
            .iter()
            .zip(system.stages)
            .map(|((_, name), stage)| {
                stage.map_or((*name, f64::NAN, f64::NAN), |stage| (*name, stage.median, stage.p95))
            })
            .collect(),
        sender_online: sender
            .map_or(f64::NAN, |sender| f64::from(u8::from(sender.status.as_deref().is_some_and(is_online)))),
        sender_quality: match quality {
            Some(Quality::High) => 3.0,
            Some(Quality::Medium) => 2.0,
            Some(Quality::Low) => 1.0,
            None => f64::NAN,
        },
        messaging_limit: match limit {
            Some(MessagingLimit::Most(most)) => f64::from(most),
            Some(MessagingLimit::Unlimited) => f64::INFINITY,
            None => f64::NAN,
        },
        usage: [
            ("ledger", dollars(month.map(|month| month.ledger))),
            ("twilio", dollars(month.and_then(|month| month.confirmed))),
        ],
        pauses: count(system.pauses),
        limit_requests: number(system.requests),
        limits: system
            .limits
            .iter()
            .map(|(limit, used, most)| (limit.name(), number(*used), number(*most)))
            .collect(),
        clock_apart_seconds: system.clock_apart.as_seconds_f64(),
        migration: system.migration.as_ref().map(|(name, _)| name.clone()).unwrap_or_default(),
    }
}

/// By their hashes, whose comparison tells a guesser nothing.
fn bears(headers: &HeaderMap, token: &Secret) -> bool {
    let given =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(token.expose()))
}
