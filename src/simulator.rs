//! A Twilio of our own: the Messages and Content APIs, signed callbacks, and faults to order.
//!
//! It knows nothing of the application but the URLs it is given. Whoever can talk to Twilio can talk to it; what makes it
//! useful is the rest: the last three digits of `To` choose an outcome ([`faults`]), `/sim` tells the truth and changes the
//! rules ([`control`]), and every message is on disk before its create is answered ([`journal`]).

mod account;
mod address;
mod answer;
mod auth;
mod bill;
mod books;
mod callbacks;
mod clock;
mod connection;
mod content;
mod control;
mod create;
mod draft;
mod faults;
mod form;
mod inbound;
mod journal;
mod list;
mod media;
mod message;
mod paging;
mod plan;
mod refusal;
mod resource;
mod router;
mod senders;
mod settings;
mod signature;
mod state;
mod templates;
mod timeline;
mod usage;
mod wire;
mod xml;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The account that the simulator plays, and where its truth lies.
#[derive(Clone, Debug)]
pub struct Options {
    /// `AC` and 32 hex digits.
    pub account_sid: String,
    /// Authenticates calls and signs callbacks.
    pub auth_token: String,
    /// A second way to authenticate calls; signs nothing.
    pub api_key: Option<ApiKey>,
    /// The account's only sender: E.164 with `+`.
    pub whatsapp_number: String,
    /// Where inbound messages are posted: absolute URL.
    pub inbound_url: String,
    /// JSON lines; made when absent, its folder too.
    pub state_file: PathBuf,
}

/// `SK` sid and its secret.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub sid: String,
    pub secret: String,
}

/// Why the simulator could not run.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    #[error("the simulator's state file {path}: {source}")]
    State { path: PathBuf, source: std::io::Error },
    #[error("the simulator's state file {path}, line {line}, is not an entry of its journal: {source}")]
    Entry { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("the auth token cannot sign callbacks: {0}")]
    AuthToken(#[from] hmac::digest::InvalidLength),
    #[error("the simulator's listener failed: {0}")]
    Listener(#[from] std::io::Error),
}

/// Speaks Twilio on `listener` until `shutdown`, resuming what the state file says was pending.
///
/// # Errors
/// When the state file cannot be read or written, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: CancellationToken,
) -> Result<(), SimulatorError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error only means that another task was quicker.
        rustls::crypto::ring::default_provider().install_default().ok();
    }
    let (books, unfinished) = books::Books::open(&options.state_file, shutdown.child_token())?;
    let simulator = Arc::new(Simulator {
        signer: signature::Signer::new(&options.auth_token)?,
        clock: clock::Clock::new(books.state().advanced_seconds()),
        callers: callbacks::Callers::default(),
        in_flight: AtomicUsize::new(0),
        tasks: TaskTracker::new(),
        shutdown: shutdown.clone(),
        books: Mutex::new(books),
        shelf: Mutex::default(),
        options,
    });
    for (sid, steps) in unfinished {
        timeline::follow(&simulator, sid, steps);
    }
    simulator.tasks.spawn(timeline::keep_written(Arc::clone(&simulator)));
    let app =
        router::router(Arc::clone(&simulator)).into_make_service_with_connect_info::<connection::Fate>();
    axum::serve(connection::Doors(listener), app).with_graceful_shutdown(shutdown.cancelled_owned()).await?;
    simulator.tasks.close();
    simulator.tasks.wait().await;
    timeline::flush(&simulator);
    Ok(())
}

/// What every handler shares.
struct Simulator {
    options: Options,
    signer: signature::Signer,
    clock: clock::Clock,
    callers: callbacks::Callers,
    /// Requests being answered, for `Twilio-Concurrent-Requests`.
    in_flight: AtomicUsize,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    books: Mutex<books::Books>,
    shelf: Mutex<media::Shelf>,
}

impl Simulator {
    /// Held only for moments, never across an await.
    fn books(&self) -> MutexGuard<'_, books::Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Likewise.
    fn shelf(&self) -> MutexGuard<'_, media::Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request until the guard goes, be it answered or abandoned by its client.
    fn count_in(&self) -> InFlight<'_> {
        InFlight { count: &self.in_flight, place: self.in_flight.fetch_add(1, Ordering::Relaxed) + 1 }
    }

    /// `whatsapp:+…`, the only sender.
    fn sender(&self) -> String {
        format!("whatsapp:{}", self.options.whatsapp_number)
    }
}

struct InFlight<'a> {
    count: &'a AtomicUsize,
    place: usize,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}
