//! Time as a port, so that tests can hold it still.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        // PostgreSQL keeps microseconds: what we hold equals what we stored.
        let now = Utc::now();
        chrono::SubsecRound::trunc_subsecs(now, 6)
    }
}

pub type SharedClock = Arc<dyn Clock>;
