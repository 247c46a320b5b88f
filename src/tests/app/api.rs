//! A program that uses the JSON API.

use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use super::document::hold_against_document;
use crate::simulator::rig::http;

#[derive(Clone)]
pub struct Api {
    http: Client,
    url: String,
    pub token: Option<String>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Null when the body is not JSON.
    pub json: Value,
    pub text: String,
}

impl Reply {
    /// Asks, and holds an answer of the API against its document.
    pub async fn of(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let answer = client.execute(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let reply = Self { status, headers, json: serde_json::from_str(&text).unwrap_or(Value::Null), text };
        hold_against_document(&method, &path, &reply);
        reply
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The message's own id.
    pub fn id(&self) -> String {
        self.json["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id in {} {}", self.status, self.text))
            .to_owned()
    }

    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Seconds.
    pub fn retry_after(&self) -> i64 {
        self.header("retry-after").unwrap().parse().unwrap()
    }
}

impl Api {
    pub fn new(url: &str, token: Option<String>) -> Self {
        Self { http: http(), url: url.to_owned(), token }
    }

    /// A request to any path, with the token if there is one.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub fn post_send(&self, body: &Value) -> RequestBuilder {
        self.request(Method::POST, "/api/whatsapp/send").json(body)
    }

    /// `POST /api/whatsapp/send`
    pub async fn send(&self, body: Value) -> Reply {
        Reply::of(self.post_send(&body)).await
    }

    /// A plain text to a number.
    pub async fn write(&self, to: &str, body: &str) -> Reply {
        self.send(json!({ "toPhoneNumber": to, "messageBody": body })).await
    }

    /// The same without waiting for Twilio.
    pub async fn write_async(&self, to: &str, body: &str) -> Reply {
        let body = json!({ "toPhoneNumber": to, "messageBody": body });
        Reply::of(self.post_send(&body).header("prefer", "respond-async")).await
    }

    /// `GET /api/whatsapp/status/{id}`
    pub async fn status(&self, id: &str) -> Reply {
        Reply::of(self.request(Method::GET, &format!("/api/whatsapp/status/{id}"))).await
    }
}
