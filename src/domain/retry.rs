//! What may be repeated, until when, and when to ask again.

use std::time::Duration;

use super::{kind::Kind, message::Status};

/// How often an unknown send is looked for at Twilio before it is declared not created.
pub const LOOKS_BEFORE_LOST: i16 = 2;

/// What a retry may repeat, by kind. A refusal that certainly created nothing (429, no connection, the line held) is
/// tried again until the message is too old to be of use. An unknown outcome is never repeated blindly by any kind:
/// only after Twilio's list has proved twice that nothing was created, and then so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A message that has not left by then fails with its reason instead of arriving too late.
    pub validity: Duration,
    /// How often it is sent again after the proof that it was not created.
    pub resends: i16,
}

/// The policy of a kind. A contact is at most once: one more try after the proof, then its writer decides.
pub fn policy(kind: Kind) -> Policy {
    const fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * 3_600)
    }
    match kind {
        Kind::Contact => Policy { validity: hours(4), resends: 1 },
        Kind::NewInterest => Policy { validity: hours(6), resends: 2 },
        // Somebody is on his way because of it.
        Kind::TestDrive => Policy { validity: hours(2), resends: 3 },
        Kind::ListingExpiry => Policy { validity: hours(24), resends: 3 },
        // Nobody misses an offer; two of them annoy. What is left in the evening leaves in the morning.
        Kind::Offer => Policy { validity: hours(24), resends: 0 },
    }
}

/// A refusal at create that is about the moment and not about the message: a rate or a queue that is full. It delays its
/// message, never the queue; at least so long.
pub fn passes(code: i32) -> Option<Duration> {
    match code {
        63_017 => Some(Duration::from_secs(5)),
        63_018 => Some(Duration::from_mins(1)),
        21_611 => Some(Duration::from_mins(5)),
        _ => None,
    }
}

/// The longest wait before the next attempt, after `attempts` that were certainly not taken: 2, 4, 8 … 60 s. The wait
/// itself is drawn anew between nothing and this (full jitter), so that those who failed together do not come back
/// together.
pub fn longest_wait(attempts: i16) -> Duration {
    let exponent = u32::try_from(attempts).unwrap_or(0).min(6);
    Duration::from_secs(2_u64.pow(exponent).min(60))
}

/// How long to wait before asking Twilio about a message again; `None`: nothing is left to ask. A lost callback heals
/// by the first row; a price comes minutes after the end (`price_plan`, fact sheet §8), and most messages end delivered.
pub fn until_next_check(
    status: Status,
    price_known: bool,
    checks: i16,
    price_plan: &[Duration],
) -> Option<Duration> {
    const UNFINISHED: [u64; 8] = [20, 60, 180, 600, 1_800, 3_600, 21_600, 86_400];
    let done = usize::try_from(checks).unwrap_or(0);
    match status {
        Status::Queued | Status::Sending | Status::Verifying | Status::Sent => {
            UNFINISHED.get(done).map(|&seconds| Duration::from_secs(seconds))
        }
        // The same questions tell whether it was read.
        Status::Delivered => price_plan.get(done).copied(),
        Status::Read | Status::Undelivered | Status::Failed | Status::Canceled if price_known => None,
        Status::Read | Status::Undelivered | Status::Failed | Status::Canceled => {
            price_plan.get(done).copied()
        }
    }
}
