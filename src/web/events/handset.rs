//! The live parts of the simulated telephone. Demo mode only.

use std::{future, time::Duration};

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use serde::Deserialize;

use crate::{
    app::{error::Result, read_handset::read_handsets},
    domain::phone::Phone,
    web::{
        live::{Fragment, Wake, stream_fragments},
        parts::{Conversation, Telephones},
        state::AppState,
    },
};

const POLL: Duration = Duration::from_secs(1);

/// The page's own query.
#[derive(Deserialize)]
pub struct Shown {
    #[serde(default)]
    numero: String,
}

/// `GET /demo/telefono/eventos?numero=`: what arrives at the number, and what is answered.
pub async fn conversation(State(state): State<AppState>, Query(shown): Query<Shown>) -> Response {
    live(state, &shown, |state, number| async move {
        let handsets = read_handsets(&state).await?;
        let telephone = handsets.zip(number).map(|(handsets, number)| handsets.find(&number));
        let now = state.clock.now();
        Ok(Fragment::render(false, || view! { <Conversation telephone=telephone now=now/> }))
    })
}

/// `GET /demo/telefono/numeros/eventos?numero=`: the numbers, the shown one marked.
pub async fn telephones(State(state): State<AppState>, Query(shown): Query<Shown>) -> Response {
    live(state, &shown, |state, number| async move {
        let handsets = read_handsets(&state).await?;
        let now = state.clock.now();
        Ok(Fragment::render(
            false,
            || view! { <Telephones handsets=handsets shown=number.as_ref() now=now/> },
        ))
    })
}

fn live<F>(
    state: AppState,
    shown: &Shown,
    load: impl Fn(AppState, Option<Phone>) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Result<Fragment>> + Send + 'static,
{
    if state.handset.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let number = Phone::parse_api(&shown.numero).ok();
    let stop = state.stop.clone();
    stream_fragments(stop, Never, POLL, move || load(state.clone(), number.clone())).into_response()
}

/// The simulator says nothing by itself: it is asked again and again.
struct Never;

impl Wake for Never {
    fn changed(&mut self) -> impl Future<Output = ()> + Send {
        future::pending()
    }
}
