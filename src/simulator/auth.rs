//! Basic auth: the account's sid and auth token, or an API key's sid and secret. Also the place of random failure, which
//! strikes after it and before anything is done.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Options, Simulator, refusal::Refusal, settings::AccountStatus};

pub async fn gate(State(simulator): State<Arc<Simulator>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !given.is_some_and(|given| simulator.options.admit(given))
        || !simulator.options.owns(request.uri().path())
    {
        return ([(header::WWW_AUTHENTICATE, "Basic realm=\"Twilio API\"")], Refusal::stranger())
            .into_response();
    }
    let (status, error_rate) = {
        let books = simulator.books();
        let settings = books.state().settings();
        (settings.account_status, settings.error_rate)
    };
    if status != AccountStatus::Active && !simulator.options.is_itself(request.uri().path()) {
        return Refusal::inactive().into_response();
    }
    if rand::random_bool(error_rate) {
        return Refusal::internal().into_response();
    }
    next.run(request).await
}

impl Options {
    /// Whether an `Authorization` header is the account's own.
    fn admit(&self, header: &str) -> bool {
        let Some((scheme, encoded)) = header.split_once(' ') else {
            return false;
        };
        let Ok(decoded) = BASE64_STANDARD.decode(encoded.trim()) else {
            return false;
        };
        let given = String::from_utf8_lossy(&decoded);
        let token = format!("{}:{}", self.account_sid, self.auth_token);
        let key = self.api_key.as_ref().map(|key| format!("{}:{}", key.sid, key.secret));
        scheme.eq_ignore_ascii_case("basic") && (given == token || key.is_some_and(|key| given == key))
    }

    /// Whether `path` names this account, or none.
    fn owns(&self, path: &str) -> bool {
        let account = path.strip_prefix("/2010-04-01/Accounts/").and_then(|rest| rest.split('/').next());
        account.is_none_or(|account| account == self.account_sid || self.is_itself(path))
    }

    /// Whether `path` is the account's own.
    fn is_itself(&self, path: &str) -> bool {
        let account = path.strip_prefix("/2010-04-01/Accounts/").unwrap_or_default();
        account.strip_suffix(".json").unwrap_or(account) == self.account_sid
    }
}
