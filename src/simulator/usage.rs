//! `GET …/Usage/Records` and its kind: what the account used and owes, by category and span of days (UTC).

use axum::http::Uri;
use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use super::{
    Simulator,
    answer::Answer,
    bill::{Bill, CATEGORIES, Category},
    form::Form,
    paging::Paging,
    refusal::Refusal,
    wire,
};

/// The days that a record covers.
#[derive(Clone, Copy)]
pub enum Span {
    /// All that was asked for.
    Whole,
    Day,
    Month,
    ThisMonth,
}

impl Span {
    /// Every sub-list and its name at the path's end.
    pub const ALL: [(&str, Self); 4] = [
        ("", Self::Whole),
        ("/Daily", Self::Day),
        ("/Monthly", Self::Month),
        ("/ThisMonth", Self::ThisMonth),
    ];

    /// The first and last days of each record, newest first.
    fn cut(self, first: NaiveDate, last: NaiveDate, today: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
        let (mut end, first) = match self {
            Self::ThisMonth => (today, first_of_month(today)),
            Self::Whole => (last, first),
            Self::Day | Self::Month => (last.min(today), first),
        };
        let mut spans = Vec::new();
        while first <= end {
            let start = match self {
                Self::Whole | Self::ThisMonth => first,
                Self::Day => end,
                Self::Month => first_of_month(end).max(first),
            };
            spans.push((start, end));
            match start.pred_opt() {
                Some(before) => end = before,
                None => break,
            }
        }
        spans
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// One list of usage; parameters `Category`, `StartDate` and `EndDate`, both ends included.
pub fn list(simulator: &Simulator, uri: &Uri, span: Span) -> Result<Answer, Refusal> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let paging = Paging::read(uri, &query, &["Category", "StartDate", "EndDate"]);
    let day = |name: &str| Ok::<_, Refusal>(wire::date_of(&query, name)?.map(|moment| moment.date_naive()));
    let (start, end) = (day("StartDate")?, day("EndDate")?);
    let now = simulator.clock.now();
    let today = now.date_naive();

    let books = simulator.books();
    let bill = books.state().bill();
    let first = start.or(bill.began()).unwrap_or(today).max(earliest(today));
    let spans = span.cut(first, end.unwrap_or(today), today);
    let wanted = query.filled("Category");
    let found = spans.iter().flat_map(|days| {
        CATEGORIES
            .iter()
            .filter(move |category| wanted.is_none_or(|wanted| wanted == category.name))
            .map(move |category| (*days, category))
    });
    let as_of = now.format("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let mut rest = found.skip(paging.number.saturating_mul(paging.size));
    let records: Vec<Value> = rest
        .by_ref()
        .take(paging.size)
        .map(|(days, category)| record(&simulator.options.account_sid, bill, days, category, &as_of))
        .collect();
    let next = rest.next().map(|_| paging.link(paging.number + 1, Some(format!("PA{}", paging.number + 1))));
    let previous =
        paging.number.checked_sub(1).map(|before| paging.link(before, Some(format!("PB{before}"))));
    Ok(Answer::ok(
        "UsageRecords",
        paging.envelope("usage_records", &records, next.as_deref(), previous.as_deref()),
    ))
}

/// Twilio keeps usage for some years; a list that begins before is cut there.
fn earliest(today: NaiveDate) -> NaiveDate {
    today.checked_sub_months(Months::new(48)).unwrap_or(today)
}

fn record(
    account: &str,
    bill: &Bill,
    (start, end): (NaiveDate, NaiveDate),
    category: &Category,
    as_of: &str,
) -> Value {
    let (count, price) = bill.total(start..=end, category);
    let name = category.name;
    let records = format!("/2010-04-01/Accounts/{account}/Usage/Records");
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "as_of": as_of,
        "category": name,
        "count": count.to_string(),
        "count_unit": "messages",
        "description": category.description,
        "start_date": start.to_string(),
        "end_date": end.to_string(),
        // A number, unlike a message's price.
        "price": price,
        "price_unit": "usd",
        "usage": count.to_string(),
        "usage_unit": "messages",
        "uri": format!("{records}.json?Category={name}&StartDate={start}&EndDate={end}"),
        "subresource_uris": {
            "daily": format!("{records}/Daily.json?Category={name}"),
            "monthly": format!("{records}/Monthly.json?Category={name}"),
            "this_month": format!("{records}/ThisMonth.json?Category={name}"),
        },
    })
}
