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
    let admitted = given.and_then(|given| simulator.options.admit(given));
    if !admitted.is_some_and(|admitted| simulator.options.opens(admitted, request.uri().path())) {
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

/// Who is calling.
#[derive(Clone, Copy)]
enum Caller {
    Owner,
    /// A key of the kind that Twilio calls Standard: good for everything but the account itself.
    Key,
}

impl Options {
    /// Whose an `Authorization` header is.
    fn admit(&self, header: &str) -> Option<Caller> {
        let (scheme, encoded) = header.split_once(' ')?;
        let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
        let given = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        let key = self.api_key.as_ref().map(|key| (key.sid.as_str(), key.secret.as_str()));
        if !scheme.eq_ignore_ascii_case("basic") {
            None
        } else if given == (&self.account_sid, &self.auth_token) {
            Some(Caller::Owner)
        } else {
            key.filter(|key| given == *key).map(|_| Caller::Key)
        }
    }

    /// Whether `path` names this account, or none, and is open to `caller`.
    fn opens(&self, caller: Caller, path: &str) -> bool {
        if self.is_itself(path) {
            return matches!(caller, Caller::Owner);
        }
        let account = path.strip_prefix("/2010-04-01/Accounts/").and_then(|rest| rest.split('/').next());
        account.is_none_or(|account| account == self.account_sid)
    }

    /// Whether `path` is the account's own.
    fn is_itself(&self, path: &str) -> bool {
        let account = path.strip_prefix("/2010-04-01/Accounts/").unwrap_or_default();
        account.strip_suffix(".json").unwrap_or(account) == self.account_sid
    }
}
