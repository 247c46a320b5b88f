//! Twilio's wire format. Writing is exact; reading forgives: any field may be missing, of another type or of no sense,
//! and only a message without a sid is no message.

pub(super) mod account;
pub(super) mod usage;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::{
    app::gateway::{Content, Outbound, ProviderMessage, ProviderPage},
    domain::phone,
};

/// Twilio retries a callback only if asked to (connection overrides; a fragment never leaves Twilio).
const CALLBACK_OVERRIDES: &str = "#rc=3&rp=ct,rt,5xx&rt=4000";

/// Longest explanation kept of a refusal.
const EXPLANATION_LIMIT: usize = 300;

/// The form that creates a message.
pub(super) fn form(message: &Outbound) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("To", address(&message.to)),
        ("From", address(&message.from)),
        ("StatusCallback", callback(&message.status_callback)),
    ];
    match &message.content {
        Content::Text { body, media_url } => {
            fields.push(("Body", body.clone()));
            fields.extend(media_url.iter().map(|url| ("MediaUrl", url.clone())));
        }
        Content::Template { content_sid, variables } => {
            fields.push(("ContentSid", content_sid.clone()));
            fields.push(("ContentVariables", json_text(variables)));
        }
    }
    fields
}

/// The channel address of an E.164 number.
pub(super) fn address(number: &str) -> String {
    format!("whatsapp:{number}")
}

fn callback(url: &str) -> String {
    if url.contains('#') { url.to_owned() } else { format!("{url}{CALLBACK_OVERRIDES}") }
}

fn json_text(variables: &BTreeMap<String, String>) -> String {
    let object: Map<String, Value> =
        variables.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    Value::Object(object).to_string()
}

/// The message that a 2xx to a create speaks of. Its sid is looked for in any text, for a message whose sid is missed
/// is a message sent twice. Without a readable status it is `queued`, as every created message first is.
pub(super) fn created(text: &str) -> Option<ProviderMessage> {
    let mut message = message(text)
        .or_else(|| Some(ProviderMessage { sid: sid_in(text)?, ..ProviderMessage::default() }))?;
    if message.status.is_empty() {
        "queued".clone_into(&mut message.status);
    }
    Some(message)
}

/// A message in JSON.
pub(super) fn message(text: &str) -> Option<ProviderMessage> {
    message_of(&object(text)?)
}

/// A page of messages in JSON; entries without a sid are left out.
pub(super) fn page(text: &str) -> Option<ProviderPage> {
    let envelope = object(text)?;
    let messages = envelope.get("messages")?.as_array()?;
    Some(ProviderPage {
        messages: messages.iter().filter_map(Value::as_object).filter_map(message_of).collect(),
        next: text_of(&envelope, "next_page_uri"),
    })
}

/// Code and explanation of an error answer: Twilio's own JSON, RFC 9457 or XML; nothing is known of any other. Numbers
/// quoted in the explanation are masked.
pub(super) fn refusal(text: &str) -> (Option<i32>, String) {
    let (code, explanation) = match object(text) {
        Some(problem) => (
            number_of(&problem, "code"),
            ["message", "detail", "title"].into_iter().find_map(|name| text_of(&problem, name)),
        ),
        None => (
            element(text, "Code").and_then(|code| code.trim().parse().ok()),
            element(text, "Message").map(str::to_owned),
        ),
    };
    let explanation = explanation.unwrap_or_else(|| "no readable explanation".to_owned());
    let short: String = explanation.chars().take(EXPLANATION_LIMIT).collect();
    (code, phone::with_masked_numbers(&short))
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

fn message_of(fields: &Map<String, Value>) -> Option<ProviderMessage> {
    Some(ProviderMessage {
        sid: sid_of(fields)?,
        status: text_of(fields, "status").unwrap_or_default(),
        to: number_address(fields, "to"),
        from: number_address(fields, "from"),
        body: text_of(fields, "body"),
        direction: text_of(fields, "direction"),
        error_code: number_of(fields, "error_code").filter(|&code| code != 0),
        error_message: text_of(fields, "error_message"),
        num_segments: number_of(fields, "num_segments"),
        num_media: number_of(fields, "num_media"),
        price: text_of(fields, "price").and_then(|price| amount(&price)),
        price_unit: text_of(fields, "price_unit").map(|unit| unit.to_ascii_uppercase()),
        date_created: text_of(fields, "date_created").and_then(|date| instant(&date)),
        date_updated: text_of(fields, "date_updated").and_then(|date| instant(&date)),
        date_sent: text_of(fields, "date_sent").and_then(|date| instant(&date)),
    })
}

/// Letters and digits only, for it becomes part of addresses.
fn sid_of(fields: &Map<String, Value>) -> Option<String> {
    let sid = fields.get("sid")?.as_str()?;
    (!sid.is_empty() && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| sid.to_owned())
}

/// A text, or a number as text; without NUL, which PostgreSQL cannot store. Empty is missing.
fn text_of(fields: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match fields.get(name)? {
        Value::String(text) => text.replace('\0', ""),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A whole number, or one in a text.
fn number_of<N: std::str::FromStr>(fields: &Map<String, Value>, name: &str) -> Option<N> {
    text_of(fields, name)?.trim().parse().ok()
}

fn number_address(fields: &Map<String, Value>, name: &str) -> Option<String> {
    let address = text_of(fields, name)?;
    Some(address.strip_prefix("whatsapp:").map_or(address.clone(), str::to_owned))
}

/// Twilio writes what it takes as a negative amount.
fn amount(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let amount = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text)).ok()?;
    Some(amount.abs())
}

/// RFC 2822 in this API, RFC 3339 in Twilio's newer ones.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text)
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .ok()
        .map(|date| date.to_utc())
}

/// The content of the first XML element of that name.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    Some(content)
}

/// The message sid in a text of any format, cut short or not: one that stands as a `sid`, else the only one there is.
fn sid_in(text: &str) -> Option<String> {
    let mut found: Vec<&str> = Vec::new();
    for (start, _) in text.match_indices("SM").chain(text.match_indices("MM")) {
        let Some(sid) = sid_at(text, start) else { continue };
        let before = text[..start].trim_end_matches(|c: char| !c.is_alphanumeric());
        if before.get(before.len().saturating_sub(3)..).is_some_and(|word| word.eq_ignore_ascii_case("sid")) {
            return Some(sid.to_owned());
        }
        if !found.contains(&sid) {
            found.push(sid);
        }
    }
    match found[..] {
        [sid] => Some(sid.to_owned()),
        _ => None,
    }
}

/// `SM` or `MM` and 32 hexadecimal digits that begin at `start` and are no part of a longer word.
fn sid_at(text: &str, start: usize) -> Option<&str> {
    let sid = text.get(start..start + 34)?;
    let is_alone = !text[..start].ends_with(char::is_alphanumeric)
        && !text[start + 34..].starts_with(char::is_alphanumeric);
    (is_alone && sid.bytes().skip(2).all(|byte| byte.is_ascii_hexdigit())).then_some(sid)
}

#[cfg(test)]
mod tests;
