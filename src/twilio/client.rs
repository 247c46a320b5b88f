//! The Twilio client: fulfils [`Gateway`], and says of each failure whether the request was refused, may be retried, or
//! has an unknown fate. It never repeats a request by itself: only the outbox decides to send again.

mod answer;

use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use reqwest::{Client, RequestBuilder, redirect};
use tokio::sync::Semaphore;
use url::Url;

use self::answer::Answer;
use super::wire;
use crate::{
    app::gateway::{Gateway, GatewayError, Outbound, ProviderMessage, ProviderPage},
    domain::phone,
    metrics,
};

/// How many messages a page of the list holds.
const PAGE_SIZE: &str = "50";

/// Idle connections are dropped before Twilio drops them, lest a request leave on a dying one.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a call waits for its turn. With an exchange it stays within the outbox's lease.
const PLACE_TIMEOUT: Duration = Duration::from_secs(5);

/// Whom to call, as whom, and how patiently.
pub struct Settings {
    pub account_sid: String,
    /// The first auth token; makes the calls unless there is an API key.
    pub auth_token: String,
    /// API key sid and secret.
    pub api_key: Option<(String, String)>,
    /// `https://api.twilio.com`, or the simulator's address.
    pub base_url: Url,
    /// Until a connection stands, name look-up and TLS included. Less than `total_timeout`: what never connected was
    /// certainly never sent.
    pub connect_timeout: Duration,
    /// For a whole exchange. Twilio itself may take 26 s.
    pub total_timeout: Duration,
    /// Requests under way at a time; Twilio answers 429 to too many.
    pub concurrency: usize,
}

impl Settings {
    /// The defaults: 5 s to connect, 30 s in all, 10 at a time, no API key.
    pub fn new(account_sid: String, auth_token: String, base_url: Url) -> Self {
        Self {
            account_sid,
            auth_token,
            api_key: None,
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

/// Calls Twilio's Messages API. One is enough for a process: it holds the connections and counts the requests.
pub struct TwilioClient {
    http: Client,
    user: String,
    secret: String,
    /// `…/2010-04-01/Accounts/{AC}`, without a slash at its end.
    account: Url,
    places: Semaphore,
}

impl TwilioClient {
    /// # Errors
    /// `SetUpError` for a base URL that is none, or when an https base finds no root certificates on the machine.
    pub fn new(settings: Settings) -> Result<Self, SetUpError> {
        let http = http_client(&settings)?;
        let mut account = settings.base_url;
        account.path_segments_mut().map_err(|()| SetUpError::BaseUrl)?.pop_if_empty().extend([
            "2010-04-01",
            "Accounts",
            &settings.account_sid,
        ]);
        let (user, secret) = settings.api_key.unwrap_or((settings.account_sid, settings.auth_token));
        Ok(Self { http, user, secret, account, places: Semaphore::new(settings.concurrency) })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.account.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        url
    }

    /// Where a page of the list is. `None` for an address outside the provider, which would be sent our credentials.
    fn page_url(&self, next: &str) -> Option<Url> {
        let url = self.account.join(next).ok()?;
        (url.origin() == self.account.origin()).then_some(url)
    }

    /// One exchange: waits for a place, sends, reads, judges, logs. `decode` gets the text of a 2xx.
    async fn exchange<T>(
        &self,
        call: &'static str,
        about: &str,
        request: RequestBuilder,
        decode: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, GatewayError> {
        let Ok(Ok(_place)) = tokio::time::timeout(PLACE_TIMEOUT, self.places.acquire()).await else {
            return Err(GatewayError::Retry {
                reason: "too many requests to Twilio are under way".to_owned(),
                code: None,
                after: None,
            });
        };
        let started = Instant::now();
        let request = request.basic_auth(&self.user, Some(&self.secret));
        let answer = Answer::receive(request).await;
        let http_status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        let request_id = answer.as_ref().ok().and_then(|answer| answer.request_id.clone());
        let result = answer.and_then(|answer| answer.judge(decode));
        let (class, code, reason) = class(&result);
        metrics::twilio_call(call, class, started.elapsed());
        tracing::info!(
            call,
            about,
            http_status,
            request_id,
            class,
            code,
            reason,
            elapsed = ?started.elapsed(),
            "twilio answered"
        );
        result
    }
}

fn http_client(settings: &Settings) -> Result<Client, SetUpError> {
    // Fails only where a provider is installed already, which serves as well.
    rustls::crypto::ring::default_provider().install_default().ok();
    let builder = Client::builder()
        .user_agent(concat!("okla/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.total_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(settings.concurrency)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy();
    let builder = match settings.base_url.scheme() {
        "https" => builder,
        // The simulator needs no certificates, and a bare machine has none to load.
        "http" => builder.tls_certs_only([]),
        _ => return Err(SetUpError::BaseUrl),
    };
    Ok(builder.build()?)
}

/// For the log: the class, Twilio's code, and our own words for what went wrong. Twilio's words on a refusal stay out,
/// for they may quote what was sent.
fn class<T>(result: &Result<T, GatewayError>) -> (&'static str, Option<i32>, Option<&str>) {
    match result {
        Ok(_) => ("done", None, None),
        Err(GatewayError::Refused { code, .. }) => ("refused", *code, None),
        Err(GatewayError::Retry { reason, .. }) => ("retry", None, Some(reason)),
        Err(GatewayError::Unknown { reason }) => ("unknown", None, Some(reason)),
    }
}

impl Gateway for TwilioClient {
    fn send<'a>(&'a self, message: &'a Outbound) -> BoxFuture<'a, Result<ProviderMessage, GatewayError>> {
        Box::pin(async move {
            let request = self.http.post(self.url(&["Messages.json"])).form(&wire::form(message));
            self.exchange("create", &phone::masked(&message.to), request, wire::created).await
        })
    }

    fn fetch<'a>(&'a self, sid: &'a str) -> BoxFuture<'a, Result<Option<ProviderMessage>, GatewayError>> {
        Box::pin(async move {
            let request = self.http.get(self.url(&["Messages", &format!("{sid}.json")]));
            match self.exchange("fetch", sid, request, wire::message).await {
                Ok(message) => Ok(Some(message)),
                Err(GatewayError::Refused { http_status: 404, .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn list<'a>(
        &'a self,
        to: &'a str,
        from: &'a str,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ProviderPage, GatewayError>> {
        Box::pin(async move {
            let request = match page {
                None => self.http.get(self.url(&["Messages.json"])).query(&[
                    ("To", wire::address(to).as_str()),
                    ("From", wire::address(from).as_str()),
                    ("PageSize", PAGE_SIZE),
                ]),
                Some(next) => self.http.get(self.page_url(next).ok_or_else(|| GatewayError::Unknown {
                    reason: "the next page's address leads away from Twilio".to_owned(),
                })?),
            };
            let mut found = self.exchange("list", &phone::masked(to), request, wire::page).await?;
            if page.is_some() && found.next.as_deref() == page {
                tracing::warn!(call = "list", "a page names itself as the next; the list ends here");
                found.next = None;
            }
            Ok(found)
        })
    }
}
