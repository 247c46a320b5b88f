//! The simulator's control API as telephones: what it says really happened, and writing to OKLA through it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use reqwest::{Client, RequestBuilder};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::client::SetUpError;
use crate::{
    app::handset::{Handset, HandsetError, Letter, Sent, Written},
    domain::{message::Status, phone::Phone},
};

/// It is on this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Writing waits for our own webhook's answer.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The telephones that the simulator at `base` plays.
pub struct SimulatedHandset {
    http: Client,
    base: Url,
}

impl SimulatedHandset {
    /// # Errors
    /// `SetUpError` when no HTTP client can be built.
    pub fn new(base: Url) -> Result<Self, SetUpError> {
        // Fails only where a provider is installed already, which serves as well.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .pool_max_idle_per_host(4)
            .tls_certs_only([])
            .no_proxy()
            .build()?;
        Ok(Self { http, base })
    }

    fn url(&self, path: &str) -> Result<Url, HandsetError> {
        self.base.join(path).map_err(|error| HandsetError(error.to_string()))
    }

    async fn list(&self, path: &str) -> Result<Vec<MessageWire>, HandsetError> {
        answer(self.http.get(self.url(path)?)).await
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, HandsetError> {
    // Its URL may hold a number.
    let failed = |error: reqwest::Error| HandsetError(error.without_url().to_string());
    let answer = request.send().await.map_err(failed)?;
    answer.error_for_status().map_err(failed)?.json().await.map_err(failed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageWire {
    sid: String,
    to: String,
    from: String,
    body: String,
    media_url: Option<String>,
    #[serde(default)]
    content_sid: Option<String>,
    status: String,
    error_code: Option<i32>,
    created_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenWire {
    webhook_status: Option<u16>,
}

/// `None` for a user who hides his number: he has no telephone here.
fn number(address: &str) -> Option<Phone> {
    let number = address.strip_prefix("whatsapp:").unwrap_or(address);
    number.to_owned().try_into().ok()
}

impl Handset for SimulatedHandset {
    fn sent(&self) -> BoxFuture<'_, Result<Vec<Sent>, HandsetError>> {
        Box::pin(async move {
            let messages = self.list("/sim/messages").await?.into_iter();
            let sent = messages.filter_map(|message| {
                Some(Sent {
                    sid: message.sid,
                    content_sid: message.content_sid,
                    to: number(&message.to)?,
                    body: message.body,
                    image_url: message.media_url,
                    status: Status::from_twilio(&message.status)?,
                    error_code: message.error_code,
                    at: message.created_at,
                })
            });
            Ok(sent.collect())
        })
    }

    fn written(&self) -> BoxFuture<'_, Result<Vec<Written>, HandsetError>> {
        Box::pin(async move {
            let messages = self.list("/sim/inbound").await?.into_iter();
            let written = messages.filter_map(|message| {
                Some(Written {
                    from: number(&message.from)?,
                    sid: message.sid,
                    body: message.body,
                    image_url: message.media_url,
                    at: message.created_at,
                })
            });
            Ok(written.collect())
        })
    }

    fn write<'a>(
        &'a self,
        from: &'a Phone,
        letter: Letter<'a>,
    ) -> BoxFuture<'a, Result<Option<u16>, HandsetError>> {
        Box::pin(async move {
            let address = format!("whatsapp:{}", from.as_str());
            let mut form = vec![("From", address.as_str()), ("Body", letter.body)];
            form.extend(letter.sample.map(|name| ("Sample", name)));
            form.extend(letter.replied_to.map(|sid| ("OriginalRepliedMessageSid", sid)));
            if let Some(id) = letter.button {
                form.extend([("ButtonText", letter.body), ("ButtonPayload", id)]);
            }
            let written: WrittenWire = answer(self.http.post(self.url("/sim/inbound")?).form(&form)).await?;
            Ok(written.webhook_status)
        })
    }
}
