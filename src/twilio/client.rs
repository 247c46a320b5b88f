//! The Twilio client: fulfils [`Gateway`], and says of each failure whether the request was refused, may be retried, or
//! has an unknown fate. It never repeats a request by itself: only the outbox decides to send again.

mod account;
mod answer;
mod media;
mod settings;

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use futures::future::BoxFuture;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

pub use self::settings::{SetUpError, Settings};
use self::{
    answer::Answer,
    settings::{http_client, store_client},
};
use super::wire::{self, account::account_status, usage};
use crate::{
    app::{
        gateway::{
            Gateway, GatewayError, Outbound, ProviderMessage, ProviderPage, ProviderTemplate, Sender,
            UsageRecord,
        },
        media_source::MediaError,
    },
    domain::{phone, rates::Category},
    metrics,
};

/// The call that sends.
const CREATE: &str = "create";

/// How many messages a page of the list holds.
const PAGE_SIZE: &str = "50";

/// How many usage records a page holds, and how many pages a bill has at most. There are some 520 categories; the largest
/// pages would not fit into what is read of an answer.
const USAGE_PAGE_SIZE: &str = "200";
const USAGE_PAGES: usize = 20;

/// Twilio error dictionary: account not active.
const NOT_ACTIVE: i32 = 20_005;

/// Questions under way beside sends, which never wait for them.
const QUESTIONS: usize = 16;
/// How long a call waits for its turn. With an exchange it stays within the outbox's lease.
const PLACE_TIMEOUT: Duration = Duration::from_secs(5);

/// Calls Twilio's Messages API. One is enough for a process: it holds the connections and counts the requests.
pub struct TwilioClient {
    http: Client,
    /// For files, from where Twilio keeps them; a simulator keeps its own.
    store: Option<Client>,
    /// The account's sid and auth token.
    owner: (String, String),
    /// Makes the calls when there is one.
    api_key: Option<(String, String)>,
    /// `…/2010-04-01/Accounts/{AC}`, without a slash at its end.
    account: Url,
    messaging: Url,
    content: Url,
    sends: Semaphore,
    questions: Semaphore,
}

