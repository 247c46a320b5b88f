//! The Content API: templates, read, made and submitted to Meta's approval.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Simulator,
    books::Entry,
    refusal::Refusal,
    templates::{Approval, NewTemplate, Template},
};

const CATEGORIES: [&str; 3] = ["UTILITY", "MARKETING", "AUTHENTICATION"];

/// `GET /v1/Content`
pub async fn list(State(simulator): State<Arc<Simulator>>, headers: HeaderMap) -> Json<Value> {
    let base = base(&headers);
    page(&simulator, &base, "Content", &|template| resource(&simulator, &base, template))
}

/// `GET /v1/ContentAndApprovals`
pub async fn list_with_approvals(State(simulator): State<Arc<Simulator>>, headers: HeaderMap) -> Json<Value> {
    let base = base(&headers);
    let now = simulator.clock.now();
    page(&simulator, &base, "ContentAndApprovals", &|template| {
        let mut value = resource(&simulator, &base, template);
        value["approval_requests"] = approval(template, now);
        value
    })
}

/// `POST /v1/Content`, JSON.
pub async fn create(
    State(simulator): State<Arc<Simulator>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let new: NewTemplate = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad(20001, format!("Invalid parameters: {error}")))?;
    let template = Template::made(new, simulator.clock.now());
    if template.body().is_empty() || template.types.len() != 1 {
        return Err(Refusal::bad(20001, "Invalid parameters: types needs one type with a body"));
    }
    let value = resource(&simulator, &base(&headers), &template);
    simulator.books().record(Entry::Template(Box::new(template)))?;
    Ok((StatusCode::CREATED, Json(value)))
}

/// `GET /v1/Content/{HX}`
pub async fn fetch(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let template = find(&simulator, &sid, &uri)?;
    Ok(Json(resource(&simulator, &base(&headers), &template)))
}

/// `DELETE /v1/Content/{HX}`
pub async fn delete(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    uri: Uri,
) -> Result<StatusCode, Refusal> {
    find(&simulator, &sid, &uri)?;
    simulator.books().record(Entry::TemplateDeleted { sid })?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/Content/{HX}/ApprovalRequests`
pub async fn fetch_approval(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let template = find(&simulator, &sid, &uri)?;
    Ok(Json(json!({
        "sid": template.sid,
        "account_sid": simulator.options.account_sid,
        "whatsapp": approval(&template, simulator.clock.now()),
        "url": format!("{}/v1/Content/{}/ApprovalRequests", base(&headers), template.sid),
    })))
}

#[derive(Deserialize)]
pub struct Submission {
    name: String,
    category: String,
}

/// `POST /v1/Content/{HX}/ApprovalRequests/whatsapp`, JSON: Meta decides after `approvalDelayMs`. A name that it has had in
/// that language cannot be submitted again.
pub async fn submit(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    uri: Uri,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let Submission { name, category } = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad(20001, format!("Invalid parameters: {error}")))?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if name.is_empty() || !is_name || !CATEGORIES.contains(&&*category) {
        return Err(Refusal::bad(20001, "Invalid parameters: name or category"));
    }
    let mut template = find(&simulator, &sid, &uri)?;
    let mut books = simulator.books();
    let asked = |other: &&Template| {
        other.language == template.language
            && other.approval.as_ref().is_some_and(|approval| approval.name == name)
    };
    if template.approval.is_some() || books.state().templates().find(asked).is_some() {
        return Err(Refusal::bad(20001, format!("A template named {name} was submitted before")));
    }
    let now = simulator.clock.now();
    let objection = template.objection();
    template.approval = Some(Approval {
        name,
        category,
        status: if objection.is_some() { "rejected" } else { "approved" }.to_owned(),
        decided_at: now + TimeDelta::milliseconds(books.state().settings().approval_delay_ms.into()),
        rejection_reason: objection.unwrap_or_default().to_owned(),
    });
    let mut told = approval(&template, now);
    told["status"] = "received".into();
    books.record(Entry::Template(Box::new(template)))?;
    Ok((StatusCode::CREATED, Json(told)))
}

fn find(simulator: &Simulator, sid: &str, uri: &Uri) -> Result<Template, Refusal> {
    simulator.books().state().template(sid).cloned().ok_or_else(|| Refusal::absent(uri.path()))
}

/// This API's links are absolute; they lead back to where the client came in.
pub(super) fn base(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("localhost"))
}

fn page(simulator: &Simulator, base: &str, name: &str, item: &dyn Fn(&Template) -> Value) -> Json<Value> {
    let url = format!("{base}/v1/{name}?PageSize=50&Page=0");
    Json(json!({
        "contents": simulator.books().state().templates().map(item).collect::<Vec<_>>(),
        "meta": {
            "page": 0,
            "page_size": 50,
            "first_page_url": url,
            "previous_page_url": null,
            "url": url,
            "next_page_url": null,
            "key": "contents",
        },
    }))
}

fn resource(simulator: &Simulator, base: &str, template: &Template) -> Value {
    let url = format!("{base}/v1/Content/{}", template.sid);
    let created = template.created.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "sid": template.sid,
        "account_sid": simulator.options.account_sid,
        "friendly_name": template.friendly_name,
        "language": template.language,
        "variables": template.variables,
        "types": template.types,
        "date_created": created,
        "date_updated": created,
        "links": {
            "approval_create": format!("{url}/ApprovalRequests/whatsapp"),
            "approval_fetch": format!("{url}/ApprovalRequests"),
        },
        "url": url,
    })
}

fn approval(template: &Template, now: DateTime<Utc>) -> Value {
    let asked = template.approval.as_ref();
    let is_decided = asked.is_some_and(|approval| approval.decided_at <= now);
    json!({
        "type": "whatsapp",
        "name": asked.map_or("", |approval| &approval.name),
        "category": template.category(),
        "content_type": template.content_type(),
        "status": template.status(now),
        "rejection_reason": asked.filter(|_| is_decided).map_or("", |approval| &approval.rejection_reason),
        "allow_category_change": true,
    })
}
