//! The days that figures are asked for: chosen by a word or by two dates, always in Santo Domingo.

use chrono::{DateTime, Days, Months, NaiveDate};

use super::time::{first_day_of_month, parse_iso_day, spoken_date};

/// No range is longer.
pub const LONGEST_DAYS: u64 = 400;
/// Longer ranges are drawn by the month.
const MOST_BY_DAY: u64 = 62;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    Today,
    Week,
    ThirtyDays,
    /// The present one, so far.
    Month,
    /// By its dates.
    Own,
}

impl Choice {
    /// Those with a word.
    pub const NAMED: [Self; 4] = [Self::Today, Self::Week, Self::ThirtyDays, Self::Month];

    /// In addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Today => "hoy",
            Self::Week => "7d",
            Self::ThirtyDays => "30d",
            Self::Month => "mes",
            Self::Own => "",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Today => "Hoy",
            Self::Week => "7 días",
            Self::ThirtyDays => "30 días",
            Self::Month => "Este mes",
            Self::Own => "Otras fechas",
        }
    }
}

/// Both ends are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub choice: Choice,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Why two dates are no range, as a sentence that names the field and the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRange {
    #[error("Desde: escriba una fecha, como 2026-11-23.")]
    From,
    #[error("Hasta: escriba una fecha, como 2026-11-23.")]
    To,
    #[error("Hasta: elija un día que no sea anterior a «Desde».")]
    Backwards,
    #[error("Elija como mucho {LONGEST_DAYS} días a la vez.")]
    TooLong,
}

impl Range {
    /// A word's range, seen from today.
    pub fn named(choice: Choice, today: NaiveDate) -> Self {
        let from = match choice {
            Choice::Today | Choice::Own => today,
            Choice::Week => today - Days::new(6),
            Choice::ThirtyDays => today - Days::new(29),
            Choice::Month => first_day_of_month(today),
        };
        Self { choice, from, to: today }
    }

    /// All there ever was.
    pub fn all(today: NaiveDate) -> Self {
        Self { choice: Choice::Own, from: DateTime::UNIX_EPOCH.date_naive(), to: today }
    }

    /// As an address says it; what it does not say is thirty days. One date alone is one end, the other is today or the
    /// same day.
    ///
    /// # Errors
    /// The dates that were written are none, or not a range.
    pub fn parse(
        word: Option<&str>,
        from: Option<&str>,
        to: Option<&str>,
        today: NaiveDate,
    ) -> Result<Self, InvalidRange> {
        let written =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (from, to) = (written(from), written(to));
        if from.is_none() && to.is_none() {
            let choice = Choice::NAMED.into_iter().find(|choice| Some(choice.as_str()) == word);
            return Ok(Self::named(choice.unwrap_or(Choice::ThirtyDays), today));
        }
        let to = to.map(|text| parse_iso_day(&text).ok_or(InvalidRange::To)).transpose()?;
        let from = from.map(|text| parse_iso_day(&text).ok_or(InvalidRange::From)).transpose()?;
        let to = to.unwrap_or_else(|| today.max(from.unwrap_or(today)));
        let from = from.unwrap_or(to);
        if to < from {
            return Err(InvalidRange::Backwards);
        }
        let range = Self { choice: Choice::Own, from, to };
        if range.length() > LONGEST_DAYS { Err(InvalidRange::TooLong) } else { Ok(range) }
    }

    /// In days.
    pub fn length(&self) -> u64 {
        u64::try_from((self.to - self.from).num_days()).unwrap_or_default() + 1
    }

    /// Its last day, or its month's if today is in it: nothing is of tomorrow, and a whole month is read in one row.
    pub fn end(&self, today: NaiveDate) -> NaiveDate {
        let month_ends = (first_day_of_month(today) + Months::new(1)).pred_opt().unwrap_or(today);
        if self.to == today { month_ends } else { self.to }
    }

    /// Whether it is too long to be drawn day by day.
    pub fn is_by_month(&self) -> bool {
        self.length() > MOST_BY_DAY
    }

    /// `Del 1 nov 2026 al 23 nov 2026`.
    pub fn label(&self) -> String {
        if self.from == self.to {
            spoken_date(self.from)
        } else {
            format!("Del {} al {}", spoken_date(self.from), spoken_date(self.to))
        }
    }

    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// The period it is compared with: as many days just before; of a month, the same days of the month before.
    #[must_use]
    pub fn before(&self) -> Self {
        let days = Days::new(self.length());
        let (from, to) = match self.choice {
            Choice::Month => (self.from - Months::new(1), self.to - Months::new(1)),
            _ => (self.from - days, self.to - days),
        };
        Self { choice: Choice::Own, from, to }
    }

    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let to = self.to;
        self.from.iter_days().take_while(move |day| *day <= to)
    }

    /// What an address says for it.
    pub fn to_pairs(self) -> Vec<(&'static str, String)> {
        match self.choice {
            Choice::Own => vec![("desde", self.from.to_string()), ("hasta", self.to.to_string())],
            named => vec![("rango", named.as_str().to_owned())],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a test's own day")
    }

    fn dates(range: &Range) -> (String, String) {
        (range.from.to_string(), range.to.to_string())
    }

    fn parse(word: &str, from: &str, to: &str) -> Result<Range, InvalidRange> {
        Range::parse(Some(word), Some(from), Some(to), day("2026-11-23"))
    }

    #[test]
    fn each_word_is_its_days_and_the_days_before() {
        for (word, from, before) in [
            ("hoy", "2026-11-23", ("2026-11-22", "2026-11-22")),
            ("7d", "2026-11-17", ("2026-11-10", "2026-11-16")),
            ("30d", "2026-10-25", ("2026-09-25", "2026-10-24")),
            ("mes", "2026-11-01", ("2026-10-01", "2026-10-23")),
            ("nunca", "2026-10-25", ("2026-09-25", "2026-10-24")),
        ] {
            let range = parse(word, "", "").expect("a range");
            assert_eq!(dates(&range), (from.to_owned(), "2026-11-23".to_owned()), "{word}");
            assert_eq!(dates(&range.before()), (before.0.to_owned(), before.1.to_owned()), "{word}");
        }
    }

    #[test]
    fn own_dates_are_taken_or_refused_in_words() {
        let range = parse("", "2026-01-31", "2026-02-02").expect("a range");
        assert_eq!((range.length(), range.days().count()), (3, 3));
        assert_eq!(dates(&parse("", "2026-11-20", "").expect("a range")).1, "2026-11-23");
        assert_eq!(dates(&parse("", "", "2026-11-20").expect("a range")).0, "2026-11-20");
        assert_eq!(parse("", "ayer", ""), Err(InvalidRange::From));
        assert_eq!(parse("", "", "31/12/2026"), Err(InvalidRange::To));
        assert_eq!(parse("", "2026-11-02", "2026-11-01"), Err(InvalidRange::Backwards));
        assert_eq!(parse("", "2020-01-01", "2026-11-01"), Err(InvalidRange::TooLong));
    }

    #[test]
    fn end_of_a_long_month_is_compared_with_the_end_of_a_short_one() {
        let range = Range::named(Choice::Month, day("2026-03-31"));
        assert_eq!(dates(&range.before()), ("2026-02-01".to_owned(), "2026-02-28".to_owned()));
    }
}
