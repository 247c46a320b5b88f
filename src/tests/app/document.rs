//! Each answer of the API held against the document that describes it: its status must be named there, and its body be of
//! the schema named for it, with no field more.

use std::sync::LazyLock;

use jsonschema::Validator;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Reply;

/// The document, its objects closed: an answer with a field that is not described is a mistake here.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(okla::web::api::document()).unwrap();
    for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
        schema["additionalProperties"] = json!(false);
    }
    document
});

/// Panics with what does not fit.
pub fn hold_against_document(method: &Method, path: &str, reply: &Reply) {
    if !path.starts_with("/api") || path == "/api/docs" {
        return;
    }
    let told = format!("{method} {path}: {} {}", reply.status, reply.text);
    let Some(described) = answer_to(method, path, reply.status) else {
        // A path or method that there is not.
        assert!(
            [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&reply.status),
            "not described: {told}"
        );
        fits(&json!({ "$ref": "#/components/schemas/Error" }), &reply.json, &told);
        return;
    };
    fits(&described["content"]["application/json"]["schema"], &reply.json, &told);
    let named = described["headers"].as_object();
    for header in [
        "allow",
        "idempotent-replayed",
        "location",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
    ] {
        let described = named.is_some_and(|named| named.keys().any(|name| name.eq_ignore_ascii_case(header)));
        assert!(described || reply.header(header).is_none(), "{header} is not described: {told}");
    }
}

/// What the document says of that answer.
fn answer_to(method: &Method, path: &str, status: StatusCode) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let (_, item) = paths.iter().find(|(template, _)| matches(template, path))?;
    let operation = item.get(method.as_str().to_ascii_lowercase())?;
    let described = operation["responses"].get(status.as_str());
    assert!(described.is_some(), "{method} {path} does not name {status}");
    described
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(wanted, given)| wanted.starts_with('{') || *wanted == given)
}

fn fits(schema: &Value, body: &Value, told: &str) {
    let mut schema = schema.clone();
    schema["components"] = DOCUMENT["components"].clone();
    let validator: Validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{told}\n{}", wrong.join("\n"));
}
