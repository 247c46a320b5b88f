//! The machine's time, put forward.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use okla::app::clock::{Clock, SystemClock};

/// Clones share one time.
#[derive(Clone, Default)]
pub struct TestClock {
    ahead_microseconds: Arc<AtomicI64>,
}

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        let by = by.num_microseconds().unwrap();
        self.ahead_microseconds.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::microseconds(self.ahead_microseconds.load(Ordering::Relaxed))
    }
}
