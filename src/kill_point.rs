//! Named points at which a test lets the process die as by `kill -9`. They exist only where the feature `kill-points` is
//! on: in test builds, never in a release.

/// Every point, in the order of a message's path. A test that kills walks this list, so that none is forgotten.
pub const POINTS: [&str; 10] = [
    "accept.before_commit",
    "accept.after_commit",
    "deliver.claimed",
    "deliver.calling",
    "deliver.answered",
    "record.before_commit",
    "record.after_commit",
    "callback.received",
    "check.asked",
    "check.sent_again",
];
/// Between an errand's message and the note that it is done.
pub const ERRAND: &str = "remind.sent";

/// Dies here if `OKLA_KILL_AT` names this point.
#[cfg(feature = "kill-points")]
pub fn kill_point(name: &'static str) {
    debug_assert!(POINTS.contains(&name) || name == ERRAND, "{name} is not on the list");
    if crate::config::kill_at().is_some_and(|at| at == name) {
        std::process::abort();
    }
}

/// Nothing, in a release.
#[cfg(not(feature = "kill-points"))]
#[inline]
pub fn kill_point(_name: &'static str) {}

/// While it lives, the process may die.
#[must_use]
pub struct Doom {
    #[cfg(feature = "kill-points")]
    _killer: Option<tokio_util::task::AbortOnDropHandle<()>>,
}

/// Dies a moment after now, if `OKLA_KILL_AT` names this point and what it is held for lasts that long.
#[cfg(feature = "kill-points")]
pub fn kill_during(name: &'static str) -> Doom {
    let dies = crate::config::kill_at().is_some_and(|at| at == name);
    let killer = async move {
        tokio::time::sleep(std::time::Duration::from_millis(75)).await;
        kill_point(name);
    };
    Doom { _killer: dies.then(|| tokio_util::task::AbortOnDropHandle::new(tokio::spawn(killer))) }
}

/// Nothing, in a release.
#[cfg(not(feature = "kill-points"))]
#[inline]
pub fn kill_during(_name: &'static str) -> Doom {
    Doom {}
}
