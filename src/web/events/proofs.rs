//! The live parts of a code on its way.

use std::{future, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use tower_sessions::Session;

use crate::{
    app::{
        actor::Actor,
        prove_number::{Step, read_number},
        reset_password::{Reset, read_reset},
    },
    web::{
        flash::Flash,
        live::{Fragment, Wake, stream_fragments},
        parts::{NumberProgress, ResetProgress},
        session,
        state::AppState,
    },
};

/// A person waits with his telephone in his hand.
const POLL: Duration = Duration::from_secs(2);

/// `GET /cuenta/numero/eventos`: how one's number stands.
pub async fn number(State(state): State<AppState>, actor: Option<Extension<Actor>>) -> Response {
    let Some(Extension(actor)) = actor else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let stop = state.stop.clone();
    let load = move || {
        let (state, actor) = (state.clone(), actor.clone());
        async move {
            let number = read_number(&state, &actor).await?;
            let last = matches!(number.step, Step::Nothing);
            let (flash, demo) = (Flash::default(), state.settings.demo);
            Ok(Fragment::render(last, || view! { <NumberProgress state=&number flash=&flash demo=demo/> }))
        }
    };
    stream_fragments(stop, Never, POLL, load).into_response()
}

/// `GET /olvide-mi-clave/eventos`: whether the code that this browser waits for came in.
pub async fn reset(State(state): State<AppState>, session: Session) -> Response {
    let id = match session::reset(&session).await {
        Ok(Some(id)) => id,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a live part could not be opened");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let stop = state.stop.clone();
    let load = move || {
        let state = state.clone();
        async move {
            let Some(reset) = read_reset(&state, id).await? else {
                return Ok(Fragment::render(true, || view! { <p>"El código venció. Pida otro."</p> }));
            };
            let (flash, demo) = (Flash::default(), state.settings.demo);
            let last = matches!(reset, Reset::Proved);
            Ok(Fragment::render(last, || view! { <ResetProgress reset=&reset flash=&flash demo=demo/> }))
        }
    };
    stream_fragments(stop, Never, POLL, load).into_response()
}

/// A code is rare and waited for: it is asked again and again.
struct Never;

impl Wake for Never {
    fn changed(&mut self) -> impl Future<Output = ()> + Send {
        future::pending()
    }
}
