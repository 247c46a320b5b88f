//! What Twilio says of the account itself: its status, its senders (messaging v2), its templates (content v1).

use serde_json::{Map, Value};

use super::{number_address, object, text_of};
use crate::app::gateway::{Sender, Templates};

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
pub fn templates(text: &str) -> Option<Page<bool>> {
    page(text, "contents", |template| {
        let approval = template.get("approval_requests").and_then(Value::as_object);
        let status = approval.and_then(|approval| text_of(approval, "status"));
        Some(status.is_some_and(|status| status.eq_ignore_ascii_case("approved")))
    })
}

/// How many of these may open a conversation.
pub fn counted(approvals: &[bool]) -> Templates {
    Templates { all: approvals.len(), approved: approvals.iter().filter(|approved| **approved).count() }
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
    fn only_approved_templates_count_as_approved() {
        let text = r#"{"contents":[{"approval_requests":{"status":"approved"}},{"approval_requests":{"status":"pending"}},
            {"approval_requests":null}],"meta":{"next_page_url":"https://content.example/v1/x"}}"#;
        let found = templates(text).unwrap();
        assert_eq!(counted(&found.items), Templates { all: 3, approved: 1 });
        assert!(found.next.is_some());
    }
}
