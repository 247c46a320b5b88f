//! When an offer to many will be through, by what is known before it begins.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::hours::Hours;
use crate::domain::time::next_midnight;

/// What the limits leave. `None`: everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Room {
    /// Of any hour, and of the one that runs.
    pub an_hour: Option<i64>,
    pub this_hour: Option<i64>,
    pub a_day: Option<i64>,
    pub today: Option<i64>,
    /// Sends that the rest of the month's budget pays.
    pub budget: Option<i64>,
}

/// What will become of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// As many as the budget pays.
    pub paid: i64,
    /// When the last of them leaves; `None`: not within the time that we look ahead, or nothing does.
    pub ends_at: Option<DateTime<Utc>>,
}

/// So far ahead.
const HOURS_AHEAD: usize = 24 * 62;

/// Lives through it hour by hour: each lets as many through as the limits of the hour and the day leave, by `per_second`.
pub fn forecast(count: i64, begins_at: DateTime<Utc>, room: Room, hours: Hours, per_second: i64) -> Forecast {
    let paid = room.budget.map_or(count, |budget| count.min(budget.max(0)));
    let mut left = paid;
    let mut hour = hours.opening(begins_at);
    let mut today = room.today;
    let mut in_hour = room.this_hour;
    for _ in 0..HOURS_AHEAD {
        if left == 0 {
            return Forecast { paid, ends_at: (paid > 0).then_some(hour) };
        }
        let ends = (hour + TimeDelta::hours(1)).min(hours.closing(hour));
        let carried = per_second.saturating_mul((ends - hour).num_seconds());
        let open = [in_hour, today].into_iter().flatten().fold(carried, i64::min).max(0);
        let sent = left.min(open);
        left -= sent;
        if left == 0 {
            let took = TimeDelta::seconds(sent / per_second.max(1));
            return Forecast { paid, ends_at: Some(hour + took) };
        }
        today = today.map(|today| (today - sent).max(0));
        let next = hours.opening(if today == Some(0) { next_midnight(hour) } else { ends });
        if next >= next_midnight(hour) {
            today = room.a_day;
        }
        (hour, in_hour) = (next, room.an_hour);
    }
    Forecast { paid, ends_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a test's own time").to_utc()
    }

    /// By eighty a second, within the usual hours.
    fn ends(count: i64, begins: &str, room: Room) -> (i64, Option<String>) {
        let told = forecast(count, at(begins), room, Hours::default(), 80);
        (told.paid, told.ends_at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)))
    }

    #[test]
    fn limits_say_when_it_will_be_through() {
        let open = Room::default();
        assert_eq!(ends(800, "2026-11-24T14:00:00Z", open), (800, Some("2026-11-24T14:00:10Z".to_owned())));
        assert_eq!(
            ends(800, "2026-11-24T05:00:00Z", open),
            (800, Some("2026-11-24T13:00:10Z".to_owned())),
            "not by night"
        );
        let hourly = Room { an_hour: Some(100), this_hour: Some(100), ..open };
        // Ten hours a day, a hundred each.
        assert_eq!(
            ends(1_050, "2026-11-24T13:00:00Z", hourly),
            (1_050, Some("2026-11-25T13:00:00Z".to_owned()))
        );
        let few = Room { this_hour: Some(0), ..hourly };
        assert_eq!(ends(100, "2026-11-24T13:00:00Z", few), (100, Some("2026-11-24T14:00:01Z".to_owned())));
        let daily = Room { a_day: Some(300), today: Some(50), ..hourly };
        assert_eq!(ends(400, "2026-11-24T13:00:00Z", daily), (400, Some("2026-11-26T13:00:00Z".to_owned())));
    }

    #[test]
    fn budget_pays_for_some_and_nothing_never_ends() {
        let room = Room { budget: Some(3_000), ..Room::default() };
        assert_eq!(ends(5_000, "2026-11-24T13:00:00Z", room).0, 3_000);
        let none = Room { budget: Some(0), ..Room::default() };
        assert_eq!(ends(10, "2026-11-24T13:00:00Z", none), (0, None));
        let shut = Room { an_hour: Some(0), this_hour: Some(0), ..Room::default() };
        assert_eq!(ends(10, "2026-11-24T13:00:00Z", shut), (10, None));
    }
}
