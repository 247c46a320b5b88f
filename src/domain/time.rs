//! Times are stored in UTC and shown in `America/Santo_Domingo`: UTC−4 all year, no summer time since 2000.

use chrono::{
    DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc,
};

const OFFSET_SECONDS: i32 = -4 * 3600;

fn local(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    match FixedOffset::east_opt(OFFSET_SECONDS) {
        Some(offset) => at.with_timezone(&offset),
        None => at.fixed_offset(),
    }
}

/// The calendar day in Santo Domingo.
pub fn day_in_santo_domingo(at: DateTime<Utc>) -> NaiveDate {
    local(at).date_naive()
}

/// When a day begins in Santo Domingo.
pub fn day_begins(day: NaiveDate) -> DateTime<Utc> {
    Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN))
        - chrono::Duration::seconds(i64::from(OFFSET_SECONDS))
}

/// When a day ends in Santo Domingo, and the next begins.
pub fn day_ends(day: NaiveDate) -> DateTime<Utc> {
    day_begins(day + Days::new(1))
}

/// When the present day began in Santo Domingo.
pub fn midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    day_begins(day_in_santo_domingo(at))
}

/// When the next day begins in Santo Domingo.
pub fn next_midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    day_begins(day_in_santo_domingo(at) + Days::new(1))
}

/// When the present month began in Santo Domingo.
pub fn first_of_month(at: DateTime<Utc>) -> DateTime<Utc> {
    day_begins(first_day_of_month(day_in_santo_domingo(at)))
}

/// When the next month begins in Santo Domingo.
pub fn next_month(at: DateTime<Utc>) -> DateTime<Utc> {
    day_begins(first_day_of_month(day_in_santo_domingo(at)) + Months::new(1))
}

/// The first day of a day's month.
pub fn first_day_of_month(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.day0()))
}

/// `14:05`.
pub fn clock_in_santo_domingo(at: DateTime<Utc>) -> String {
    let at = local(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// How a person says it: `hoy 14:05`, `ayer 09:30`, `12 ago 2026 09:30`.
pub fn spoken(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} {}", spoken_day(at, now), clock_in_santo_domingo(at))
}

/// How long ago, as a person says it: `hace menos de 1 min`, `hace 3 min`, `hace 2 h`; after a day [`spoken`].
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (now - at).num_minutes() {
        ..1 => "hace menos de 1 min".to_owned(),
        minutes @ 1..60 => format!("hace {minutes} min"),
        minutes @ 60..1440 => format!("hace {} h", minutes / 60),
        _ => spoken(at, now),
    }
}

/// How a person says the day: `hoy`, `ayer`, `12 ago 2026`.
pub fn spoken_day(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (day, today) = (day_in_santo_domingo(at), day_in_santo_domingo(now));
    if day == today {
        "hoy".to_owned()
    } else if day + Days::new(1) == today {
        "ayer".to_owned()
    } else {
        spoken_coming(at)
    }
}

/// A moment to come, as a person says it: `hoy a las 14:05`, `mañana a las 09:30`, `el 12 dic 2026 a las 09:30`.
pub fn spoken_ahead(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (day, today) = (day_in_santo_domingo(at), day_in_santo_domingo(now));
    let day = if day == today {
        "hoy".to_owned()
    } else if day == today + Days::new(1) {
        "mañana".to_owned()
    } else {
        format!("el {}", spoken_date(day))
    };
    format!("{day} a las {}", clock_in_santo_domingo(at))
}

/// A day to come: `1 dic 2026`.
pub fn spoken_coming(at: DateTime<Utc>) -> String {
    spoken_date(day_in_santo_domingo(at))
}

/// The last day of what ends then: `30 nov 2026` where it ends as December begins.
pub fn last_day(end: DateTime<Utc>) -> String {
    spoken_coming(end - TimeDelta::microseconds(1))
}

/// A month: `nov 2026`.
pub fn spoken_month(day: NaiveDate) -> String {
    format!("{} {}", month(day), day.year())
}

