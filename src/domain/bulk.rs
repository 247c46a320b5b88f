//! Many messages sent again by one press.

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: i64,
    pub sent: i64,
    /// Refused by a limit.
    pub over_limit: i64,
    /// Not to be sent again any more.
    pub not_safe: i64,
    /// By a fault of ours.
    pub failed: i64,
}

impl Progress {
    pub fn done(&self) -> i64 {
        self.sent + self.over_limit + self.not_safe + self.failed
    }
}
