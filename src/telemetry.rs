//! Logs: one line an event on stderr, as text or (`OKLA_LOG=json`) as JSON, filtered by `RUST_LOG`.

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config;

/// Starts logging for the process. A second call in one process is ignored (tests).
pub fn start() {
    let filter = EnvFilter::new(config::log_filter());
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let started = if config::log_is_json() {
        registry.with(lines.json().flatten_event(true)).try_init()
    } else {
        registry.with(lines).try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was already started");
    }
}
