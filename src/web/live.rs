//! Live parts of pages: the server renders a fragment again whenever something changed, on whichever server, and sends
//! it as a server-sent event; the browser puts it in place. There is one renderer, and it is this one.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

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
#[derive(Clone)]
pub struct Fragment {
    html: Arc<str>,
    /// Nothing will change any more.
    last: bool,
}

impl Fragment {
    /// Renders a view that holds no islands.
    pub fn render<V: IntoView>(last: bool, view: impl FnOnce() -> V) -> Self {
        Self { html: draw(view).into(), last }
    }
}

/// A view that holds no islands, as HTML.
pub fn draw<V: IntoView>(view: impl FnOnce() -> V) -> String {
    Owner::new().with(|| view().into_view().to_html())
}

/// Parts that many look at: however many do, each is rendered once a change.
#[derive(Default)]
pub struct SharedParts {
    parts: Mutex<HashMap<String, Arc<SharedPart>>>,
}

/// Its latest fragment, and when that was begun.
#[derive(Default)]
pub struct SharedPart {
    latest: tokio::sync::Mutex<Option<(Instant, Fragment)>>,
}

impl SharedParts {
    /// The part of this name; those that nobody looks at any more are forgotten.
    pub fn get(&self, name: String) -> Arc<SharedPart> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|_, part| Arc::strong_count(part) > 1);
        parts.entry(name).or_default().clone()
    }
}

impl SharedPart {
    /// A fragment that was begun after `since`: another's, or one's own. Who comes second waits for the first.
    pub async fn begun_after(
        &self,
        since: Instant,
        load: impl Future<Output = Result<Fragment>>,
    ) -> Result<Fragment> {
        let mut latest = self.latest.lock().await;
        if let Some((begun, fragment)) = &*latest
            && *begun >= since
        {
            return Ok(fragment.clone());
        }
        let begun = Instant::now();
        let fragment = load.await?;
        *latest = Some((begun, fragment.clone()));
        Ok(fragment)
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
        shown: Option<Arc<str>>,
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
                return Some((Ok(Event::default().event(name).data(&*fragment.html)), state));
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
