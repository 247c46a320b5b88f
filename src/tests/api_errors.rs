//! Every way to hold the API wrong, and that each answer is the contract's JSON.

use okla::domain::user::Role;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Api, PLAIN, Reply, TestApp};

const SEND: &str = "/api/whatsapp/send";

async fn start(pool: PgPool) -> (TestApp, Api) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    (app, dealer)
}

/// The error's code, once its shape is right.
fn code(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{}", reply.text);
    let error = reply.json.as_object().unwrap_or_else(|| panic!("not JSON: {:?}", reply.text));
    assert!(error["error"].as_str().unwrap().ends_with('.'), "{error:?}");
    assert!(error.keys().all(|key| ["error", "code", "field"].contains(&key.as_str())));
    error["code"].as_str().unwrap().to_owned()
}

#[sqlx::test]
async fn each_wrong_field_is_named(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    let good = json!({ "toPhoneNumber": PLAIN, "messageBody": "hola" });
    let cases: [(&str, Value, &str); 18] = [
        ("toPhoneNumber", json!("invalid"), "invalid_phone_number"),
        ("toPhoneNumber", json!(""), "invalid_phone_number"),
        ("toPhoneNumber", Value::Null, "invalid_phone_number"),
        ("toPhoneNumber", json!("+0123456"), "invalid_phone_number"),
        ("toPhoneNumber", json!("+1234567890123456"), "invalid_phone_number"),
        ("toPhoneNumber", json!("++18095551234"), "invalid_phone_number"),
        ("toPhoneNumber", json!("whatsapp:+18095551234"), "invalid_phone_number"),
        ("toPhoneNumber", json!("+1809555123\0"), "invalid_phone_number"),
        ("messageBody", json!(""), "invalid_message_body"),
        ("messageBody", json!(" \n\u{200b}"), "invalid_message_body"),
        ("messageBody", Value::Null, "invalid_message_body"),
        ("messageBody", json!("x".repeat(4_097)), "invalid_message_body"),
        ("messageBody", json!("a\0b"), "invalid_message_body"),
        ("imageUrl", json!("http://ejemplo.com/a.jpg"), "invalid_image_url"),
        ("imageUrl", json!("https://"), "invalid_image_url"),
        ("imageUrl", json!("javascript:alert(1)"), "invalid_image_url"),
        ("vehicleId", json!("7"), "unknown_vehicle"),
        ("kind", json!("spam"), "invalid_kind"),
    ];
    for (field, wrong, expected) in cases {
        let mut body = good.clone();
        body[field] = wrong;
        let reply = dealer.send(body.clone()).await;
        assert_eq!(code(&reply, 400), expected, "{body}");
        assert_eq!(reply.json["field"], field, "{body}");
    }
    assert_eq!(app.count("messages").await, 0);
}

#[sqlx::test]
async fn error_speaks_spanish_and_english_when_asked(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    let good = json!({ "toPhoneNumber": PLAIN, "messageBody": "hola" });
    for (field, wrong) in [
        ("toPhoneNumber", "invalid"),
        ("messageBody", ""),
        ("imageUrl", "x"),
        ("vehicleId", "7"),
        ("kind", "spam"),
    ] {
        let mut body = good.clone();
        body[field] = json!(wrong);
        let spanish = dealer.send(body.clone()).await;
        let english = Reply::of(dealer.post_send(&body).header("accept-language", "en")).await;
        assert_eq!(code(&spanish, 400), code(&english, 400));
        assert_ne!(spanish.json["error"], english.json["error"], "{field}");
    }
    let nobody = app.anonymous();
    let english = Reply::of(nobody.post_send(&good).header("accept-language", "en-GB, es;q=0.3")).await;
    assert!(english.json["error"].as_str().unwrap().starts_with("A valid token is missing"));
    let spanish = Reply::of(nobody.post_send(&good).header("accept-language", "es, en")).await;
    assert!(spanish.json["error"].as_str().unwrap().starts_with("Falta un token"));
}

