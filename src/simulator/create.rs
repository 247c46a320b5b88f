//! `POST …/Messages`: a message comes to be, and the caller hears of it, or does not.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use chrono::TimeDelta;

use super::{
    Simulator,
    answer::Answer,
    books::Entry,
    connection::Fate,
    draft::Draft,
    faults::Fault,
    form::Form,
    message::{Message, Status, fresh_sid},
    plan::Course,
    refusal::Refusal,
    timeline, wire,
};

/// How long an answer that never comes is waited for.
const HANG: Duration = Duration::from_mins(1);
/// How long after a user's message free-form text may be sent to him.
const WINDOW: TimeDelta = TimeDelta::hours(24);
const THROTTLED_ANSWERS: u32 = 2;

pub async fn create(
    State(simulator): State<Arc<Simulator>>,
    ConnectInfo(fate): ConnectInfo<Fate>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let draft =
        Draft::read(&Form::from(body), &simulator.options, simulator.books().state(), simulator.clock.now())?;
    let fault = Fault::of(&draft.to);
    match fault {
        Some(Fault::Invalid) => {
            return Err(Refusal::bad(
                21211,
                format!("The 'To' number {} is not a valid phone number.", draft.to),
            ));
        }
        Some(Fault::OptedOut) => {
            return Err(Refusal::bad(21610, "Attempt to send to unsubscribed recipient"));
        }
        Some(Fault::ServerError) => return Err(Refusal::internal()),
        Some(Fault::Throttled) => throttle(&simulator, &draft.to)?,
        Some(Fault::Hang) => return Ok(hang(&simulator, &fate).await),
        _ => {}
    }
    let message = write_down(&simulator, draft, fault)?;
    Ok(match fault {
        Some(Fault::BadGateway) => {
            (StatusCode::BAD_GATEWAY, Html("<html><body><h1>502 Bad Gateway</h1></body></html>"))
                .into_response()
        }
        Some(Fault::CreatedThenHang) => hang(&simulator, &fate).await,
        Some(Fault::Reset) => {
            fate.reset();
            StatusCode::CREATED.into_response()
        }
        Some(Fault::Html) => {
            (StatusCode::CREATED, Html("<html><body><h1>It works!</h1></body></html>")).into_response()
        }
        _ => {
            let value = wire::message(&simulator.options.account_sid, &message);
            Answer { status: StatusCode::CREATED, root: "Message", value }.into_response()
        }
    })
}

fn throttle(simulator: &Simulator, to: &str) -> Result<(), Refusal> {
    let mut books = simulator.books();
    if books.state().throttled(to) >= THROTTLED_ANSWERS {
        return Ok(());
    }
    books.record(Entry::Throttled { to: to.to_owned() })?;
    Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, 20429, "Too Many Requests"))
}

/// The answer is never written: the connection closes after a minute, or when the simulator stops.
async fn hang(simulator: &Simulator, fate: &Fate) -> Response {
    tokio::select! {
        () = tokio::time::sleep(HANG) => {}
        () = simulator.shutdown.cancelled() => {}
    }
    fate.close();
    StatusCode::GATEWAY_TIMEOUT.into_response()
}

fn write_down(simulator: &Arc<Simulator>, draft: Draft, fault: Option<Fault>) -> Result<Message, Refusal> {
    let now = simulator.clock.now();
    let mut books = simulator.books();
    let state = books.state();
    let settings = state.settings();
    let start = draft.send_at.unwrap_or(now);
    let open = state.last_inbound(&draft.to).is_some_and(|last| start - last < WINDOW);
    let course = Course {
        start,
        settings,
        fault,
        refused_by_meta: draft
            .fails_with
            .or_else(|| (settings.enforce_window && draft.free_form && !open).then_some(63016)),
        via_service: draft.service_sid.is_some(),
        has_callback: draft.status_callback.is_some(),
    };
    let pending = course.steps();
    let status = match (draft.send_at, &draft.service_sid) {
        (Some(_), _) => Status::Scheduled,
        (None, Some(_)) => Status::Accepted,
        (None, None) => Status::Queued,
    };
    let message = Message {
        sid: fresh_sid(if draft.media.is_empty() { "SM" } else { "MM" }),
        inbound: false,
        to: draft.to,
        from: draft.from,
        body: draft.body,
        media: draft.media,
        content_sid: draft.content_sid,
        content_variables: draft.content_variables,
        category: draft.category,
        service_sid: draft.service_sid,
        status_callback: draft.status_callback,
        status,
        error_code: None,
        price: None,
        created: now,
        updated: now,
        sent: None,
        pending,
    };
    books.record(Entry::Created(Box::new(message.clone())))?;
    drop(books);
    timeline::follow(simulator, message.sid.clone(), message.pending.clone());
    Ok(message)
}
