//! `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): the limit that will bind first, or that did.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use chrono::{DateTime, Utc};

use crate::domain::{
    limits::{Decision, Limit, Refusal, Window},
    user::Role,
};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Of what this sender may see, the limit with the fewest sends left; on an answer that took a message in.
pub fn set_left(response: &mut Response, decision: &Decision, role: Role, now: DateTime<Utc>) {
    if !response.status().is_success() {
        return;
    }
    let headers = response.headers_mut();
    if let Some(binding) = decision.binding(role) {
        let per_send = binding.asked.max(1);
        let frees_at = binding.frees_at.unwrap_or_else(|| binding.limit.window().frees(now));
        let wait = (frees_at - now).num_seconds().max(0);
        set(headers, binding.limit, binding.most / per_send, binding.sends_left(), wait);
    }
}

/// The limit that refused.
pub fn set_refused(headers: &mut HeaderMap, refusal: &Refusal, wait_seconds: i64) {
    // A quota that this sender may not know is none for him now.
    let most = if refusal.limit.is_shown_to(refusal.role) { refusal.most } else { 0 };
    set(headers, refusal.limit, most, 0, wait_seconds);
}

fn set(headers: &mut HeaderMap, limit: Limit, most: i64, left: i64, wait_seconds: i64) {
    let name = limit.name();
    let window = match limit.window() {
        Window::RollingMinutes(minutes) => minutes * 60,
        Window::Day => 86_400,
        Window::Month => 30 * 86_400,
    };
    for (header, value) in [
        (RATE_LIMIT, format!("\"{name}\";r={left};t={wait_seconds}")),
        (POLICY, format!("\"{name}\";q={most};w={window}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header, value);
        }
    }
}
