//! The simulator's own time: the machine's, plus what `/sim/clock` added.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

/// A clock that can be put forward; who waits for a moment wakes when it is jumped over.
pub struct Clock {
    ahead: watch::Sender<TimeDelta>,
}

impl Clock {
    pub fn new(ahead: TimeDelta) -> Self {
        Self { ahead: watch::Sender::new(ahead) }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the simulator's clock; it shares nothing with the app's"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.ahead.borrow()
    }

    /// Sets how far the clock is ahead of the machine's.
    pub fn set_ahead(&self, ahead: TimeDelta) {
        self.ahead.send_replace(ahead);
    }

    /// Returns at `moment`, at once if it is past.
    pub async fn until(&self, moment: DateTime<Utc>) {
        let mut jumps = self.ahead.subscribe();
        while let Ok(left) = (moment - self.now()).to_std()
            && !left.is_zero()
        {
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = jumps.changed() => {}
            }
        }
    }
}
