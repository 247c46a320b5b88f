//! `GET …/eventos`: the live parts, each for whoever may see its page.

pub mod handset;
pub mod panel;
pub mod proofs;
pub mod threads;

use std::time::Duration;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    live::{Fragment, Wake, stream_fragments},
    parts::MessageProgress,
    state::AppState,
};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        notices::Change,
        read_messages::{MessageDetail, View, get_message},
    },
    domain::ids::MessageId,
};

const POLL: Duration = Duration::from_secs(10);

/// `GET /mensajes/{id}/eventos`: the progress of one's own message.
pub async fn own_message(
    state: State<AppState>,
    actor: Option<Extension<Actor>>,
    id: Path<MessageId>,
) -> Response {
    message(state, actor, id, View::Own).await
}

/// `GET /panel/mensajes/{id}/eventos`: of a message that concerns one's dealer.
pub async fn dealer_message(
    state: State<AppState>,
    actor: Option<Extension<Actor>>,
    id: Path<MessageId>,
) -> Response {
    message(state, actor, id, View::Dealer).await
}

async fn message(
    State(state): State<AppState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<MessageId>,
    view: View,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match progress(&state, &actor, view, id).await {
        Ok(_) => {}
        Err(AppError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a live part could not be opened");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    let wake = Changes::to(&state, move |change| change.message == id);
    let stop = state.stop.clone();
    let load = move || {
        let (state, actor) = (state.clone(), actor.clone());
        async move { progress(&state, &actor, view, id).await }
    };
    stream_fragments(stop, wake, POLL, load).into_response()
}

async fn progress(state: &AppState, actor: &Actor, view: View, id: MessageId) -> Result<Fragment> {
    let MessageDetail { message, parts, .. } = get_message(state, actor, view, id).await?;
    // A message that failed may have parts that are still on their way.
    let last = parts.iter().all(|part| part.status.is_final());
    let (now, payer) = (state.clock.now(), view == View::Dealer);
    Ok(Fragment::render(
        last,
        || view! { <MessageProgress message=&message parts=&parts now=now payer=payer/> },
    ))
}

/// Wakes on the changes that matter.
pub struct Changes<F> {
    changes: Receiver<Change>,
    matters: F,
}

impl<F: Fn(&Change) -> bool> Changes<F> {
    pub fn to(state: &AppState, matters: F) -> Self {
        Self { changes: state.notices.subscribe(), matters }
    }
}

impl<F: Fn(&Change) -> bool + Send + 'static> Wake for Changes<F> {
    async fn changed(&mut self) {
        loop {
            match self.changes.recv().await {
                Ok(change) if (self.matters)(&change) => return,
                Ok(_) => {}
                // Some were missed: perhaps one that matters.
                Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
