//! The Senders API (messaging v2), to be read: our number as a WhatsApp sender.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, Uri},
};
use serde_json::{Value, json};

use super::{Simulator, content::base, form::Form, refusal::Refusal};

/// The account's only sender.
const SID: &str = "XE00000000000000000000000000000001";

/// `GET /v2/Channels/Senders?Channel=whatsapp`: Twilio wants the channel named.
pub async fn list(
    State(simulator): State<Arc<Simulator>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let senders = match query.filled("Channel") {
        Some("whatsapp") => vec![resource(&simulator, &base(&headers))],
        Some(_) => Vec::new(),
        None => return Err(Refusal::bad(20001, "Missing required parameter Channel")),
    };
    let url = format!("{}{uri}", base(&headers));
    Ok(Json(json!({
        "senders": senders,
        "meta": {
            "page": 0,
            "page_size": 50,
            "first_page_url": url,
            "previous_page_url": null,
            "url": url,
            "next_page_url": null,
            "key": "senders",
        },
    })))
}

/// `GET /v2/Channels/Senders/{XE}`
pub async fn fetch(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    if sid == SID {
        Ok(Json(resource(&simulator, &base(&headers))))
    } else {
        Err(Refusal::absent(uri.path()))
    }
}

fn resource(simulator: &Simulator, base: &str) -> Value {
    let books = simulator.books();
    let settings = books.state().settings();
    json!({
        "sid": SID,
        "sender_id": simulator.sender(),
        "status": settings.sender_status,
        "configuration": { "waba_id": "1234567890", "verification_method": null, "verification_code": null },
        "webhook": {
            "callback_url": simulator.options.inbound_url,
            "callback_method": "POST",
            "fallback_url": null,
            "fallback_method": "POST",
            "status_callback_url": null,
            "status_callback_method": "POST",
        },
        "profile": { "name": "OKLA", "about": null, "vertical": "Automotive" },
        "properties": {
            "quality_rating": settings.quality_rating,
            "messaging_limit": settings.messaging_limit,
        },
        "offline_reasons": null,
        "compliance": null,
        "url": format!("{base}/v2/Channels/Senders/{SID}"),
    })
}
