//! Proof that this process's delivery workers still turn.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A worker that has not beaten for so long is stuck; it beats at least every few seconds, idle or not.
const STUCK_AFTER_SECONDS: i64 = 90;
const NO_WORKERS: i64 = i64::MAX;

/// The last beat in Unix seconds, shared by the workers and `/readyz`; and by which id others know this process.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    id: Uuid,
    last: Arc<AtomicI64>,
}

impl Heartbeat {
    /// For a process without workers of its own (`--no-workers`): never stuck.
    pub fn without_workers() -> Self {
        Self::since(NO_WORKERS)
    }

    pub fn starting(now: DateTime<Utc>) -> Self {
        Self::since(now.timestamp())
    }

    fn since(last: i64) -> Self {
        Self { id: Uuid::now_v7(), last: Arc::new(AtomicI64::new(last)) }
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub fn has_workers(&self) -> bool {
        self.last.load(Ordering::Relaxed) != NO_WORKERS
    }

    pub fn beat(&self, now: DateTime<Utc>) {
        self.last.store(now.timestamp(), Ordering::Relaxed);
    }

    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        now.timestamp().saturating_sub(self.last.load(Ordering::Relaxed)) < STUCK_AFTER_SECONDS
    }
}
