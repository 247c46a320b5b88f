//! How the client is set up, and the HTTP client that follows from it.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect};
use url::Url;

use super::media::PublicOnly;

/// Idle connections are dropped before Twilio drops them, lest a request leave on a dying one.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Whom to call, as whom, and how patiently.
pub struct Settings {
    pub account_sid: String,
    /// The first auth token; makes the calls unless there is an API key.
    pub auth_token: String,
    /// API key sid and secret.
    pub api_key: Option<(String, String)>,
    /// `https://api.twilio.com`, or the simulator's address.
    pub base_url: Url,
    /// Likewise `https://messaging.twilio.com` and `https://content.twilio.com`.
    pub messaging_url: Url,
    pub content_url: Url,
    /// Until a connection stands, name look-up and TLS included. Less than `total_timeout`: what never connected was
    /// certainly never sent.
    pub connect_timeout: Duration,
    /// For a whole exchange. Twilio itself may take 26 s.
    pub total_timeout: Duration,
    /// Requests under way at a time; Twilio answers 429 to too many.
    pub concurrency: usize,
}

impl Settings {
    /// The defaults: all of Twilio at one address, 5 s to connect, 30 s in all, 10 at a time, no API key.
    pub fn new(account_sid: String, auth_token: String, base_url: Url) -> Self {
        Self {
            account_sid,
            auth_token,
            api_key: None,
            messaging_url: base_url.clone(),
            content_url: base_url.clone(),
            base_url,
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(30),
            concurrency: 10,
        }
    }
}

/// Why no client could be built.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    #[error("Twilio's base URL must be an http or https address")]
    BaseUrl,
    #[error("the HTTP client cannot be built: {0}")]
    Http(#[from] reqwest::Error),
}

/// Never repeats, never follows a redirect, never goes through a proxy.
pub(super) fn http_client(settings: &Settings) -> Result<Client, SetUpError> {
    let urls = [&settings.base_url, &settings.messaging_url, &settings.content_url];
    if !urls.iter().all(|url| ["http", "https"].contains(&url.scheme())) {
        return Err(SetUpError::BaseUrl);
    }
    let is_plain = urls.iter().all(|url| url.scheme() == "http");
    let builder = builder(settings);
    // The simulator needs no certificates, and a bare machine has none to load.
    let builder = if is_plain { builder.tls_certs_only([]) } else { builder };
    Ok(builder.build()?)
}

/// The same for Twilio's store of files, which gets no credentials and is in no network of ours. `None` where Twilio is
/// simulated.
pub(super) fn store_client(settings: &Settings) -> Result<Option<Client>, SetUpError> {
    if settings.base_url.scheme() == "http" {
        return Ok(None);
    }
    Ok(Some(builder(settings).https_only(true).dns_resolver(PublicOnly).build()?))
}

fn builder(settings: &Settings) -> ClientBuilder {
    // Fails only where a provider is installed already, which serves as well.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder()
        .user_agent(concat!("okla/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.total_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(settings.concurrency)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
}
