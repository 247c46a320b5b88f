//! The API's good answers, field by field as the contract has them.

use okla::domain::user::Role;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Options, PLAIN, Reply, TestApp};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn is_uuid(text: &Value) -> bool {
    text.as_str().unwrap().parse::<uuid::Uuid>().is_ok()
}

#[sqlx::test]
async fn message_that_twilio_took_is_answered_200(pool: PgPool) {
    let app = TestApp::start(pool).await;
    // Slow enough that no callback comes before the answer.
    app.sim.set(json!({ "callbackDelayMs": 5_000 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.open_window(PLAIN).await;
    let reply = dealer.write("(809) 555-1234", "Hola\r\n¿sigue?\r").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let told = &reply.json;
    assert_eq!(keys(told), ["cost", "id", "messageId", "parts", "status", "success"]);
    assert_eq!(told["success"], true);
    assert_eq!(told["status"], "queued");
    assert_eq!(told["cost"].to_string(), "0.015", "a JSON number");
    assert_eq!(told["parts"], 1);
    assert!(is_uuid(&told["id"]));
    let truth = app.sim_messages(PLAIN).await;
    assert_eq!(told["messageId"], truth[0]["sid"]);
    assert_eq!(truth[0]["body"], "Hola\n¿sigue?\n");
}

#[sqlx::test]
async fn respond_async_is_answered_202_with_where_to_ask(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    for prefer in ["respond-async", "wait=5, Respond-Async"] {
        let body = json!({ "toPhoneNumber": PLAIN, "messageBody": "hola" });
        let reply = Reply::of(dealer.post_send(&body).header("prefer", prefer)).await;
        assert_eq!(reply.status, 202);
        assert_eq!(reply.json["success"], true);
        assert_eq!(reply.json["messageId"], Value::Null);
        assert_eq!(reply.json["status"], "queued");
        assert_eq!(reply.json["cost"].to_string(), "0.015");
        let location = reply.header("location").unwrap();
        assert_eq!(location, format!("/api/whatsapp/status/{}", reply.id()));
        app.wait_for(&reply.id(), "read").await;
        assert_eq!(Reply::of(dealer.request(reqwest::Method::GET, location)).await.json["status"], "read");
    }
}

#[sqlx::test]
async fn status_has_every_field_of_the_contract(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "hola").await.id();
    app.wait_for(&id, "read").await;
    let reply = dealer.status(&id).await;
    let told = &reply.json;
    let mut expected = vec![
        "id",
        "messageId",
        "status",
        "errorCode",
        "errorMessage",
        "cost",
        "attemptCount",
        "parts",
        "partStates",
        "createdAt",
        "sentAt",
        "deliveredAt",
        "readAt",
        "checkedAt",
        "events",
    ];
    expected.sort_unstable();
    assert_eq!(keys(told), expected);
    assert_eq!(told["id"], id.as_str());
    assert_eq!(told["errorCode"], Value::Null);
    assert_eq!(told["errorMessage"], Value::Null);
    assert_eq!(told["parts"], 1);
    assert_eq!(told["partStates"].as_array().unwrap().len(), 1);
    assert_eq!(told["partStates"][0]["status"], "read");
    let times = ["createdAt", "sentAt", "deliveredAt", "readAt"];
    let times = times.map(|time| told[time].as_str().unwrap());
    assert!(times.is_sorted(), "{times:?}");
    assert!(times[0].ends_with('Z'));
    // By Twilio's id it is the same.
    let by_sid = dealer.status(told["messageId"].as_str().unwrap()).await;
    assert_eq!(by_sid.json, *told);
    let said: Vec<&Value> = told["events"].as_array().unwrap().iter().map(|event| &event["status"]).collect();
    for status in ["queued", "sent", "delivered", "read"] {
        assert!(said.iter().any(|said| **said == status), "{said:?}");
    }
}

#[sqlx::test]
async fn message_is_there_before_twilio_is_called(pool: PgPool) {
    let options = Options { workers: false, ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write_async(PLAIN, "hola").await.id();
    assert!(app.sim_messages(PLAIN).await.is_empty());
    let told = dealer.status(&id).await.json;
    assert_eq!(told["status"], "queued");
    assert_eq!(told["attemptCount"], 0);
    assert_eq!(told["sentAt"], Value::Null);
    app.work().await;
    assert_eq!(app.sim_messages(PLAIN).await.len(), 1);
}
