//! Reads of the account beside its messages: our number as a sender, the templates, the time there.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::{
    TwilioClient,
    answer::Answer,
    wire::account::{self, Page},
};
use crate::{
    app::gateway::{GatewayError, ProviderTemplate, Sender},
    domain::rates::Category,
};

const PAGE_SIZE: &str = "50";
/// More pages are no account of ours.
const PAGES: usize = 20;

impl TwilioClient {
    /// Twilio has no read of a sender by its number: its list is walked.
    pub(super) async fn find_sender(&self, number: &str) -> Result<Option<Sender>, GatewayError> {
        let first = with_query(&self.messaging, "v2/Channels/Senders", &[("Channel", "whatsapp")])?;
        let senders = self.list_all("sender", first, account::senders).await?;
        Ok(senders.into_iter().find(|(address, _)| address == number).map(|(_, sender)| sender))
    }

    pub(super) async fn list_templates(&self) -> Result<Vec<ProviderTemplate>, GatewayError> {
        let first = with_query(&self.content, "v1/ContentAndApprovals", &[])?;
        self.list_all("templates", first, account::templates).await
    }

    pub(super) async fn make_template(&self, content: &Value) -> Result<String, GatewayError> {
        let url = joined(&self.content, "v1/Content")?;
        let request = self.signed(self.http.post(url)).json(content);
        self.exchange("create_template", "account", request, account::created_template).await
    }

    pub(super) async fn ask_approval(
        &self,
        sid: &str,
        name: &str,
        category: Category,
    ) -> Result<(), GatewayError> {
        let url = joined(&self.content, &format!("v1/Content/{sid}/ApprovalRequests/whatsapp"))?;
        let asked = json!({ "name": name, "category": category.as_str().to_ascii_uppercase() });
        let request = self.signed(self.http.post(url)).json(&asked);
        self.exchange("submit_template", sid, request, account::submitted).await
    }

    /// Any answer tells the time, a refusal too.
    pub(super) async fn read_time(&self) -> Result<DateTime<Utc>, GatewayError> {
        let answer =
            Answer::receive(self.get(self.url(&["Messages.json"])).query(&[("PageSize", "1")])).await?;
        answer.date.ok_or_else(|| unknown("an answer without a date"))
    }

    async fn list_all<T>(
        &self,
        call: &'static str,
        first: Url,
        read: fn(&str) -> Option<Page<T>>,
    ) -> Result<Vec<T>, GatewayError> {
        let mut request = self.get(first.clone());
        let mut found = Vec::new();
        for _ in 0..PAGES {
            let page = self.exchange(call, "account", request, read).await?;
            found.extend(page.items);
            let Some(next) = page.next else { return Ok(found) };
            request = self.get_next(&first, &next)?;
        }
        Err(unknown("the pages do not end"))
    }
}

fn with_query(base: &Url, path: &str, pairs: &[(&str, &str)]) -> Result<Url, GatewayError> {
    let mut url = joined(base, path)?;
    url.query_pairs_mut().extend_pairs(pairs).append_pair("PageSize", PAGE_SIZE);
    Ok(url)
}

fn joined(base: &Url, path: &str) -> Result<Url, GatewayError> {
    base.join(path).map_err(|_| unknown("no address to ask at"))
}

fn unknown(reason: &str) -> GatewayError {
    GatewayError::Unknown { reason: reason.to_owned() }
}
