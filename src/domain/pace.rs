//! How fast messages may leave: the generic cell rate algorithm (ITU-T I.371), one instant a bucket. A bucket's `full_at`
//! is when its whole allowance is back; it may lie as far ahead of now as its burst lasts.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// A bucket's size and speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two that leave, once the burst is used up.
    pub every: Duration,
    /// So many may leave at once.
    pub burst: u32,
}

/// WhatsApp's pair rate: about one message in six seconds to the same person (fact sheet §6).
pub const TO_ONE_RECIPIENT: Pace = Pace { every: Duration::from_secs(6), burst: 10 };

impl Pace {
    /// `per_second` on the long run. The burst makes up for a worker that wakes late.
    pub fn per_second(per_second: u32) -> Self {
        let per_second = per_second.max(1);
        Self { every: Duration::from_secs(1) / per_second, burst: (per_second / 10).max(1) }
    }

    /// How many leave in a second on the long run, at least one.
    pub fn in_a_second(self) -> usize {
        let every = self.every.as_nanos().max(1);
        usize::try_from(1_000_000_000 / every).unwrap_or(usize::MAX).max(1)
    }

    /// The earliest the next may leave, and `full_at` after it did.
    pub fn take(self, full_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let every = delta(self.every);
        let room = delta(self.every * self.burst.saturating_sub(1));
        let full_at = full_at.map_or(now, |full_at| full_at.max(now));
        let leaves = (full_at - room).max(now);
        (leaves, full_at + every)
    }

    /// How many may leave now, at most `most`.
    pub fn allowed(self, full_at: Option<DateTime<Utc>>, now: DateTime<Utc>, most: usize) -> usize {
        let mut full_at = full_at;
        (0..most)
            .take_while(|_| {
                let (leaves, next) = self.take(full_at, now);
                full_at = Some(next);
                leaves <= now
            })
            .count()
    }

    /// The latest `full_at` that sending until now can have led to.
    pub fn fullest(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + delta(self.every * self.burst)
    }

    /// `full_at` after `count` left.
    pub fn after(self, full_at: Option<DateTime<Utc>>, now: DateTime<Utc>, count: usize) -> DateTime<Utc> {
        let full_at = full_at.map_or(now, |full_at| full_at.max(now));
        full_at + delta(self.every * u32::try_from(count).unwrap_or(u32::MAX))
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + number, 0).unwrap()
    }

    #[test]
    fn ten_leave_at_once_and_then_one_in_six_seconds() {
        let mut full_at = None;
        let mut leaves = Vec::new();
        for _ in 0..13 {
            let (at, next) = TO_ONE_RECIPIENT.take(full_at, second(0));
            leaves.push((at - second(0)).num_seconds());
            full_at = Some(next);
        }
        assert_eq!(leaves, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 12, 18]);
        assert_eq!(TO_ONE_RECIPIENT.take(full_at, second(78)).0, second(78), "whole again");
    }

    #[test]
    fn a_second_lets_through_as_many_as_its_rate() {
        let pace = Pace::per_second(80);
        let (mut full_at, mut left) = (None, 0);
        for tick in 0..1_000 {
            let now = second(0) + TimeDelta::milliseconds(10 * tick);
            let allowed = pace.allowed(full_at, now, 100);
            full_at = Some(pace.after(full_at, now, allowed));
            left += allowed;
        }
        assert!((800..=808).contains(&left), "{left} in ten seconds");
    }
}
