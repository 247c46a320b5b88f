//! Live parts of pages: the server renders a fragment again whenever something changed, on whichever server, and sends
//! it as a server-sent event; the browser puts it in place. There is one renderer, and it is this one.

use std::{convert::Infallible, future::Future, time::Duration};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt, stream};
use leptos::prelude::{IntoView, Owner, RenderHtml};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::app::error::Result;

/// The event after which nothing more comes.
const END: &str = "end";

/// Then the browser comes again by itself and shows anew who it is.
const LONGEST: Duration = Duration::from_mins(5);

/// A part of a page as it stands.
pub struct Fragment {
    html: String,
    /// Nothing will change any more.
    last: bool,
}

impl Fragment {
    /// Renders a view that holds no islands.
    pub fn render<V: IntoView>(last: bool, view: impl FnOnce() -> V) -> Self {
        Self { html: Owner::new().with(|| view().into_view().to_html()), last }
    }
}

/// Wakes a live part: something it shows may have changed. Returns on a change or never; whoever waits also polls.
pub trait Wake: Send + 'static {
    fn changed(&mut self) -> impl Future<Output = ()> + Send;
}

/// A stream of fragments: the present one, then each that differs, until the last or until the server stops. An error
/// of `load` ends it; the browser comes again by itself.
pub fn stream_fragments<W, F, L>(
    stop: CancellationToken,
    wake: W,
    poll: Duration,
    load: L,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>
where
    W: Wake,
    F: Future<Output = Result<Fragment>> + Send + 'static,
    L: Fn() -> F + Send + 'static,
{
    struct State<W, L> {
        wake: W,
        load: L,
        shown: Option<String>,
        ended: bool,
    }
    let start = State { wake, load, shown: None, ended: false };
    let fragments = stream::unfold(start, move |mut state| async move {
        if state.ended {
            return None;
        }
        loop {
            if state.shown.is_some() {
                // Elapsed is the polling that covers a lost notice.
                let _elapsed = timeout(poll, state.wake.changed()).await;
            }
            let fragment = match (state.load)().await {
                Ok(fragment) => fragment,
                Err(error) => {
                    tracing::warn!(%error, "a live part could not be loaded");
                    return None;
                }
            };
            state.ended = fragment.last;
            if state.shown.as_ref() != Some(&fragment.html) || fragment.last {
                state.shown = Some(fragment.html.clone());
                let name = if fragment.last { END } else { "message" };
                return Some((Ok(Event::default().event(name).data(fragment.html)), state));
            }
        }
    });
    let end = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    Sse::new(fragments.take_until(Box::pin(end))).keep_alive(KeepAlive::default())
}
