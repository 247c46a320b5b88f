//! The Message resource as Twilio writes it, and the dates it reads.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

use super::{
    faults::error_text,
    form::Form,
    message::{Message, Status},
    refusal::Refusal,
};

/// Numbers that are strings, nulls where nothing is known yet: all as in captured answers.
pub fn message(account: &str, message: &Message) -> Value {
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", message.sid);
    let sender_chosen = !matches!(message.status, Status::Accepted | Status::Scheduled);
    json!({
        "sid": message.sid,
        "account_sid": account,
        "messaging_service_sid": message.service_sid,
        "to": message.to,
        "from": sender_chosen.then_some(&message.from),
        "body": message.body,
        "status": message.status,
        "direction": if message.inbound { "inbound" } else { "outbound-api" },
        "num_segments": if sender_chosen { "1" } else { "0" },
        "num_media": message.media.len().to_string(),
        "price": message.price,
        "price_unit": "USD",
        "error_code": message.error_code,
        "error_message": message.error_code.map(error_text),
        "date_created": rfc2822(message.created),
        "date_updated": rfc2822(message.updated),
        "date_sent": message.sent.map(rfc2822),
        "api_version": "2010-04-01",
        "uri": format!("{uri}.json"),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
    })
}

/// `Thu, 24 Aug 2023 05:01:45 +0000`
pub fn rfc2822(moment: DateTime<Utc>) -> String {
    moment.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// The dates that Twilio takes: a day (its midnight in UTC), ISO 8601, RFC 2822.
pub fn date(text: &str) -> Option<DateTime<Utc>> {
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let iso = || DateTime::parse_from_rfc3339(text).ok().map(|date| date.to_utc());
    let rfc = || DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc());
    day().or_else(iso).or_else(rfc)
}

/// A parameter that is one of those dates, if it was given.
pub fn date_of(query: &Form, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    query
        .filled(name)
        .map(|text| date(text).ok_or_else(|| Refusal::bad(20001, format!("{name} is not a date"))))
        .transpose()
}
