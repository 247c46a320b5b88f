//! Webhooks as Twilio posts them: the fields of captured WhatsApp callbacks, signed, retried as the URL's fragment asks.

mod overrides;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use overrides::Overrides;
use uuid::Uuid;

use super::{
    Simulator,
    faults::error_text,
    message::{Message, Status},
};

/// The installed WhatsApp channel, as callbacks name it.
const CHANNEL_INSTALL_SID: &str = "XE00000000000000000000000000000001";
/// Twilio does not say how long it waits; long enough for a server that restarts to be missed, short enough for tests.
const BETWEEN_TRIES: Duration = Duration::from_millis(250);

/// HTTP clients by their connect time-out, the one limit that belongs to a client and not to a request.
#[derive(Default)]
pub struct Callers {
    clients: Mutex<HashMap<Duration, reqwest::Client>>,
}

impl Callers {
    fn client(&self, connect: Duration) -> Result<reqwest::Client, reqwest::Error> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&connect) {
            return Ok(client.clone());
        }
        let client = reqwest::Client::builder()
            .connect_timeout(connect)
            .user_agent("TwilioProxy/1.1")
            .pool_idle_timeout(Duration::from_secs(5))
            .no_proxy()
            .build()?;
        clients.insert(connect, client.clone());
        Ok(client)
    }
}

/// Posts a status callback, if the message has an URL for it.
pub async fn report(
    simulator: &Simulator,
    message: &Message,
    status: Status,
    code: Option<u32>,
    token: Uuid,
) {
    if let Some(url) = &message.status_callback {
        let fields = status_fields(&simulator.options.account_sid, message, status, code);
        post(simulator, url, &fields, token).await;
    }
}

/// Posts `fields` to `url`; returns the last HTTP status, or `None` when nobody answered.
pub async fn post(simulator: &Simulator, url: &str, fields: &[(String, String)], token: Uuid) -> Option<u16> {
    let (url, overrides) = Overrides::split(url);
    let client = match simulator.callers.client(overrides.connect) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "no HTTP client for callbacks");
            return None;
        }
    };
    let signature = simulator.signer.sign(url, fields);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let started = Instant::now();
    let mut answer = None;
    for attempt in 0..=overrides.retries {
        if attempt > 0 {
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        let left = overrides.total.saturating_sub(started.elapsed());
        if left.is_zero() {
            break;
        }
        let sent = client
            .post(url)
            .timeout(left.min(overrides.connect + overrides.read))
            .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("X-Twilio-Signature", &signature)
            .header("I-Twilio-Idempotency-Token", token.to_string())
            .header("X-Home-Region", "us1")
            .body(body.clone())
            .send()
            .await;
        answer = sent.as_ref().ok().map(|response| response.status().as_u16());
        if !overrides.retry(&sent) {
            break;
        }
    }
    tracing::debug!(?answer, "callback posted");
    answer
}

/// Which fields come with which status differs; these are the captured sets.
fn status_fields(
    account: &str,
    message: &Message,
    status: Status,
    code: Option<u32>,
) -> Vec<(String, String)> {
    let number = message.to.trim_start_matches("whatsapp:");
    let shown = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let word = status.to_string();
    let mut fields = vec![
        ("SmsSid", message.sid.clone()),
        ("SmsStatus", word.clone()),
        ("MessageStatus", word),
        ("ChannelToAddress", format!("{}XXXX", &number[..shown])),
        ("To", message.to.clone()),
        ("ChannelPrefix", "whatsapp".to_owned()),
        ("MessageSid", message.sid.clone()),
        ("AccountSid", account.to_owned()),
        ("From", message.from.clone()),
        ("ApiVersion", "2010-04-01".to_owned()),
    ];
    fields.extend(message.service_sid.clone().map(|sid| ("MessagingServiceSid", sid)));
    match status {
        Status::Delivered | Status::Read => fields.push(("EventType", status.to_string().to_uppercase())),
        Status::Sent => {
            fields.push(("ChannelInstallSid", CHANNEL_INSTALL_SID.to_owned()));
            fields.push(("StructuredMessage", "false".to_owned()));
        }
        _ => {}
    }
    if let Some(code) = code {
        fields.push(("ErrorCode", code.to_string()));
        fields.push(("EventType", "UNDELIVERED".to_owned()));
        fields.push(("ChannelStatusMessage", error_text(code).to_owned()));
    }
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
