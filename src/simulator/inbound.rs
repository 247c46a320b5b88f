//! `POST /sim/inbound`: a user writes to us. The message is kept, opens his window, and is posted as Twilio posts it.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Simulator, address,
    books::Entry,
    callbacks,
    form::Form,
    message::{Message, Status, fresh_sid},
    plan, timeline,
};

/// Takes Twilio's own field names; what is not given is made up, what is unknown is passed on.
pub async fn receive(State(simulator): State<Arc<Simulator>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::from(body);
    let from = address::completed(form.first("From").unwrap_or_default());
    if !address::is_valid(&from) {
        let why = json!({ "error": "From is the writing user's number in E.164" });
        return (StatusCode::BAD_REQUEST, Json(why)).into_response();
    }
    let mut message = message(&simulator, from, &form);
    let mut files = Vec::new();
    for name in form.all("Sample") {
        let Some((sid, content_type)) = simulator.shelf().file(&name) else {
            let why = json!({ "error": "there is no such file to send" });
            return (StatusCode::BAD_REQUEST, Json(why)).into_response();
        };
        files.push((sid, content_type));
    }
    if !files.is_empty() {
        message.sid = fresh_sid("MM");
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let folder = format!(
        "http://{host}/2010-04-01/Accounts/{}/Messages/{}/Media",
        simulator.options.account_sid, message.sid
    );
    message.media.extend(files.iter().map(|(sid, _)| format!("{folder}/{sid}")));
    let types: Vec<String> = files.into_iter().map(|(_, content_type)| content_type).collect();
    let fields = webhook_fields(&simulator, &message, &form, &types);
    if let Err(error) = simulator.books().record(Entry::Created(Box::new(message.clone()))) {
        tracing::error!(%error, "the simulator's journal cannot be written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    timeline::follow(&simulator, message.sid.clone(), message.pending.clone());
    let status = callbacks::post(&simulator, &simulator.options.inbound_url, &fields, Uuid::new_v4()).await;
    Json(json!({ "sid": message.sid, "webhookStatus": status })).into_response()
}

fn message(simulator: &Simulator, from: String, form: &Form) -> Message {
    let now = simulator.clock.now();
    let media: Vec<String> = form
        .0
        .iter()
        .filter(|(name, value)| name.starts_with("MediaUrl") && !value.is_empty())
        .map(|(_, value)| value.clone())
        .collect();
    Message {
        sid: fresh_sid(if media.is_empty() { "SM" } else { "MM" }),
        inbound: true,
        to: form.filled("To").map_or_else(|| simulator.sender(), address::completed),
        from,
        // A tapped button says its title.
        body: form.first("Body").or_else(|| form.first("ButtonText")).unwrap_or_default().to_owned(),
        media,
        content_sid: None,
        content_variables: None,
        category: None,
        service_sid: None,
        status_callback: None,
        status: Status::Received,
        error_code: None,
        price: None,
        created: now,
        updated: now,
        sent: Some(now),
        pending: vec![plan::priced(now)],
    }
}

fn webhook_fields(
    simulator: &Simulator,
    message: &Message,
    given: &Form,
    // Of the files that it keeps itself, which come last.
    types: &[String],
) -> Vec<(String, String)> {
    let first = types.first().map_or("image/jpeg", String::as_str);
    let kind = match (given.filled("ButtonText"), message.media.is_empty(), first.split('/').next()) {
        (Some(_), ..) => "button",
        (None, true, _) => "text",
        (None, false, Some(kind @ ("image" | "audio" | "video"))) => kind,
        (None, false, _) => "document",
    };
    let user = message.from.trim_start_matches("whatsapp:");
    let mut fields = vec![
        ("SmsMessageSid", message.sid.clone()),
        ("NumMedia", message.media.len().to_string()),
        ("ProfileName", format!("WhatsApp {}", &user[user.len().saturating_sub(4)..])),
        ("MessageType", kind.to_owned()),
        ("SmsSid", message.sid.clone()),
        ("SmsStatus", "received".to_owned()),
        ("Body", message.body.clone()),
        ("To", message.to.clone()),
        ("NumSegments", "1".to_owned()),
        ("ReferralNumMedia", "0".to_owned()),
        ("MessageSid", message.sid.clone()),
        ("AccountSid", simulator.options.account_sid.clone()),
        ("From", message.from.clone()),
        ("ApiVersion", "2010-04-01".to_owned()),
    ];
    // Users who hide their number have none.
    fields.extend(user.strip_prefix('+').map(|digits| ("WaId", digits.to_owned())));
    if given.filled("OriginalRepliedMessageSid").is_some() {
        fields.push(("OriginalRepliedMessageSender", simulator.sender()));
    }
    let mut fields: Vec<(String, String)> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let forged = message.media.len() - types.len();
    for (place, url) in message.media.iter().enumerate() {
        let content_type = place.checked_sub(forged).and_then(|own| types.get(own));
        fields.push((format!("MediaUrl{place}"), url.clone()));
        fields.push((
            format!("MediaContentType{place}"),
            content_type.map_or("image/jpeg", String::as_str).to_owned(),
        ));
    }
    let own = ["From", "To", "Sample"];
    for (name, value) in given.0.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
        match fields.iter_mut().find(|(one, _)| one == name) {
            Some(field) => field.1.clone_from(value),
            None => fields.push((name.clone(), value.clone())),
        }
    }
    fields
}