#[sqlx::test]
async fn missing_or_wrong_token_is_401(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    let body = json!({ "toPhoneNumber": PLAIN, "messageBody": "hola" });
    let token = dealer.token.clone().unwrap();
    for header in [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer okla_x".to_owned()),
        Some(format!("Basic {token}")),
        Some(token.clone()),
        Some(format!("Bearer {token}x")),
    ] {
        let mut request = app.anonymous().post_send(&body);
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let reply = Reply::of(request).await;
        assert_eq!(code(&reply, 401), "unauthorized", "{header:?}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
    let reply =
        Reply::of(app.anonymous().post_send(&body).header("authorization", format!("bearer {token}"))).await;
    assert_eq!(reply.status, 200, "a scheme has no case");
}

#[sqlx::test]
async fn revoked_token_is_401(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    sqlx::query("update api_tokens set revoked_at = now()").execute(&app.pool).await.unwrap();
    assert_eq!(code(&dealer.write(PLAIN, "hola").await, 401), "unauthorized");
}

#[sqlx::test]
async fn token_is_stored_only_as_its_hash(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    let token = dealer.token.unwrap();
    let rows: String = app
        .value(
            "select string_agg(t::text || encode(token_hash, 'escape'), '') from api_tokens t where $1 <> ''",
            "x",
        )
        .await;
    assert!(!rows.contains(&token) && !rows.contains(token.trim_start_matches("okla_")));
}

#[sqlx::test]
async fn unknown_paths_and_methods_are_told_in_json(pool: PgPool) {
    let (_app, dealer) = start(pool).await;
    for (method, path, status, expected) in [
        (Method::GET, SEND, 405, "method_not_allowed"),
        (Method::DELETE, SEND, 405, "method_not_allowed"),
        (Method::POST, "/api/whatsapp/status/x", 405, "method_not_allowed"),
        (Method::GET, "/api/whatsapp/nothing", 404, "not_found"),
        (Method::POST, "/api/x", 404, "not_found"),
        (Method::GET, "/api/", 404, "not_found"),
        (Method::GET, "/api", 404, "not_found"),
    ] {
        let reply = Reply::of(dealer.request(method.clone(), path)).await;
        assert_eq!(code(&reply, status), expected, "{method} {path}");
        assert_eq!(reply.header("allow").is_some(), status == 405, "{method} {path}");
    }
}

#[sqlx::test]
async fn unknown_messages_are_404_whatever_their_id(pool: PgPool) {
    let (_app, dealer) = start(pool).await;
    for id in [
        "01900000-0000-7000-8000-000000000000",
        "SM00000000000000000000000000000000",
        "x",
        "%00",
        "a%00b",
        "%ff",
        "%F0%9F%98%80",
        "'%20or%201=1",
        &"x".repeat(5_000),
    ] {
        let reply = dealer.status(id).await;
        assert_eq!(code(&reply, 404), "not_found", "{id:.40}");
    }
}

async fn post_raw(api: &Api, content_type: Option<&str>, body: impl Into<reqwest::Body>) -> Reply {
    let mut request = api.request(Method::POST, SEND).body(body);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    Reply::of(request).await
}

#[sqlx::test]
async fn what_is_not_json_is_refused(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    for broken in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"\"x\"",
        b"{\"toPhoneNumber\": 1, \"messageBody\": \"x\"}",
        b"{\"toPhoneNumber\": \"+18095551234\", \"messageBody\": \"\xff\"}",
        b"{\"toPhoneNumber\": \"+18095551234\", \"messageBody\": \"\\ud800\"}",
        b"{\"toPhoneNumber\": \"+18095551234\", \"messageBody\": \"x\"} trailing",
    ] {
        let reply = post_raw(&dealer, Some("application/json"), broken.to_vec()).await;
        assert_eq!(code(&reply, 400), "invalid_json", "{broken:?}");
    }
    let deep = "[".repeat(20_000);
    assert_eq!(code(&post_raw(&dealer, Some("application/json"), deep).await, 400), "invalid_json");
    for kind in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx")]
    {
        let reply = post_raw(&dealer, kind, "{}").await;
        assert_eq!(code(&reply, 415), "unsupported_media_type", "{kind:?}");
    }
    let large = format!("{{\"messageBody\": \"{}\"}}", "x".repeat(70_000));
    assert_eq!(code(&post_raw(&dealer, Some("application/json"), large).await, 413), "too_large");
    assert_eq!(app.count("messages").await, 0);
}

#[sqlx::test]
async fn content_type_may_name_its_charset_and_unknown_fields_are_ignored(pool: PgPool) {
    let (_app, dealer) = start(pool).await;
    let body = json!({ "toPhoneNumber": PLAIN, "messageBody": "hola", "later": [1] }).to_string();
    let reply = post_raw(&dealer, Some("Application/JSON; charset=utf-8"), body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}
