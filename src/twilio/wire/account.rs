//! What Twilio says of the account itself: its status, its senders (messaging v2), its templates (content v1).

use serde_json::{Map, Value};

use super::{number_address, object, sid_of, text_of};
use crate::app::gateway::{ProviderTemplate, Sender};

/// A page of one of Twilio's newer lists.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Absolute; to be followed verbatim.
    pub next: Option<String>,
}

/// The status in an account's JSON.
pub fn account_status(text: &str) -> Option<String> {
    text_of(&object(text)?, "status")
}

/// A page of senders, each with its number (E.164).
pub fn senders(text: &str) -> Option<Page<(String, Sender)>> {
    page(text, "senders", |sender| {
        let properties = sender.get("properties").and_then(Value::as_object);
        let property = |name| properties.and_then(|properties| text_of(properties, name));
        Some((
            number_address(sender, "sender_id")?,
            Sender {
                status: text_of(sender, "status").unwrap_or_default(),
                quality: property("quality_rating"),
                messaging_limit: property("messaging_limit"),
            },
        ))
    })
}

/// A page of templates with their approvals.
pub fn templates(text: &str) -> Option<Page<ProviderTemplate>> {
    page(text, "contents", |template| {
        let asked = template.get("approval_requests").and_then(Value::as_object);
        let approval = |name| asked.and_then(|approval| text_of(approval, name));
        let types = template.get("types").and_then(Value::as_object);
        let bodies = types.into_iter().flat_map(|types| types.values());
        Some(ProviderTemplate {
            sid: sid_of(template)?,
            name: text_of(template, "friendly_name").unwrap_or_default(),
            language: text_of(template, "language").unwrap_or_default(),
            body: bodies
                .filter_map(Value::as_object)
                .find_map(|one| text_of(one, "body"))
                .unwrap_or_default(),
            status: approval("status").unwrap_or_default(),
            category: approval("category"),
            rejection_reason: approval("rejection_reason"),
        })
    })
}

/// The sid of a template that was just made.
pub fn created_template(text: &str) -> Option<String> {
    sid_of(&object(text)?)
}

/// What answers a request for approval.
pub fn submitted(text: &str) -> Option<()> {
    object(text).map(|_| ())
}

/// Entries that make no sense are left out.
fn page<T>(text: &str, key: &str, read: impl Fn(&Map<String, Value>) -> Option<T>) -> Option<Page<T>> {
    let page = object(text)?;
    let items = page.get(key)?.as_array()?.iter().filter_map(Value::as_object).filter_map(read).collect();
    let next = page.get("meta").and_then(Value::as_object).and_then(|meta| text_of(meta, "next_page_url"));
    Some(Page { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_without_properties_is_still_a_sender() {
        let text = r#"{"senders":[{"sid":"XE1","sender_id":"whatsapp:+18095550100","status":"ONLINE",
            "properties":{"quality_rating":"HIGH","messaging_limit":"10K Customers/24hr"}},
            {"sender_id":"whatsapp:+18095550101","status":"CREATING","properties":null},{"status":"ONLINE"}],
            "meta":{"key":"senders","next_page_url":null}}"#;
        let found = senders(text).unwrap();
        assert_eq!((found.items.len(), found.next), (2, None));
        let (number, told) = &found.items[0];
        assert_eq!((number.as_str(), told.quality.as_deref()), ("+18095550100", Some("HIGH")));
        assert_eq!(told.messaging_limit.as_deref(), Some("10K Customers/24hr"));
        assert_eq!(found.items[1].1, Sender { status: "CREATING".to_owned(), ..Sender::default() });
        assert!(senders("<html>").is_none() && senders(r#"{"contents":[]}"#).is_none());
    }

    #[test]
    fn a_template_is_read_whatever_it_lacks() {
        let text = r#"{"contents":[{"sid":"HX1","friendly_name":"okla_contacto","language":"es",
            "types":{"twilio/quick-reply":{"body":"Hola, {{1}}.","actions":[]}},
            "approval_requests":{"status":"rejected","category":"UTILITY","rejection_reason":"PROMOTIONAL"}},
            {"sid":"HX2","approval_requests":null,"types":null},{"sid":"../x"},{"friendly_name":"sin sid"}],
            "meta":{"next_page_url":"https://content.example/v1/x"}}"#;
        let found = templates(text).unwrap();
        let whole = ProviderTemplate {
            sid: "HX1".to_owned(),
            name: "okla_contacto".to_owned(),
            language: "es".to_owned(),
            body: "Hola, {{1}}.".to_owned(),
            status: "rejected".to_owned(),
            category: Some("UTILITY".to_owned()),
            rejection_reason: Some("PROMOTIONAL".to_owned()),
        };
        assert_eq!(found.items, [whole, ProviderTemplate { sid: "HX2".to_owned(), ..Default::default() }]);
        assert!(found.next.is_some());
    }
}
