//! The Content API, to be read: templates and whether Meta approved them.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, Uri, header},
};
use serde_json::{Map, Value, json};

use super::{
    Simulator,
    refusal::Refusal,
    templates::{TEMPLATES, Template},
};

/// When all templates were made.
const CREATED: &str = "2026-01-15T12:00:00Z";

/// `GET /v1/Content`
pub async fn list(State(simulator): State<Arc<Simulator>>, headers: HeaderMap) -> Json<Value> {
    let base = base(&headers);
    page(&base, "Content", &|template| resource(&simulator, &base, template))
}

/// `GET /v1/ContentAndApprovals`
pub async fn list_with_approvals(State(simulator): State<Arc<Simulator>>, headers: HeaderMap) -> Json<Value> {
    let base = base(&headers);
    page(&base, "ContentAndApprovals", &|template| {
        let mut value = resource(&simulator, &base, template);
        value["approval_requests"] = approval(template);
        value
    })
}

/// `GET /v1/Content/{HX}`
pub async fn fetch(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let template = Template::find(&sid).ok_or_else(|| Refusal::absent(uri.path()))?;
    Ok(Json(resource(&simulator, &base(&headers), template)))
}

/// `GET /v1/Content/{HX}/ApprovalRequests`
pub async fn fetch_approval(
    State(simulator): State<Arc<Simulator>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let template = Template::find(&sid).ok_or_else(|| Refusal::absent(uri.path()))?;
    Ok(Json(json!({
        "sid": template.sid,
        "account_sid": simulator.options.account_sid,
        "whatsapp": approval(template),
        "url": format!("{}/v1/Content/{}/ApprovalRequests", base(&headers), template.sid),
    })))
}

/// This API's links are absolute; they lead back to where the client came in.
pub(super) fn base(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("localhost"))
}

fn page(base: &str, name: &str, item: &dyn Fn(&Template) -> Value) -> Json<Value> {
    let url = format!("{base}/v1/{name}?PageSize=50&Page=0");
    Json(json!({
        "contents": TEMPLATES.iter().map(item).collect::<Vec<_>>(),
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
    let variables: Map<String, Value> =
        template.variables.iter().map(|(name, sample)| ((*name).to_owned(), json!(sample))).collect();
    let mut body = json!({ "body": template.body });
    if !template.buttons.is_empty() {
        body["actions"] =
            template.buttons.iter().map(|title| json!({ "title": title, "id": title })).collect();
    }
    json!({
        "sid": template.sid,
        "account_sid": simulator.options.account_sid,
        "friendly_name": template.name,
        "language": "es",
        "variables": variables,
        "types": { (content_type(template)): body },
        "date_created": CREATED,
        "date_updated": CREATED,
        "links": {
            "approval_create": format!("{url}/ApprovalRequests/whatsapp"),
            "approval_fetch": format!("{url}/ApprovalRequests"),
        },
        "url": url,
    })
}

fn approval(template: &Template) -> Value {
    json!({
        "type": "whatsapp",
        "name": template.name,
        "category": template.category,
        "content_type": content_type(template),
        "status": template.status,
        "rejection_reason": "",
        "allow_category_change": true,
    })
}

fn content_type(template: &Template) -> &'static str {
    if template.buttons.is_empty() { "twilio/text" } else { "twilio/quick-reply" }
}
