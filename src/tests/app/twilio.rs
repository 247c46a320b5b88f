//! Twilio's side of a webhook, by hand: for what the simulator would never say.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use sha1::Sha1;

use super::{Reply, TestApp};
use crate::simulator::rig::{SENDER, TOKEN};

/// A form post to one of the webhooks, to be sent as it is or spoilt first.
pub struct Webhook {
    pub url: String,
    pub body: String,
    pub signature: Option<String>,
}

impl Webhook {
    /// To `path` of the application, signed under `token`.
    pub fn signed(app: &TestApp, path: &str, fields: &[(&str, &str)], token: &str) -> Self {
        Self::signed_for(&format!("{}{path}", app.url), fields, token)
    }

    /// To any address.
    pub fn signed_for(url: &str, fields: &[(&str, &str)], token: &str) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { signature: Some(signature(url, fields, token)), url: url.to_owned(), body }
    }

    pub async fn post(self, app: &TestApp) -> Reply {
        let mut request = app
            .sim
            .http
            .request(Method::POST, self.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(self.body);
        if let Some(signature) = self.signature {
            request = request.header("x-twilio-signature", signature);
        }
        Reply::of(request).await
    }
}

fn signature(url: &str, fields: &[(&str, &str)], token: &str) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    let mut text = url.to_owned();
    for (name, value) in fields {
        write!(text, "{name}{value}").unwrap();
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

impl TestApp {
    /// A status callback as Twilio would make it, without our id in its URL.
    pub async fn callback(&self, sid: &str, status: &str, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![
            ("MessageSid", sid),
            ("SmsSid", sid),
            ("MessageStatus", status),
            ("To", "whatsapp:+18095551234"),
            ("From", SENDER),
        ];
        fields.extend_from_slice(more);
        Webhook::signed(self, "/webhooks/twilio/status", &fields, TOKEN).post(self).await
    }
}
