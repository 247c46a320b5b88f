//! `GET …/Accounts/{AC}`: the account itself. It can be read though the account is not active, for that is where it says so.

use std::sync::Arc;

use axum::extract::State;
use chrono::DateTime;
use serde_json::json;

use super::{Simulator, answer::Answer, wire};

/// When the account was opened: 2026-01-15 12:00 UTC, in Unix seconds.
const OPENED: i64 = 1_768_478_400;

/// As Twilio's, but for `auth_token`: nobody who asks whether the account works needs it.
pub async fn fetch(State(simulator): State<Arc<Simulator>>) -> Answer {
    let sid = &simulator.options.account_sid;
    let path = format!("/2010-04-01/Accounts/{sid}");
    let opened = wire::rfc2822(DateTime::from_timestamp(OPENED, 0).unwrap_or_default());
    Answer::ok(
        "Account",
        json!({
            "sid": sid,
            "owner_account_sid": sid,
            "friendly_name": "OKLA",
            "status": simulator.books().state().settings().account_status,
            "type": "Full",
            "date_created": opened,
            "date_updated": opened,
            "uri": format!("{path}.json"),
            "subresource_uris": {
                "messages": format!("{path}/Messages.json"),
                "usage": format!("{path}/Usage.json"),
            },
        }),
    )
}
