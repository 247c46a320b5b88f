//! Test drives: which times may be proposed, and when one is reminded of.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::time::{day_begins, day_in_santo_domingo, parse_moment};

/// How long one takes: so long its vehicle and its driver are engaged.
pub const LASTS: TimeDelta = TimeDelta::hours(1);
/// Somebody has to read of it and prepare the vehicle.
const SOONEST: TimeDelta = TimeDelta::hours(2);
const FARTHEST: TimeDelta = TimeDelta::days(60);
/// The first and the last of the day at which one may begin, after midnight in Santo Domingo.
const HOURS: (TimeDelta, TimeDelta) = (TimeDelta::hours(8), TimeDelta::hours(19));
/// On the day before, hours after midnight.
const REMINDED_AT: TimeDelta = TimeDelta::hours(17);
/// No reminder of what is so near that its confirmation was one.
pub const TOO_NEAR: TimeDelta = TimeDelta::hours(2);

/// How one stands. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriveStatus {
    /// The dealer has not answered.
    Asked,
    /// It has a time.
    Set,
    Canceled,
    /// Its time, or all that was proposed, has passed.
    Over,
}

impl DriveStatus {
    const ALL: [Self; 4] = [Self::Asked, Self::Set, Self::Canceled, Self::Over];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Set => "set",
            Self::Canceled => "canceled",
            Self::Over => "over",
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Asked => "Por confirmar",
            Self::Set => "Confirmada",
            Self::Canceled => "Cancelada",
            Self::Over => "Pasada",
        }
    }
}

impl FromStr for DriveStatus {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no status"))
    }
}

/// Who acts, or is told. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Buyer,
    Dealer,
}

impl Side {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Dealer => "dealer",
        }
    }

    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Buyer => Self::Dealer,
            Self::Dealer => Self::Buyer,
        }
    }
}

/// Reads a time as a form's field has it; nothing typed is no time.
///
/// # Errors
/// A sentence for the field.
pub fn read_slot(text: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, &'static str> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let at =
        parse_moment(text).ok_or("No entendimos la fecha y la hora. Escríbalas así: 2026-12-04 10:00.")?;
    if at < now + SOONEST {
        return Err("Esa hora ya pasó o está muy cerca. Elija una al menos dos horas después de ahora.");
    }
    if at > now + FARTHEST {
        return Err("Esa fecha está muy lejos. Elija una dentro de los próximos 60 días.");
    }
    let of_day = at - day_begins(day_in_santo_domingo(at));
    if of_day < HOURS.0 || of_day > HOURS.1 {
        return Err("Elija una hora entre las 8:00 a. m. y las 7:00 p. m.");
    }
    Ok(Some(at))
}

/// When both are reminded: the day before at five in the afternoon.
pub fn reminded_at(starts_at: DateTime<Utc>) -> DateTime<Utc> {
    day_begins(day_in_santo_domingo(starts_at)) - TimeDelta::days(1) + REMINDED_AT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_that_can_be_kept_is_taken_and_any_other_is_refused_in_words() {
        let now = at("2026-11-28T14:00:00Z");
        assert_eq!(read_slot("2026-12-04T10:00", now), Ok(Some(at("2026-12-04T14:00:00Z"))));
        assert_eq!(read_slot(" ", now), Ok(None));
        for (typed, said) in [
            ("mañana", "No entendimos"),
            ("2026-11-28T11:59", "ya pasó"),
            ("2027-03-01T10:00", "muy lejos"),
            ("2026-12-04T07:59", "entre las 8:00"),
            ("2026-12-04T19:01", "entre las 8:00"),
        ] {
            assert!(read_slot(typed, now).unwrap_err().contains(said), "{typed}");
        }
    }

    #[test]
    fn one_is_reminded_of_the_afternoon_before() {
        assert_eq!(reminded_at(at("2026-12-04T14:00:00Z")), at("2026-12-03T21:00:00Z"));
        assert_eq!(reminded_at(at("2026-12-04T22:30:00Z")), at("2026-12-03T21:00:00Z"));
    }
}
