//! Taking in what somebody wrote to OKLA's number: stored once by its sid, and nothing else yet, for Twilio comes only once.

use super::{
    error::Result,
    record_callback::{LONGEST_ID, Webhook},
    state::App,
};
use crate::{
    domain::ids::InboundId,
    store::{self, inbound::NewInbound},
};

/// `whatsapp:`, a country's code, a dot and 128 letters and digits (fact sheet §5.3).
const LONGEST_ADDRESS: usize = 140;

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
    let short = |name: &str| webhook.get(name).filter(|value| value.len() <= LONGEST_ID);
    let (replied_to, button) = (short("OriginalRepliedMessageSid"), short("ButtonPayload"));
    let inbound = NewInbound {
        id: InboundId::fresh(),
        sid: &sid,
        from_address: from.strip_prefix("whatsapp:").unwrap_or(&from),
        body: &webhook.get("Body").unwrap_or_default(),
        fields: webhook.kept_fields(),
        replied_to: replied_to.as_deref(),
        button: button.as_deref(),
        received_at: app.clock.now(),
    };
    let mut conn = app.pool.acquire().await?;
    let stored = store::inbound::insert_inbound(&mut conn, &inbound).await?;
    // Whoever writes has WhatsApp.
    store::numbers::note_with_whatsapp(&mut conn, &[inbound.from_address.to_owned()]).await?;
    tracing::info!(stored, "an inbound message was taken in");
    Ok(())
}
