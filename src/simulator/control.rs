//! `/sim`: what really happened, and how the simulator is to behave. Not Twilio's, so without its auth and its manners.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{SecondsFormat, TimeDelta};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Simulator, address, books::Entry, form::Form, message::Message};

/// `GET /sim/messages?to=&body=`: every message that was created and not deleted, oldest first. `body` finds equal texts, or
/// when none is equal, texts that hold it.
pub async fn messages(
    State(simulator): State<Arc<Simulator>>,
    RawQuery(query): RawQuery,
) -> Json<Vec<Value>> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let to = query.filled("to").map(address::completed);
    let books = simulator.books();
    let mut found: Vec<&Message> = books
        .state()
        .messages(to.as_deref())
        .map(|(_, message)| message)
        .filter(|message| !message.inbound)
        .collect();
    if let Some(body) = query.filled("body") {
        let equal = found.iter().any(|message| message.body == body);
        found.retain(|message| if equal { message.body == body } else { message.body.contains(body) });
    }
    Json(found.into_iter().map(truth).collect())
}

fn truth(message: &Message) -> Value {
    json!({
        "sid": message.sid,
        "to": message.to,
        "from": message.from,
        "body": message.body,
        "mediaUrl": message.media.first(),
        "contentSid": message.content_sid,
        "contentVariables": message.content_variables,
        "status": message.status,
        "errorCode": message.error_code,
        "createdAt": message.created.to_rfc3339_opts(SecondsFormat::Millis, true),
    })
}

/// `GET /sim/inbound`: every message that somebody wrote to us, oldest first, whether or not the webhook was taken.
pub async fn inbound(State(simulator): State<Arc<Simulator>>) -> Json<Vec<Value>> {
    let books = simulator.books();
    let written = books.state().messages(None).filter(|(_, message)| message.inbound);
    Json(written.map(|(_, message)| truth(message)).collect())
}

/// `GET /sim/settings`
pub async fn settings(State(simulator): State<Arc<Simulator>>) -> Response {
    Json(simulator.books().state().settings()).into_response()
}

/// `PUT /sim/settings`: some of the fields, as JSON whatever its `Content-Type`, for the sake of curl.
pub async fn change_settings(
    State(simulator): State<Arc<Simulator>>,
    body: Bytes,
) -> Result<Response, Response> {
    let change = serde_json::from_slice(&body).map_err(|error| bad_request(&error.to_string()))?;
    let mut books = simulator.books();
    let settings = books.state().settings().changed_by(change).map_err(|why| bad_request(&why))?;
    books.record(Entry::Settings(settings.clone())).map_err(unwritable)?;
    Ok(Json(settings).into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    status: Option<String>,
    category: Option<String>,
    rejection_reason: Option<String>,
}

/// `PUT /sim/templates/{HX}`: what Meta says of a submitted template from now on.
pub async fn change_template(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Response> {
    let Decision { status, category, rejection_reason } =
        serde_json::from_slice(&body).map_err(|error| bad_request(&error.to_string()))?;
    let mut books = simulator.books();
    let mut template =
        books.state().template(&sid).cloned().ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
    let approval = template.approval.as_mut().ok_or_else(|| bad_request("it was never submitted"))?;
    approval.decided_at = simulator.clock.now();
    for (word, change) in [
        (&mut approval.status, status),
        (&mut approval.category, category),
        (&mut approval.rejection_reason, rejection_reason),
    ] {
        *word = change.unwrap_or_else(|| word.clone());
    }
    books.record(Entry::Template(Box::new(template))).map_err(unwritable)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Advance {
    advance_seconds: u32,
}

/// `POST /sim/clock`: puts the simulator's clock forward; what falls due happens at once.
pub async fn advance(State(simulator): State<Arc<Simulator>>, body: Bytes) -> Result<Json<Value>, Response> {
    let Advance { advance_seconds: seconds } =
        serde_json::from_slice(&body).map_err(|error| bad_request(&error.to_string()))?;
    let mut books = simulator.books();
    books.record(Entry::Advanced { seconds }).map_err(unwritable)?;
    simulator.clock.set_ahead(books.state().advanced_seconds());
    Ok(Json(json!({ "now": simulator.clock.now() })))
}

/// `DELETE /sim`: forgets messages, settings and time travel; nothing that was pending happens any more.
pub async fn forget(State(simulator): State<Arc<Simulator>>) -> Result<StatusCode, Response> {
    simulator.books().forget(simulator.shutdown.child_token()).map_err(unwritable)?;
    simulator.clock.set_ahead(TimeDelta::zero());
    Ok(StatusCode::NO_CONTENT)
}

fn bad_request(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unwritable(error: std::io::Error) -> Response {
    tracing::error!(%error, "the simulator's journal cannot be written");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
