//! Proof that this process's delivery workers still turn.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Utc};

/// A worker that has not beaten for so long is stuck; it beats at least every few seconds, idle or not.
const STUCK_AFTER_SECONDS: i64 = 90;
const NO_WORKERS: i64 = i64::MAX;

/// The last beat in Unix seconds, shared by the workers and `/readyz`.
#[derive(Clone, Debug)]
pub struct Heartbeat(Arc<AtomicI64>);

impl Heartbeat {
    /// For a process without workers of its own (`--no-workers`): never stuck.
    pub fn without_workers() -> Self {
        Self(Arc::new(AtomicI64::new(NO_WORKERS)))
    }

    pub fn starting(now: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(now.timestamp())))
    }

    pub fn beat(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp(), Ordering::Relaxed);
    }

    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        now.timestamp().saturating_sub(self.0.load(Ordering::Relaxed)) < STUCK_AFTER_SECONDS
    }
}
