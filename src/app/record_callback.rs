//! Taking in Twilio's webhooks, whose signature the edge has verified. Nothing that Twilio may say is an error.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    deliver::tell,
    error::Result,
    record_status::{Recorded, Told},
    state::App,
};
use crate::{
    domain::{
        ids::PartId,
        phone::with_masked_numbers,
        report::{Report, Source},
    },
    kill_point::kill_point,
    metrics::{self, Callback},
};

/// Fields that name a person or repeat his words; they are not kept with an event.
const PERSONAL: [&str; 13] = [
    "To",
    "From",
    "ChannelToAddress",
    "ChannelMetadata",
    "OriginalRepliedMessageSender",
    "Body",
    "WaId",
    "ProfileName",
    "ExternalUserId",
    "Latitude",
    "Longitude",
    "Address",
    "Label",
];

/// Twilio's have 34 characters, its tokens 36.
pub(super) const LONGEST_ID: usize = 200;

/// A webhook's form fields in the order received, and the token that is the same for each repeat of it.
pub struct Webhook<'a> {
    pub fields: &'a [(String, String)],
    pub token: Option<&'a str>,
}

impl Webhook<'_> {
    /// The first filled field of that name, as it can be stored.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.fields
            .iter()
            .find(|(field, value)| field == name && !value.is_empty())
            .map(|(_, value)| storable(value))
    }

    /// Longer ones are not Twilio's, and no index holds them.
    pub(super) fn sid(&self) -> Option<String> {
        let sid = self.get("MessageSid").or_else(|| self.get("SmsSid"));
        sid.filter(|sid| sid.len() <= LONGEST_ID)
    }

    pub(super) fn kept_fields(&self) -> Value {
        let kept =
            self.fields.iter().filter(|(name, _)| !PERSONAL.contains(&name.as_str()) && !name.contains('\0'));
        Value::Object(
            kept.map(|(name, value)| {
                let value = storable(value);
                let is_prose = matches!(name.as_str(), "ErrorMessage" | "ChannelStatusMessage");
                (name.clone(), Value::from(if is_prose { with_masked_numbers(&value) } else { value }))
            })
            .collect::<Map<_, _>>(),
        )
    }
}

/// PostgreSQL stores any text but NUL.
fn storable(value: &str) -> String {
    value.replace('\0', "\u{fffd}")
}

/// A status callback: `ours` is the id we put into its URL.
pub async fn record_callback(app: &App, webhook: &Webhook<'_>, ours: Option<Uuid>) -> Result<()> {
    let (Some(sid), Some(status)) =
        (webhook.sid(), webhook.get("MessageStatus").or_else(|| webhook.get("SmsStatus")))
    else {
        tracing::info!("a callback without a sid or a status was taken in and means nothing");
        return Ok(());
    };
    // Once it was not a number: what cannot be read is kept in the fields.
    let error_code =
        webhook.get("ErrorCode").and_then(|code| code.parse().ok()).filter(|&code: &i32| code != 0);
    let report = Report {
        sid: Some(sid.clone()),
        error_code,
        error_message: webhook
            .get("ErrorMessage")
            .or_else(|| webhook.get("ChannelStatusMessage"))
            .map(|text| with_masked_numbers(&text)),
        ..Report::of(Source::Callback, &status)
    };
    let dedupe_key = match webhook.token {
        Some(token) if token.len() <= LONGEST_ID => format!("token:{token}"),
        _ => {
            let code = webhook.get("ErrorCode").unwrap_or_default();
            // Hashed, for an index holds no word of any length.
            format!("callback:{sid}:{}", BASE64_STANDARD.encode(Sha256::digest(format!("{status}:{code}"))))
        }
    };
    kill_point("callback.received");
    let told = Told { part: ours.map(PartId), report, fields: webhook.kept_fields(), dedupe_key };
    metrics::callback(match tell(app, told).await? {
        Recorded::Repeated => Callback::Repeated,
        Recorded::Of(_) | Recorded::Nobodys => Callback::Stored,
    });
    Ok(())
}
