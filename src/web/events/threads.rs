//! The live parts of conversations.

use std::time::Duration;

use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;

use super::{
    Changes,
    panel::{Words, live},
};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        threads::{list_threads, read_thread_lines, read_thread_of},
    },
    domain::ids::{MessageId, ThreadId},
    web::{
        live::{Fragment, stream_fragments},
        pages::{LiveThread, ThreadRows},
        state::AppState,
    },
};

const POLL: Duration = Duration::from_secs(10);

/// `GET /panel/conversaciones/eventos?ver=`: the first page of the dealer's list.
pub async fn list(
    state: State<AppState>,
    actor: Option<Extension<Actor>>,
    Query(query): Query<Words>,
) -> Response {
    live("threads", state, actor, query, |state, actor, query| async move {
        let filter = query.get("ver").and_then(|word| word.parse().ok()).unwrap_or_default();
        let list = list_threads(&state, &actor, filter, "", None).await?;
        let now = state.clock.now();
        Ok(Fragment::render(false, || view! { <ThreadRows list=&list filter=filter now=now/> }))
    })
}

/// `GET /panel/conversaciones/{id}/eventos`: what is said in one of the dealer's.
pub async fn thread(
    state: State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<ThreadId>,
) -> Response {
    if let Some(Extension(actor)) = &actor {
        match read_thread_lines(&state, actor, id).await {
            Ok(_) => {}
            Err(error) => return refusal(&error),
        }
    }
    let name = format!("thread {id}");
    live(&name, state, actor, Words::new(), move |state, actor, _| async move {
        let detail = read_thread_lines(&state, &actor, id).await?;
        let now = state.clock.now();
        Ok(Fragment::render(false, || view! { <LiveThread lines=&detail.lines now=now dealer=true/> }))
    })
}

/// `GET /mensajes/{id}/conversacion/eventos`: what is said in the conversation of a message of one's own.
pub async fn own(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<MessageId>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let thread = match read_thread_of(&state, &actor, id, false).await {
        Ok(Some(detail)) => detail.row.id,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return refusal(&error),
    };
    let wake = Changes::to(&state, move |change| change.message == id || change.message.0 == thread.0);
    let stop = state.stop.clone();
    let load = move || {
        let (state, actor) = (state.clone(), actor.clone());
        async move { own_lines(&state, &actor, id).await }
    };
    stream_fragments(stop, wake, POLL, load).into_response()
}

async fn own_lines(state: &AppState, actor: &Actor, id: MessageId) -> Result<Fragment> {
    let detail = read_thread_of(state, actor, id, false).await?.ok_or(AppError::NotFound)?;
    let now = state.clock.now();
    Ok(Fragment::render(false, || view! { <LiveThread lines=&detail.lines now=now dealer=false/> }))
}

fn refusal(error: &AppError) -> Response {
    if matches!(error, AppError::NotFound) {
        return StatusCode::NOT_FOUND.into_response();
    }
    tracing::error!(%error, "a live conversation could not be opened");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
