//! Between which hours what nobody waits for may ring telephones.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::time::{midnight, next_midnight};

/// Whole hours of a day in Santo Domingo. What arrives by night wakes people, who then block the number that everybody's
/// messages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    opens: i64,
    closes: i64,
}

/// Those of offers.
impl Default for Hours {
    fn default() -> Self {
        Self { opens: 9, closes: 19 }
    }
}

impl Hours {
    /// That moment if it is between them, else the next that is.
    pub fn opening(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let today = midnight(at);
        if at >= today + TimeDelta::hours(self.closes) {
            next_midnight(at) + TimeDelta::hours(self.opens)
        } else {
            at.max(today + TimeDelta::hours(self.opens))
        }
    }

    pub fn are_open(self, at: DateTime<Utc>) -> bool {
        self.opening(at) == at
    }

    /// When they end on that day.
    pub fn closing(self, at: DateTime<Utc>) -> DateTime<Utc> {
        midnight(at) + TimeDelta::hours(self.closes)
    }

    /// What a person reads: `de 9:00 a 19:00`.
    pub fn spoken(self) -> String {
        format!("de {}:00 a {}:00", self.opens, self.closes)
    }
}

/// As the environment writes it: `9-19`.
impl FromStr for Hours {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "debe ser dos horas de un mismo día, como 9-19";
        let (opens, closes) = text.split_once('-').ok_or(wrong)?;
        let (opens, closes) = (opens.parse().map_err(|_| wrong)?, closes.parse().map_err(|_| wrong)?);
        if (0..closes).contains(&opens) && closes <= 24 { Ok(Self { opens, closes }) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a test's own time").to_utc()
    }

    #[test]
    fn offers_leave_from_nine_to_seven_by_santo_domingos_clock() {
        let hours = Hours::default();
        for (now, leaves) in [
            ("2026-11-24T12:59:59Z", "2026-11-24T13:00:00Z"),
            ("2026-11-24T13:00:00Z", "2026-11-24T13:00:00Z"),
            ("2026-11-24T22:59:59Z", "2026-11-24T22:59:59Z"),
            ("2026-11-24T23:00:00Z", "2026-11-25T13:00:00Z"),
            // Midnight there, and the last second before it.
            ("2026-11-25T03:59:59Z", "2026-11-25T13:00:00Z"),
            ("2026-11-25T04:00:00Z", "2026-11-25T13:00:00Z"),
            // No summer time: the same in July.
            ("2026-07-24T12:59:59Z", "2026-07-24T13:00:00Z"),
            ("2026-07-24T22:59:59Z", "2026-07-24T22:59:59Z"),
            ("2026-12-31T23:30:00Z", "2027-01-01T13:00:00Z"),
        ] {
            assert_eq!(hours.opening(at(now)), at(leaves), "{now}");
            assert_eq!(hours.are_open(at(now)), now == leaves, "{now}");
        }
    }

    #[test]
    fn hours_are_read_as_they_are_written() {
        assert_eq!("9-19".parse(), Ok(Hours::default()));
        let notices: Hours = "8-20".parse().unwrap();
        assert_eq!(notices.opening(at("2026-11-29T00:00:00Z")), at("2026-11-29T12:00:00Z"));
        assert!("0-24".parse::<Hours>().is_ok_and(|all| all.are_open(at("2026-11-25T03:59:59Z"))));
        for wrong in ["", "9", "19-9", "9-9", "-1-5", "9-25", "a-b"] {
            assert!(wrong.parse::<Hours>().is_err(), "{wrong}");
        }
    }
}