impl TwilioClient {
    /// # Errors
    /// `SetUpError` for a base URL that is none, or when an https base finds no root certificates on the machine.
    pub fn new(settings: Settings) -> Result<Self, SetUpError> {
        let http = http_client(&settings)?;
        let store = store_client(&settings)?;
        let mut account = settings.base_url;
        account.path_segments_mut().map_err(|()| SetUpError::BaseUrl)?.pop_if_empty().extend([
            "2010-04-01",
            "Accounts",
            &settings.account_sid,
        ]);
        Ok(Self {
            http,
            store,
            owner: (settings.account_sid, settings.auth_token),
            api_key: settings.api_key,
            account,
            messaging: settings.messaging_url,
            content: settings.content_url,
            sends: Semaphore::new(settings.concurrency),
            questions: Semaphore::new(QUESTIONS),
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.account.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        url
    }

    /// Where a page of a list is whose first was at `base`. `None` for an address outside the provider, which would be sent
    /// our credentials.
    fn page_url(base: &Url, next: &str) -> Option<Url> {
        let url = base.join(next).ok()?;
        (url.origin() == base.origin()).then_some(url)
    }

    fn get(&self, url: Url) -> RequestBuilder {
        self.signed(self.http.get(url))
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        let (user, secret) = self.api_key.as_ref().unwrap_or(&self.owner);
        request.basic_auth(user, Some(secret))
    }

    /// The account's own word on itself. Read with the auth token: Twilio shows it to no API key but a Main one.
    async fn account_status(&self) -> Result<String, GatewayError> {
        let mut url = self.account.clone();
        url.set_path(&format!("{}.json", self.account.path()));
        let (user, secret) = &self.owner;
        let request = self.http.get(url).basic_auth(user, Some(secret));
        self.exchange("probe", "account", request, account_status).await
    }

    /// The next page's address, which Twilio gives.
    fn get_next(&self, base: &Url, next: &str) -> Result<RequestBuilder, GatewayError> {
        let url = Self::page_url(base, next).ok_or_else(|| GatewayError::Unknown {
            reason: "the next page's address leads away from Twilio".to_owned(),
        })?;
        Ok(self.get(url))
    }

    /// One exchange: waits for a place, sends, reads, judges, logs. `decode` gets the text of a 2xx.
    async fn exchange<T>(
        &self,
        call: &'static str,
        about: &str,
        request: RequestBuilder,
        decode: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, GatewayError> {
        let places = if call == CREATE { &self.sends } else { &self.questions };
        let Ok(Ok(_place)) = tokio::time::timeout(PLACE_TIMEOUT, places.acquire()).await else {
            return Err(GatewayError::Retry {
                reason: "too many requests to Twilio are under way".to_owned(),
                code: None,
                after: None,
            });
        };
        let started = Instant::now();
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

/// The same of a file.
fn class_of_media<T>(fetched: &Result<T, MediaError>) -> &'static str {
    match fetched {
        Ok(_) => "done",
        Err(MediaError::Refused(_)) => "refused",
        Err(MediaError::Later(_)) => "retry",
    }
}

impl Gateway for TwilioClient {
    fn send<'a>(&'a self, message: &'a Outbound) -> BoxFuture<'a, Result<ProviderMessage, GatewayError>> {
        Box::pin(async move {
            let request =
                self.signed(self.http.post(self.url(&["Messages.json"]))).form(&wire::form(message));
            self.exchange(CREATE, &phone::masked(&message.to), request, wire::created).await
        })
    }

    fn fetch<'a>(&'a self, sid: &'a str) -> BoxFuture<'a, Result<Option<ProviderMessage>, GatewayError>> {
        Box::pin(async move {
            let request = self.get(self.url(&["Messages", &format!("{sid}.json")]));
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
                None => self.get(self.url(&["Messages.json"])).query(&[
                    ("To", wire::address(to).as_str()),
                    ("From", wire::address(from).as_str()),
                    ("PageSize", PAGE_SIZE),
                ]),
                Some(next) => self.get_next(&self.account, next)?,
            };
            let mut found = self.exchange("list", &phone::masked(to), request, wire::page).await?;
            if page.is_some() && found.next.as_deref() == page {
                tracing::warn!(call = "list", "a page names itself as the next; the list ends here");
                found.next = None;
            }
            Ok(found)
        })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), GatewayError>> {
        Box::pin(async move {
            if self.api_key.is_some() {
                let request = self.get(self.url(&["Messages.json"])).query(&[("PageSize", "1")]);
                self.exchange("probe", "key", request, wire::page).await?;
            }
            let status = match self.account_status().await {
                // The key works and the first auth token does not (it is being rotated): calls go by the key.
                Err(GatewayError::Refused { http_status: 401, .. }) if self.api_key.is_some() => {
                    return Ok(());
                }
                status => status?,
            };
            match status.as_str() {
                "active" => Ok(()),
                status => Err(GatewayError::Refused {
                    http_status: 200,
                    code: Some(NOT_ACTIVE),
                    message: format!("the account is {status}"),
                }),
            }
        })
    }

    fn usage(&self, from: NaiveDate, to: NaiveDate) -> BoxFuture<'_, Result<Vec<UsageRecord>, GatewayError>> {
        Box::pin(async move {
            let mut request = self.get(self.url(&["Usage", "Records.json"])).query(&[
                ("StartDate", from.to_string().as_str()),
                ("EndDate", to.to_string().as_str()),
                ("PageSize", USAGE_PAGE_SIZE),
            ]);
            let mut records = Vec::new();
            for _ in 0..USAGE_PAGES {
                let page = self.exchange("usage", "account", request, usage::page).await?;
                records.extend(page.records);
                let Some(next) = page.next else { return Ok(usage::without_sums(records)) };
                request = self.get_next(&self.account, &next)?;
            }
            // A part of a bill is no bill.
            Err(GatewayError::Unknown { reason: "the pages of usage do not end".to_owned() })
        })
    }

    fn sender<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Option<Sender>, GatewayError>> {
        Box::pin(self.find_sender(number))
    }

    fn templates(&self) -> BoxFuture<'_, Result<Vec<ProviderTemplate>, GatewayError>> {
        Box::pin(self.list_templates())
    }

    fn create_template<'a>(&'a self, content: &'a Value) -> BoxFuture<'a, Result<String, GatewayError>> {
        Box::pin(self.make_template(content))
    }

    fn submit_template<'a>(
        &'a self,
        sid: &'a str,
        name: &'a str,
        category: Category,
    ) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(self.ask_approval(sid, name, category))
    }

    fn time(&self) -> BoxFuture<'_, Result<DateTime<Utc>, GatewayError>> {
        Box::pin(self.read_time())
    }
}
