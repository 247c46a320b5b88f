//! WhatsApp had closed the conversation in spite of our clock (63016): the template carries the message, once. What was
//! charged for free text becomes what the template costs. Of a message some of whose parts WhatsApp took, only the others
//! still go, as the rest of a long one does.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    app::{
        compose::{Letter, Names, list_usable, with_image},
        error::Result,
        reading::reading_link,
        state::Settings,
    },
    domain::{
        ids::{MessageId, PartId},
        kind::Kind,
        phone::Phone,
        rates::price_of,
        report::Source,
        retry::policy,
        template::Filled,
    },
    store::{
        self,
        deliveries::{LockedMessage, Replacement},
        events::NewEvent,
        outbox::NewWaiting,
    },
};

/// The word of the event that tells of it.
pub const BY_TEMPLATE: &str = "by_template";

/// Gives each message that wants it its template, unless Meta does not let that go: then it has failed.
pub(super) async fn fall_back(
    conn: &mut PgConnection,
    messages: &mut HashMap<MessageId, LockedMessage>,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Result<()> {
    let mut wanting: Vec<&mut LockedMessage> =
        messages.values_mut().filter(|message| message.delivery.wants_template()).collect();
    if wanting.is_empty() {
        return Ok(());
    }
    wanting.sort_by_key(|message| message.delivery.message);
    let usable = list_usable(conn).await?;
    let rates = store::rates::list_rates(conn).await?;
    for message in wanting {
        let id = message.delivery.message;
        let words = store::deliveries::get_words(conn, id).await?;
        if words.body.is_empty() || words.is_goodbye {
            continue;
        }
        let image = words.image_url.as_deref();
        if message.delivery.is_partly_taken() {
            let left = message.delivery.leave_rest(now);
            // The picture went with the first.
            let image = image.filter(|_| left.iter().any(|part| part.0 == id.0));
            store::deliveries::keep_as_rest(conn, id, &left, &with_image("", image), now).await?;
            continue;
        }
        let letter = Letter {
            sender: message.sender_id,
            role: message.sender_role,
            dealer: message.dealer_id,
            vehicle: message.vehicle_id,
            kind: message.kind,
            words: &words.body,
            image_url: image,
            reason: words.reason.as_deref().and_then(|word| word.parse().ok()),
            link: &reading_link(settings, id)?,
        };
        let Some(template) = usable.get(&letter.purpose()) else {
            tracing::warn!(message = %id, purpose = %letter.purpose(), "closed, and its template cannot be used");
            continue;
        };
        let Ok(to) = Phone::parse_api(&message.to_phone) else { continue };
        let Some(price) = price_of(&rates, message.kind, template.category, &to, now) else { continue };
        let filled = Names::load(conn, &[letter]).await?.compose(&letter);
        let part = PartId::fresh();
        let expires_at = now + policy(message.kind).validity;
        insert(conn, message, part, &template.sid, &filled, now, expires_at).await?;
        message.delivery.go_by_template(part, price, now);
        message.outside_window = true;
    }
    Ok(())
}

async fn insert(
    conn: &mut PgConnection,
    message: &LockedMessage,
    part: PartId,
    content_sid: &str,
    filled: &Filled,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let id = message.delivery.message;
    tracing::info!(message = %id, "the conversation is closed; the template goes in its place");
    let replacement = Replacement { message: id, part, content_sid, filled };
    store::deliveries::insert_replacement(conn, &replacement).await?;
    let is_offer = message.kind == Kind::Offer;
    store::outbox::insert(conn, &[NewWaiting { part, expires_at, is_offer }], now).await?;
    let key = format!("{BY_TEMPLATE}:{id}");
    let event = NewEvent {
        part_id: Some(part),
        sid: None,
        source: Source::Okla.as_str(),
        status: BY_TEMPLATE,
        error_code: None,
        error_message: None,
        fields: &json!({}),
        dedupe_key: &key,
    };
    store::events::insert_events(conn, &[event], now).await?;
    Ok(())
}
