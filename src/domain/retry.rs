//! When to try again, and when to ask again.

use std::time::Duration;

use super::message::Status;

/// A send that Twilio certainly did not take may be repeated this often before it fails.
pub const MAX_ATTEMPTS: i16 = 6;
/// A contact message that could not leave within this time is of no use any more.
pub const VALIDITY: Duration = Duration::from_mins(15);
/// How often an unknown send is looked for at Twilio before it is declared not created.
pub const LOOKS_BEFORE_LOST: i16 = 2;

/// How long to wait before the next attempt, after `attempts` that were certainly not taken: 2, 4, 8 … 60 s.
pub fn until_next_attempt(attempts: i16) -> Duration {
    let exponent = u32::try_from(attempts).unwrap_or(0).min(6);
    Duration::from_secs(2_u64.pow(exponent).min(60))
}

/// How long to wait before asking Twilio about a message again; `None`: nothing is left to ask. A lost callback heals
/// by the first row, a price that comes minutes later (fact sheet §8) by the second.
pub fn until_next_check(status: Status, price_known: bool, checks: i16) -> Option<Duration> {
    const UNFINISHED: [u64; 8] = [20, 60, 180, 600, 1_800, 3_600, 21_600, 86_400];
    const UNPRICED: [u64; 5] = [15, 120, 900, 3_600, 86_400];
    let plan: &[u64] = match (status.is_final(), price_known) {
        (true, true) => return None,
        (true, false) => &UNPRICED,
        (false, _) => &UNFINISHED,
    };
    plan.get(usize::try_from(checks).unwrap_or(0)).map(|&seconds| Duration::from_secs(seconds))
}
