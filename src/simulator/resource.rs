//! `…/Messages/{sid}`: fetch, redact, cancel, delete.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, Uri},
};
use uuid::Uuid;

use super::{
    Simulator,
    answer::Answer,
    books::{Books, Entry},
    form::Form,
    message::{Act, Message, Status},
    plan::step,
    refusal::Refusal,
    timeline, wire,
};

/// The account, already known to be ours, and the sid, perhaps with `.json`.
pub type Which = Path<(String, String)>;

pub async fn fetch(
    State(simulator): State<Arc<Simulator>>,
    Path((_, file)): Which,
    uri: Uri,
) -> Result<Answer, Refusal> {
    let books = simulator.books();
    Ok(answer(&simulator, find(&books, &file, &uri)?))
}

pub async fn update(
    State(simulator): State<Arc<Simulator>>,
    Path((_, file)): Which,
    uri: Uri,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let form = Form::from(body);
    let mut books = simulator.books();
    let message = find(&books, &file, &uri)?;
    let (sid, at) = (message.sid.clone(), simulator.clock.now());
    let mut calls = Vec::new();
    let entry = match (form.first("Body"), form.first("Status")) {
        (Some(""), None) => Entry::Redacted { sid: sid.clone(), at },
        (Some(_), None) => return Err(Refusal::bad(20001, "Body can only be updated to an empty string")),
        (None, Some("canceled")) if message.status == Status::Scheduled => {
            let act = Act::Call { status: Status::Canceled, error_code: None, token: Uuid::new_v4() };
            calls.push(step(at, act));
            Entry::Canceled { sid: sid.clone(), at, calls: calls.clone() }
        }
        (None, Some("canceled")) => {
            return Err(Refusal::new(StatusCode::CONFLICT, 30409, "This message cannot be canceled"));
        }
        _ => {
            return Err(Refusal::bad(20001, "Only Body= or Status=canceled can be updated"));
        }
    };
    books.record(entry)?;
    let updated = answer(&simulator, find(&books, &file, &uri)?);
    drop(books);
    timeline::follow(&simulator, sid, calls);
    Ok(updated)
}

pub async fn delete(
    State(simulator): State<Arc<Simulator>>,
    Path((_, file)): Which,
    uri: Uri,
) -> Result<StatusCode, Refusal> {
    let mut books = simulator.books();
    let message = find(&books, &file, &uri)?;
    if !message.status.is_final() {
        let why = "Cannot delete message because delivery has not been completed.";
        return Err(Refusal::new(StatusCode::CONFLICT, 20009, why));
    }
    let sid = message.sid.clone();
    books.record(Entry::Deleted { sid })?;
    Ok(StatusCode::NO_CONTENT)
}

fn find<'a>(books: &'a Books, file: &str, uri: &Uri) -> Result<&'a Message, Refusal> {
    let sid = file.strip_suffix(".json").unwrap_or(file);
    books.state().get(sid).ok_or_else(|| Refusal::absent(uri.path()))
}

fn answer(simulator: &Simulator, message: &Message) -> Answer {
    Answer::ok("Message", wire::message(&simulator.options.account_sid, message))
}