/// For spreadsheets, in Santo Domingo's time: `2026-11-23 14:05:09`.
pub fn sortable_stamp(at: DateTime<Utc>) -> String {
    let at = local(at);
    format!("{} {:02}:{:02}:{:02}", at.date_naive(), at.hour(), at.minute(), at.second())
}

/// How long something took: `850 ms`, `1.5 s`, `3 min 5 s`, `2 h 5 min`, `3 d 4 h`. Clocks differ a little: never negative.
pub fn lapse(took: TimeDelta) -> String {
    let millis = took.num_milliseconds().max(0);
    let (seconds, minutes, hours) = (millis / 1_000, millis / 60_000, millis / 3_600_000);
    match (seconds, minutes, hours) {
        (0, ..) => format!("{millis} ms"),
        (_, 0, _) => format!("{seconds}.{} s", millis % 1_000 / 100),
        (_, _, 0) => format!("{minutes} min {} s", seconds % 60),
        (_, _, 1..24) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

/// About how long something usually takes: `menos de 1 min`, `35 min`, `2 h`, `3 días`.
pub fn about(took: TimeDelta) -> String {
    let minutes = (took.num_seconds() + 30) / 60;
    match minutes {
        ..1 => "menos de 1 min".to_owned(),
        1..90 => format!("{minutes} min"),
        90..2_160 => format!("{} h", (minutes + 30) / 60),
        _ => format!("{} días", (minutes + 720) / 1_440),
    }
}

/// How long is left, to the minute: `3 h 10 min`, `45 min`, `menos de 1 min`.
pub fn left(left: TimeDelta) -> String {
    let minutes = left.num_minutes();
    match minutes {
        ..1 => "menos de 1 min".to_owned(),
        1..60 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

/// A calendar day: `1 dic 2026`.
pub fn spoken_date(day: NaiveDate) -> String {
    format!("{} {} {}", day.day(), month(day), day.year())
}

/// An appointment: `viernes 4 dic a las 10:00 a. m.`.
pub fn spoken_appointment(at: DateTime<Utc>) -> String {
    const WEEKDAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
    let (day, at) = (day_in_santo_domingo(at), local(at));
    let weekday =
        usize::try_from(day.weekday().num_days_from_monday()).ok().and_then(|day| WEEKDAYS.get(day));
    let (afternoon, hour) = at.hour12();
    let half = if afternoon { "p. m." } else { "a. m." };
    let weekday = weekday.copied().unwrap_or_default();
    format!("{weekday} {} {} a las {hour}:{:02} {half}", day.day(), month(day), at.minute())
}

/// A moment as a browser's field takes it (HTML, `datetime-local`), in Santo Domingo: `2026-11-23T14:05`.
pub fn field_moment(at: DateTime<Utc>) -> String {
    format!("{}T{}", day_in_santo_domingo(at), clock_in_santo_domingo(at))
}

/// A day as a person or a spreadsheet writes it: `2026-12-31` or `31/12/2026`.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%d/%m/%Y"].into_iter().find_map(|form| parse(text, form))
}

/// A day as addresses and date fields write it: `2026-12-31`.
pub fn parse_iso_day(text: &str) -> Option<NaiveDate> {
    parse(text, "%Y-%m-%d")
}

/// A moment in Santo Domingo as a browser's field writes it (HTML, `datetime-local`): `2026-11-23T14:05`.
pub fn parse_moment(text: &str) -> Option<DateTime<Utc>> {
    let (day, clock) = text.trim().split_once('T')?;
    let clock = NaiveTime::parse_from_str(clock, "%H:%M").ok()?;
    Some(day_begins(parse_iso_day(day)?) + clock.signed_duration_since(NaiveTime::MIN))
}

/// Days of our own age: of others months cannot always be reckoned.
fn parse(text: &str, form: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text.trim(), form).ok()?;
    (2000..=2100).contains(&day.year()).then_some(day)
}

/// The full stamp for hover and for screen readers: `23 nov 2026, 14:05:09 (hora de Santo Domingo)`.
pub fn full_stamp(at: DateTime<Utc>) -> String {
    let (day, at) = (day_in_santo_domingo(at), local(at));
    format!(
        "{} {} {}, {:02}:{:02}:{:02} (hora de Santo Domingo)",
        day.day(),
        month(day),
        day.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn month(day: NaiveDate) -> &'static str {
    match day.month() {
        1 => "ene",
        2 => "feb",
        3 => "mar",
        4 => "abr",
        5 => "may",
        6 => "jun",
        7 => "jul",
        8 => "ago",
        9 => "sep",
        10 => "oct",
        11 => "nov",
        _ => "dic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a test's own time").to_utc()
    }

    #[test]
    fn the_day_turns_at_midnight_in_santo_domingo() {
        assert_eq!(
            day_in_santo_domingo(at("2026-11-24T03:59:59Z")),
            day_in_santo_domingo(at("2026-11-23T12:00:00Z"))
        );
        assert_ne!(
            day_in_santo_domingo(at("2026-11-24T04:00:00Z")),
            day_in_santo_domingo(at("2026-11-23T12:00:00Z"))
        );
        assert_eq!(next_midnight(at("2026-11-24T03:59:59Z")), at("2026-11-24T04:00:00Z"));
        assert_eq!(next_midnight(at("2026-11-24T04:00:00Z")), at("2026-11-25T04:00:00Z"));
    }

    #[test]
    fn times_are_spoken_as_dominicans_say_them() {
        let now = at("2026-11-23T18:05:09Z");
        assert_eq!(spoken(now, now), "hoy 14:05");
        assert_eq!(spoken(at("2026-11-22T13:30:00Z"), now), "ayer 09:30");
        assert_eq!(spoken(at("2026-08-12T13:30:00Z"), now), "12 ago 2026 09:30");
        assert_eq!(full_stamp(now), "23 nov 2026, 14:05:09 (hora de Santo Domingo)");
        assert_eq!(spoken_ahead(at("2026-11-24T03:59:59Z"), now), "hoy a las 23:59");
        assert_eq!(spoken_ahead(at("2026-11-24T13:00:00Z"), now), "mañana a las 09:00");
        assert_eq!(spoken_ahead(at("2026-11-25T13:00:00Z"), now), "el 25 nov 2026 a las 09:00");
        assert_eq!(parse_moment(&field_moment(at("2026-11-25T13:05:00Z"))), Some(at("2026-11-25T13:05:00Z")));
    }

    #[test]
    fn a_day_is_read_as_the_page_and_the_spreadsheet_write_it() {
        let last = NaiveDate::from_ymd_opt(2026, 12, 31);
        assert_eq!(parse_day("2026-12-31"), last);
        assert_eq!(parse_day(" 31/12/2026 "), last);
        assert_eq!(parse_day("12/31/2026"), None);
        for odd in ["+262142-12-31", "-262143-01-01", "1999-12-31", "2101-01-01"] {
            assert_eq!((parse_day(odd), parse_iso_day(odd)), (None, None), "{odd}");
        }
    }

    #[test]
    fn how_long_it_took_is_said_in_its_two_largest_units() {
        let said =
            [-5, 850, 1_590, 185_000, 7_500_000, 273_600_000].map(|ms| lapse(TimeDelta::milliseconds(ms)));
        assert_eq!(said, ["0 ms", "850 ms", "1.5 s", "3 min 5 s", "2 h 5 min", "3 d 4 h"]);
    }

    #[test]
    fn how_long_ago_is_said_roughly() {
        let now = at("2026-11-23T18:05:09Z");
        assert_eq!(ago(at("2026-11-23T18:05:10Z"), now), "hace menos de 1 min", "clocks differ a little");
        assert_eq!(ago(at("2026-11-23T18:04:10Z"), now), "hace menos de 1 min");
        assert_eq!(ago(at("2026-11-23T18:02:09Z"), now), "hace 3 min");
        assert_eq!(ago(at("2026-11-23T17:05:10Z"), now), "hace 59 min");
        assert_eq!(ago(at("2026-11-22T18:05:10Z"), now), "hace 23 h");
        assert_eq!(ago(at("2026-11-22T18:05:09Z"), now), "ayer 14:05");
    }
}
