//! `GET …/Messages`: newest first, filtered, in pages that stay put while messages come and go.

use std::{ops::Range, sync::Arc};

use axum::{extract::State, http::Uri};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Simulator, answer::Answer, form::Form, message::Message, paging::Paging, refusal::Refusal,
    state::State as Books, wire,
};

const FILTERS: [&str; 5] = ["To", "From", "DateSent", "DateSent<", "DateSent>"];

pub async fn list(State(simulator): State<Arc<Simulator>>, uri: Uri) -> Result<Answer, Refusal> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let filter = Filter::read(&query)?;
    let paging = Paging::read(&uri, &query, &FILTERS);

    let books = simulator.books();
    let state = books.state();
    let admitted = |places: Range<usize>| {
        state.messages_at(places, filter.to).filter(|(_, message)| filter.admits(message))
    };
    let shown: Vec<(usize, &Message)> = match Side::read(state, query.filled("PageToken"))? {
        Side::Before(place) => admitted(0..place).rev().take(paging.size).collect(),
        Side::After(place) => {
            let mut newer: Vec<_> = admitted(place + 1..usize::MAX).take(paging.size).collect();
            newer.reverse();
            newer
        }
    };
    let next = shown
        .last()
        .filter(|(place, _)| admitted(0..*place).next().is_some())
        .map(|(_, last)| paging.link(paging.number + 1, Some(format!("PA{}", last.sid))));
    let previous = shown
        .first()
        .filter(|(place, _)| admitted(place + 1..usize::MAX).next().is_some())
        .map(|(_, first)| paging.link(paging.number.saturating_sub(1), Some(format!("PB{}", first.sid))));
    let account = &simulator.options.account_sid;
    let messages: Vec<_> = shown.iter().map(|(_, message)| wire::message(account, message)).collect();
    Ok(Answer::ok("Messages", paging.envelope("messages", &messages, next.as_deref(), previous.as_deref())))
}

/// On which side of a message, by its place, a page lies. The message may be deleted by now.
enum Side {
    /// Older ones, the nearest first.
    Before(usize),
    /// Newer ones.
    After(usize),
}

impl Side {
    /// `PA` and a sid goes on after that message, which is older; `PB` ends before it.
    fn read(state: &Books, token: Option<&str>) -> Result<Self, Refusal> {
        let Some(token) = token else { return Ok(Self::Before(usize::MAX)) };
        let place = token.get(2..).and_then(|sid| state.place(sid));
        match (token.get(..2), place) {
            (Some("PA"), Some(place)) => Ok(Self::Before(place)),
            (Some("PB"), Some(place)) => Ok(Self::After(place)),
            _ => Err(Refusal::bad(20001, "Invalid PageToken")),
        }
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
        let date = |name: &str| wire::date_of(query, name);
        Ok(Self {
            to: query.filled("To"),
            from: query.filled("From"),
            day: date("DateSent")?.map(|moment| moment.date_naive()),
            until: date("DateSent<")?,
            since: date("DateSent>")?,
        })
    }

    /// The recipient's own messages are all that it is asked about.
    fn admits(&self, message: &Message) -> bool {
        self.from.is_none_or(|from| from == message.from)
            && self.day.is_none_or(|day| message.sent.is_some_and(|sent| sent.date_naive() == day))
            && self.until.is_none_or(|until| message.sent.is_some_and(|sent| sent <= until))
            && self.since.is_none_or(|since| message.sent.is_some_and(|sent| sent >= since))
    }
}
