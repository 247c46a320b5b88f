//! Taking in what somebody wrote to OKLA's number: stored once by its sid with all that came with it, and nothing else yet,
//! for Twilio comes only once.

use super::{
    error::Result,
    record_callback::{LONGEST_ID, Webhook},
    state::App,
};
use crate::{
    domain::{
        ids::InboundId,
        inbound::{Extra, is_bsuid},
        media::MOST_FILES,
    },
    store::{self, inbound::NewInbound, inbound_media::NewMedia},
};

/// `whatsapp:`, a country's code, a dot and 128 letters and digits (fact sheet §5.3).
const LONGEST_ADDRESS: usize = 140;
/// Longer addresses of files are not Twilio's.
const LONGEST_URL: usize = 500;
const LONGEST_NAME: usize = 100;

/// A webhook of somebody's message. What it lacks is no error.
pub async fn receive_message(app: &App, webhook: &Webhook<'_>) -> Result<()> {
    let from = webhook.get("From").filter(|from| from.len() <= LONGEST_ADDRESS);
    let (Some(sid), Some(from)) = (webhook.sid(), from) else {
        tracing::info!("an inbound webhook without a sid or a sender was taken in and means nothing");
        return Ok(());
    };
    if webhook.get("AccountSid").is_some_and(|account| account != app.settings.account_sid) {
        tracing::warn!("an inbound webhook of another account was taken in and means nothing");
        return Ok(());
    }
    if webhook.get("To").is_some_and(|to| bare(&to) != app.settings.number.as_str()) {
        tracing::warn!("an inbound webhook to a number that is not ours was taken in and means nothing");
        return Ok(());
    }
    let from = bare(&from);
    let short = |name: &str| webhook.get(name).filter(|value| value.len() <= LONGEST_ID);
    let (replied_to, button) =
        (short("OriginalRepliedMessageSid"), short("ButtonPayload").or_else(|| short("ListId")));
    let profile_name: Option<String> =
        webhook.get("ProfileName").map(|name| name.chars().take(LONGEST_NAME).collect());
    let user_id = webhook.get("ExternalUserId");
    let bsuid = [from, user_id.as_deref().map(bare).unwrap_or_default()].into_iter().find(|id| is_bsuid(id));
    let (files, left) = files(webhook);
    let body = words(webhook);
    let extra = extra(webhook, body.is_empty() && files.is_empty());
    let inbound = NewInbound {
        id: InboundId::fresh(),
        sid: &sid,
        from_address: from,
        body: &body,
        fields: webhook.kept_fields(),
        replied_to: replied_to.as_deref(),
        button: button.as_deref(),
        profile_name: profile_name.as_deref(),
        bsuid,
        extra: extra.and_then(|extra| serde_json::to_value(extra).ok()),
        media_left: left,
        received_at: app.clock.now(),
    };
    let mut tx = store::connection::begin(&app.pool).await?;
    let stored = store::inbound::insert_inbound(&mut tx, &inbound).await?;
    if stored && !files.is_empty() {
        store::inbound_media::insert(&mut tx, inbound.id, &files, inbound.received_at).await?;
    }
    // Whoever writes has WhatsApp.
    store::numbers::note_with_whatsapp(&mut tx, &[inbound.from_address.to_owned()]).await?;
    tx.commit().await?;
    tracing::info!(stored, files = files.len(), "an inbound message was taken in");
    Ok(())
}

fn bare(address: &str) -> &str {
    address.strip_prefix("whatsapp:").unwrap_or(address)
}

/// What he wrote; of a button or a list, what it says. The body mostly repeats it.
fn words(webhook: &Webhook<'_>) -> String {
    let list = || {
        let (title, more) = (webhook.get("ListTitle")?, webhook.get("ListDescription"));
        Some(more.map_or_else(|| title.clone(), |more| format!("{title}: {more}")))
    };
    webhook.get("Body").or_else(|| webhook.get("ButtonText")).or_else(list).unwrap_or_default()
}

fn extra(webhook: &Webhook<'_>, is_silent: bool) -> Option<Extra> {
    let text = |name: &str| webhook.get(name).unwrap_or_default();
    let place = Extra::place(&text("Latitude"), &text("Longitude"), &text("Label"), &text("Address"));
    place.or_else(|| is_silent.then(|| Extra::unknown(&text("MessageType"))))
}

/// The files that are taken, and how many more there were said to be.
fn files(webhook: &Webhook<'_>) -> (Vec<NewMedia>, i16) {
    let named = webhook
        .fields
        .iter()
        .filter(|(name, _)| name.strip_prefix("MediaUrl").is_some_and(|place| place.parse::<u16>().is_ok()));
    let claimed = webhook.get("NumMedia").and_then(|count| count.parse::<usize>().ok()).unwrap_or_default();
    let claimed = claimed.max(named.count());
    let files: Vec<NewMedia> = (0..MOST_FILES)
        .filter_map(|place| {
            let url = webhook.get(&format!("MediaUrl{place}"))?;
            let declared_type = webhook.get(&format!("MediaContentType{place}")).unwrap_or_default();
            Some(NewMedia {
                url: if url.len() <= LONGEST_URL { url } else { String::new() },
                declared_type: declared_type.chars().take(LONGEST_NAME).collect(),
            })
        })
        .collect();
    let left = claimed.saturating_sub(files.len());
    (files, i16::try_from(left).unwrap_or(i16::MAX))
}
