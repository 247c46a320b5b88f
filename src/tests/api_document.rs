//! The API's own description. That every answer is the one described is held wherever a test asks the API
//! (`app/document.rs`); here is what is left to say of it.

use okla::{domain::user::Role, web::api::document};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{PLAIN, Reply, TestApp};

#[sqlx::test]
async fn document_is_served_to_anyone_and_names_every_path(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let reply = Reply::of(app.anonymous().request(Method::GET, "/api/openapi.json")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json["openapi"], "3.1.0");
    let paths: Vec<&String> = reply.json["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        ["/api/openapi.json", "/api/whatsapp/messages", "/api/whatsapp/send", "/api/whatsapp/status/{id}"]
    );
    let page = Reply::of(app.anonymous().request(Method::GET, "/api/docs")).await;
    assert_eq!(page.status, 200);
    for path in paths {
        assert!(page.text.contains(path.as_str()), "{path} is not on the page");
    }
}

/// What the contract promises of `/send`, whether a test has met it or not.
#[test]
fn send_names_every_answer_of_the_contract() {
    let document = serde_json::to_value(document()).unwrap();
    let send = &document["paths"]["/api/whatsapp/send"]["post"];
    let statuses: Vec<&String> = send["responses"].as_object().unwrap().keys().collect();
    let expected =
        ["200", "202", "400", "401", "403", "405", "409", "413", "415", "422", "429", "500", "502", "503"];
    assert_eq!(statuses, expected);
    for status in ["200", "202", "429"] {
        assert!(send["responses"][status]["headers"]["RateLimit"].is_object());
    }
    let answer = &document["components"]["schemas"]["SendAnswer"]["properties"];
    assert_eq!(answer["cost"]["type"], "number");
    assert_eq!(answer["status"]["enum"].as_array().unwrap().len(), 9);
    let key = &send["parameters"][0];
    assert_eq!((&key["name"], &key["schema"]["type"]), (&json!("Idempotency-Key"), &json!("string")));
}

#[sqlx::test]
async fn requests_that_the_document_allows_are_taken_and_others_are_not(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let document = serde_json::to_value(document()).unwrap();
    let mut schema = json!({ "$ref": "#/components/schemas/SendRequest" });
    schema["components"] = document["components"].clone();
    let allowed = jsonschema::validator_for(&schema).unwrap();
    for (field, value) in [
        ("toPhoneNumber", json!("(829) 555\u{2013}1234")),
        ("toPhoneNumber", json!("0829")),
        ("toPhoneNumber", Value::Null),
        ("messageBody", json!("una\nlínea\ty 🚗")),
        ("messageBody", json!("a\u{7}")),
        ("messageBody", json!("")),
        ("imageUrl", json!("http://ejemplo.com/a.jpg")),
        ("imageUrl", Value::Null),
        ("kind", json!("test_drive")),
        ("kind", Value::Null),
        ("kind", json!("spam")),
        ("vehicleId", json!(7)),
    ] {
        let mut body = json!({ "toPhoneNumber": PLAIN, "messageBody": "hola" });
        body[field] = value;
        let taken = Reply::of(dealer.post_send(&body).header("prefer", "respond-async")).await.status == 202;
        assert_eq!(taken, allowed.is_valid(&body), "{body}");
    }
}
