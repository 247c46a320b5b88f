//! Twilio's webhooks: the signature is checked on the raw bytes before anything is read.

use std::time::Instant;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::state::AppState;
use crate::{
    app::{
        callback_test::{MARK, answer_test},
        receive_message::receive_message,
        record_callback::{Webhook, record_callback},
    },
    metrics::{self, Callback},
    twilio::signature::{SignedRequest, verify},
};

/// Twilio's own limit for a callback's answer and, here, for its question.
const MOST_BYTES: usize = 64 * 1024;

/// `POST /webhooks/twilio/status?m=<uuid>`: 204 once stored, whatever it says.
pub async fn status(State(state): State<AppState>, request: Request) -> Response {
    let began = Instant::now();
    let call = match verified(&state, request).await {
        Ok(call) => call,
        Err(refusal) => return refusal,
    };
    if call.fields.iter().any(|(name, _)| name == MARK) {
        return answer_own_test(&state, began).await;
    }
    let ours = call.uri.query().and_then(|query| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "m")
            .and_then(|(_, id)| Uuid::parse_str(&id).ok())
    });
    answer(record_callback(&state, &call.webhook(), ours).await)
}

/// Our own test of the way here: its signature is verified like any other, and the answer tells how long that took us.
async fn answer_own_test(state: &AppState, began: Instant) -> Response {
    let answered = answer_test(state).await;
    let timing = format!("okla;dur={:.3}", began.elapsed().as_secs_f64() * 1_000.0);
    ([("server-timing", timing)], answer(answered)).into_response()
}

/// `POST /webhooks/twilio/inbound`: 204 once stored. No text is ever answered: it would reach the person as a reply.
pub async fn inbound(State(state): State<AppState>, request: Request) -> Response {
    match verified(&state, request).await {
        Ok(call) => answer(receive_message(&state, &call.webhook()).await),
        Err(refusal) => refusal,
    }
}

struct Call {
    uri: Uri,
    headers: HeaderMap,
    fields: Vec<(String, String)>,
}

impl Call {
    fn webhook(&self) -> Webhook<'_> {
        let token = self.headers.get("i-twilio-idempotency-token").and_then(|value| value.to_str().ok());
        Webhook { fields: &self.fields, token }
    }
}

async fn verified(state: &AppState, request: Request<Body>) -> Result<Call, Response> {
    let (parts, body) = request.into_parts();
    let Ok(raw) = to_bytes(body, MOST_BYTES).await else {
        return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    // What Twilio signed is the address we gave it, whatever a proxy made of it on the way.
    let url = format!("{}{path}", state.config.public_url.as_str().trim_end_matches('/'));
    let signed = SignedRequest {
        url: &url,
        content_type: text(header::CONTENT_TYPE.as_str()),
        raw_body: &raw,
        signature: text("x-twilio-signature"),
    };
    let tokens: Vec<&str> =
        state.config.twilio.auth_tokens.iter().map(super::super::config::Secret::expose).collect();
    if !verify(&tokens, &signed) {
        tracing::warn!(
            path = parts.uri.path(),
            "a webhook's signature is missing or wrong; nothing was stored"
        );
        metrics::callback(Callback::BadSignature);
        return Err(StatusCode::FORBIDDEN.into_response());
    }
    let fields = form_urlencoded::parse(&raw).into_owned().collect();
    Ok(Call { uri: parts.uri, headers: parts.headers, fields })
}

fn answer(stored: crate::app::error::Result<()>) -> Response {
    match stored {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            // 5xx makes Twilio come again (`rp=5xx` in the callback's URL).
            tracing::error!(%error, "a webhook could not be stored");
            metrics::callback(Callback::Failed);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
