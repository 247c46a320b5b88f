//! The parameters of `GET /api/whatsapp/messages`. A wrong one is refused in words, never guessed at.

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::domain::{
    message::Status,
    message_filter::{Cursor, MessageFilter},
    time::day_begins,
};

pub const MOST: u8 = 100;
pub const USUAL: u8 = 50;
/// Longest `q`, in characters.
pub const LONGEST_TEXT: usize = 100;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct ListQuery {
    pub filter: MessageFilter,
    pub after: Option<Cursor>,
    pub limit: u8,
}

/// A parameter that cannot be used, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct WrongParameter {
    pub field: &'static str,
    pub code: &'static str,
    pub spanish: String,
    pub english: String,
}

impl ListQuery {
    /// Reads a query string as sent. An empty value is none; names we do not know are left alone, as fields of a body are.
    pub fn parse(query: &str) -> Result<Self, WrongParameter> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let value = |name: &'static str| {
            let mut values = pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value.trim());
            match (values.next(), values.next()) {
                (Some(_), Some(_)) => Err(repeated(name)),
                (value, _) => Ok(value.filter(|value| !value.is_empty())),
            }
        };
        let cursor = value("cursor")?.map(|text| text.parse().map_err(|_| wrong_cursor())).transpose()?;
        let limit = value("limit")?.map_or(Ok(USUAL), |text| {
            text.parse().ok().filter(|limit| (1..=MOST).contains(limit)).ok_or_else(wrong_limit)
        })?;
        let statuses = value("status")?.map_or(Ok(Vec::new()), |text| {
            text.split(',').map(|word| word.trim().parse().map_err(|_| wrong_status())).collect()
        })?;
        let from =
            value("from")?.map(|text| instant(text, false).ok_or_else(|| wrong_time("from"))).transpose()?;
        let before =
            value("to")?.map(|text| instant(text, true).ok_or_else(|| wrong_time("to"))).transpose()?;
        let text = value("q")?.map(text).transpose()?;
        Ok(Self { filter: MessageFilter { statuses, from, before, text }, after: cursor, limit })
    }
}

/// An instant with its offset, or a day of Santo Domingo: its beginning, or its end when the list goes up to it.
fn instant(text: &str, end: bool) -> Option<DateTime<Utc>> {
    // Exactly ten: chrono would also take a year of five figures.
    if text.len() == 10
        && let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d")
    {
        return Some(day_begins(if end { day.checked_add_days(Days::new(1))? } else { day }));
    }
    // A plus that was not escaped arrives as a space.
    DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok().map(|at| at.to_utc())
}

fn text(text: &str) -> Result<String, WrongParameter> {
    if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
        return Err(WrongParameter {
            field: "q",
            code: "invalid_search",
            spanish: format!("q admite hasta {LONGEST_TEXT} caracteres visibles."),
            english: format!("q takes up to {LONGEST_TEXT} visible characters."),
        });
    }
    Ok(text.to_owned())
}

fn repeated(field: &'static str) -> WrongParameter {
    WrongParameter {
        field,
        code: "repeated_parameter",
        spanish: format!("{field} está dos veces. Envíelo una sola vez; varios estados van con comas."),
        english: format!("{field} is there twice. Send it once; several statuses go with commas."),
    }
}

fn wrong_cursor() -> WrongParameter {
    WrongParameter {
        field: "cursor",
        code: "invalid_cursor",
        spanish: "cursor debe ser el nextCursor de una respuesta anterior.".to_owned(),
        english: "cursor must be the nextCursor of an earlier answer.".to_owned(),
    }
}

fn wrong_limit() -> WrongParameter {
    WrongParameter {
        field: "limit",
        code: "invalid_limit",
        spanish: format!("limit debe ser un número entero de 1 a {MOST}."),
        english: format!("limit must be a whole number from 1 to {MOST}."),
    }
}

fn wrong_status() -> WrongParameter {
    let known = Status::ALL.map(Status::as_str).join(", ");
    WrongParameter {
        field: "status",
        code: "invalid_status",
        spanish: format!("status lleva uno o varios de estos estados, con comas: {known}."),
        english: format!("status takes one or several of these, with commas: {known}."),
    }
}

fn wrong_time(field: &'static str) -> WrongParameter {
    WrongParameter {
        field,
        code: "invalid_time",
        spanish: format!(
            "{field} debe ser un día, como 2026-11-23, o un instante con su huso, como 2026-11-23T14:05:00-04:00."
        ),
        english: format!(
            "{field} must be a day, like 2026-11-23, or an instant with its offset, like 2026-11-23T14:05:00-04:00."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a test's own time").to_utc()
    }

    #[test]
    fn days_are_santo_domingos_and_the_last_one_is_whole() {
        let query = ListQuery::parse("from=2026-11-23&to=2026-11-23").unwrap();
        assert_eq!(query.filter.from, Some(at("2026-11-23T04:00:00Z")));
        assert_eq!(query.filter.before, Some(at("2026-11-24T04:00:00Z")));
        let query =
            ListQuery::parse("from=2026-11-23T10:00:00+02:00&to=2026-11-23T10:00:00%2B02:00").unwrap();
        assert_eq!(query.filter.from, Some(at("2026-11-23T08:00:00Z")));
        assert_eq!(query.filter.before, query.filter.from, "an instant is exact");
    }

    #[test]
    fn what_is_empty_is_not_asked_for() {
        let query = ListQuery::parse("status=&q=%20&cursor=&limit=&from=&to=&other=1").unwrap();
        assert_eq!(query, ListQuery { filter: MessageFilter::default(), after: None, limit: USUAL });
        assert_eq!(
            ListQuery::parse("status=read,%20failed").unwrap().filter.statuses,
            [Status::Read, Status::Failed]
        );
    }

    #[test]
    fn each_wrong_parameter_is_named() {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=1.5", "limit"),
            ("cursor=abc", "cursor"),
            ("status=read,gone", "status"),
            ("status=read&status=sent", "status"),
            ("from=ayer", "from"),
            ("from=2026-13-01", "from"),
            ("to=2026-11-23T14:05:00", "to"),
            ("to=12026-1-01", "to"),
            ("q=%00", "q"),
            (&format!("q={}", "x".repeat(101)), "q"),
        ] {
            assert_eq!(ListQuery::parse(query).unwrap_err().field, field, "{query}");
        }
    }
}
