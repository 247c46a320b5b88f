//! `GET …/Messages`: newest first, filtered, in pages that hold still while messages come and go.

use std::sync::Arc;

use axum::{extract::State, http::Uri};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{
    Simulator, answer::Answer, books::State as Books, form::Form, message::Message, refusal::Refusal, wire,
};

const FILTERS: [&str; 5] = ["To", "From", "DateSent", "DateSent<", "DateSent>"];

pub async fn list(State(simulator): State<Arc<Simulator>>, uri: Uri) -> Result<Answer, Refusal> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let filter = Filter::read(&query)?;
    let number = |name: &str| query.first(name).and_then(|value| value.parse::<usize>().ok());
    let size = number("PageSize").unwrap_or(50).clamp(1, 1_000);
    let page = number("Page").unwrap_or(0);

    let books = simulator.books();
    let state = books.state();
    let found: Vec<(usize, &Message)> =
        state.messages().rev().filter(|(_, message)| filter.admits(message)).collect();
    let first = first_of_page(state, &found, query.filled("PageToken"), size)?;
    let shown = &found[first..found.len().min(first + size)];
    let messages: Vec<Value> =
        shown.iter().map(|(_, message)| wire::message(&simulator.options.account_sid, message)).collect();

    let link = |page: usize, token: Option<String>| {
        let mut link = form_urlencoded::Serializer::new(format!("{}?", uri.path()));
        link.extend_pairs(query.0.iter().filter(|(name, _)| FILTERS.contains(&name.as_str())));
        link.append_pair("PageSize", &size.to_string()).append_pair("Page", &page.to_string());
        link.extend_pairs(token.map(|token| ("PageToken", token)));
        link.finish()
    };
    let more = first + shown.len() < found.len();
    let next = shown.last().filter(|_| more).map(|(_, last)| link(page + 1, Some(format!("PA{}", last.sid))));
    let previous = shown
        .first()
        .filter(|_| first > 0)
        .map(|(_, first)| link(page.saturating_sub(1), Some(format!("PB{}", first.sid))));
    Ok(Answer::ok(
        "Messages",
        json!({
            "messages": messages,
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + messages.len().saturating_sub(1),
            "uri": uri.to_string(),
            "first_page_uri": link(0, None),
            "next_page_uri": next,
            "previous_page_uri": previous,
        }),
    ))
}

/// Where a page begins in `found`: `PA` and a sid goes on after that message, `PB` ends before it. The message may be deleted
/// by now.
fn first_of_page(
    state: &Books,
    found: &[(usize, &Message)],
    token: Option<&str>,
    size: usize,
) -> Result<usize, Refusal> {
    let Some(token) = token else { return Ok(0) };
    let place = token.get(2..).and_then(|sid| state.place(sid));
    match (token.get(..2), place) {
        (Some("PA"), Some(place)) => Ok(found.partition_point(|(one, _)| *one >= place)),
        (Some("PB"), Some(place)) => Ok(found.partition_point(|(one, _)| *one > place).saturating_sub(size)),
        _ => Err(Refusal::bad(20001, "Invalid PageToken")),
    }
}

/// Exact addresses, and bounds of `date_sent`, which is unknown while a message is queued.
struct Filter<'a> {
    to: Option<&'a str>,
    from: Option<&'a str>,
    day: Option<NaiveDate>,
    until: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Form) -> Result<Self, Refusal> {
        let date = |name: &str| {
            query
                .filled(name)
                .map(|text| {
                    wire::date(text).ok_or_else(|| Refusal::bad(20001, format!("{name} is not a date")))
                })
                .transpose()
        };
        Ok(Self {
            to: query.filled("To"),
            from: query.filled("From"),
            day: date("DateSent")?.map(|moment| moment.date_naive()),
            until: date("DateSent<")?,
            since: date("DateSent>")?,
        })
    }

    fn admits(&self, message: &Message) -> bool {
        self.to.is_none_or(|to| to == message.to)
            && self.from.is_none_or(|from| from == message.from)
            && self.day.is_none_or(|day| message.sent.is_some_and(|sent| sent.date_naive() == day))
            && self.until.is_none_or(|until| message.sent.is_some_and(|sent| sent <= until))
            && self.since.is_none_or(|since| message.sent.is_some_and(|sent| sent >= since))
    }
}
