//! Around every API call: the answer's format (JSON with `.json` at the path's end, else XML), its time, Twilio's headers.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::time::Instant;

use super::{Simulator, message::fresh_sid, xml};

/// A handler's answer before it is written as JSON or XML.
#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    /// The XML element; JSON does without.
    pub root: &'static str,
    pub value: Value,
}

impl Answer {
    pub fn ok(root: &'static str, value: Value) -> Self {
        Self { status: StatusCode::OK, root, value }
    }

    fn write(&self, as_xml: bool) -> Response {
        let (content_type, body) = if as_xml {
            match xml::document(self.root, &self.value) {
                Ok(document) => ("application/xml", Body::from(document)),
                Err(error) => {
                    tracing::error!(%error, "an answer that XML cannot hold");
                    return StatusCode::INTERNAL_SERVER_ERROR.into_response();
                }
            }
        } else {
            ("application/json;charset=utf-8", Body::from(self.value.to_string()))
        };
        (self.status, [(header::CONTENT_TYPE, content_type)], body).into_response()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The outermost layer of the API.
pub async fn envelope(State(simulator): State<Arc<Simulator>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let path = request.uri().path();
    let as_xml = path.starts_with("/2010-04-01/") && path.strip_suffix(".json").is_none();
    let counted = simulator.count_in();
    let mut response = next.run(request).await;
    let latency = Duration::from_millis(simulator.books().state().settings().latency_ms);
    // The timer's grain is a millisecond, so no latency must not touch it.
    if !latency.is_zero() {
        tokio::select! {
            () = tokio::time::sleep_until(started + latency) => {}
            () = simulator.shutdown.cancelled() => {}
        }
    }
    if let Some(answer) = response.extensions_mut().remove::<Answer>() {
        let headers = std::mem::take(response.headers_mut());
        response = answer.write(as_xml);
        response.headers_mut().extend(headers);
    }
    let told = [
        ("twilio-request-id", fresh_sid("RQ")),
        ("twilio-concurrent-requests", counted.place.to_string()),
        ("twilio-request-duration", format!("{:.3}", started.elapsed().as_secs_f64())),
        ("x-home-region", "us1".to_owned()),
        ("x-api-domain", "api.twilio.com".to_owned()),
    ];
    for (name, value) in told {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
