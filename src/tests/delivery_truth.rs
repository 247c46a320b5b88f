//! What is known of a message stays true, in whatever order and however often it is told.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use okla::domain::user::Role;
use serde_json::json;
use sqlx::PgPool;

use crate::{
    app::{Options, PLAIN, TestApp},
    owner::GatewayMock,
};

/// The sid that [`GatewayMock`] gives.
const SID: &str = "SM1234567890";

async fn app_without_a_twilio(pool: PgPool) -> TestApp {
    let options = Options { gateway: Some(Arc::new(GatewayMock::default())), ..Options::default() };
    TestApp::start_with(pool, options).await
}

#[sqlx::test]
async fn status_only_moves_forward(pool: PgPool) {
    let app = app_without_a_twilio(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "hola").await.id();
    for (said, is) in [
        ("sent", "sent"),
        ("sending", "sent"),
        ("failed", "failed"),
        ("sent", "failed"),
        // With several devices a delivery is reported after a failure.
        ("delivered", "delivered"),
        ("undelivered", "delivered"),
        ("read", "read"),
        ("delivered", "read"),
        ("queued", "read"),
        ("canceled", "read"),
    ] {
        assert_eq!(app.callback(SID, said, &[]).await.status, 204);
        assert_eq!(app.stored_status(&id).await, is, "after {said}");
    }
    assert_eq!(dealer.status(&id).await.json["cost"].to_string(), "0.015");
}

#[sqlx::test]
async fn times_are_those_of_the_first_word(pool: PgPool) {
    let app = app_without_a_twilio(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "hola").await.id();
    app.callback(SID, "delivered", &[]).await;
    let first = dealer.status(&id).await.json;
    assert_eq!(first["sentAt"], first["deliveredAt"], "who has it was sent it");
    app.clock.advance(TimeDelta::seconds(3));
    app.callback(SID, "sent", &[]).await;
    app.callback(SID, "read", &[]).await;
    let then = dealer.status(&id).await.json;
    assert_eq!(then["sentAt"], first["sentAt"]);
    assert_eq!(then["deliveredAt"], first["deliveredAt"]);
    assert!(then["readAt"].as_str() > first["deliveredAt"].as_str());
}

#[sqlx::test]
async fn error_code_is_never_erased(pool: PgPool) {
    let app = app_without_a_twilio(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "hola").await.id();
    app.callback(SID, "undelivered", &[("ErrorCode", "63016")]).await;
    app.callback(SID, "undelivered", &[]).await;
    app.callback(SID, "failed", &[("ErrorCode", "0")]).await;
    app.callback(SID, "sent", &[("ErrorCode", "no number")]).await;
    let told = dealer.status(&id).await.json;
    assert_eq!(told["errorCode"], 63016);
    assert_eq!(told["status"], "undelivered");
}

#[sqlx::test]
async fn strange_words_are_stored_and_change_nothing(pool: PgPool) {
    let app = app_without_a_twilio(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "hola").await.id();
    for strange in ["teleported", "", "SENT", "sent\0", "\u{1f600}"] {
        assert_eq!(app.callback(SID, strange, &[]).await.status, 204, "{strange:?}");
        assert_eq!(app.stored_status(&id).await, "queued", "{strange:?}");
    }
    let long = "9".repeat(5_000);
    for (name, value) in
        [("ErrorCode", "99999999999999"), ("ErrorMessage", "\0"), ("New\0Field", "x"), ("ErrorCode", &long)]
    {
        let answer = app.callback(SID, "teleported", &[(name, value)]).await;
        assert_eq!(answer.status, 204, "{name:?}");
    }
    let events = dealer.status(&id).await.json["events"].to_string();
    assert!(events.contains("teleported"), "{events}");
}

#[sqlx::test]
async fn callback_of_an_unknown_sid_waits_for_its_message(pool: PgPool) {
    let app = app_without_a_twilio(pool).await;
    assert_eq!(app.callback(SID, "sent", &[]).await.status, 204);
    assert_eq!(app.callback(SID, "delivered", &[]).await.status, 204);
    assert_eq!(app.callback("SM-of-somebody-else", "read", &[]).await.status, 204);
    let dealer = app.token_for(Role::Dealer).await;
    let reply = dealer.write(PLAIN, "hola").await;
    assert_eq!(reply.status, 200);
    app.wait_for(&reply.id(), "delivered").await;
    assert_eq!(dealer.status(&reply.id()).await.json["events"].as_array().unwrap().len(), 3);
}

#[sqlx::test]
async fn callback_may_come_before_the_creates_answer(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.sim.set(json!({ "latencyMs": 600 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let reply = dealer.write_async(PLAIN, "hola").await;
    app.wait_for(&reply.id(), "read").await;
    let waiting: i64 = app.count("outbox").await;
    assert_eq!(waiting, 1, "the create is not answered yet");
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(app.count("outbox").await, 0);
    let told = dealer.status(&reply.id()).await.json;
    assert_eq!(told["status"], "read");
    assert_eq!(told["attemptCount"], 1);
    let created = app.sim_messages(PLAIN).await;
    assert_eq!(created.len(), 1);
    assert_eq!(told["messageId"], created[0]["sid"]);
}

#[sqlx::test]
async fn price_is_asked_for_because_no_callback_tells_it(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "hola").await.id();
    app.wait_for(&id, "read").await;
    app.advance(TimeDelta::seconds(121)).await;
    let priced = async {
        loop {
            app.work().await;
            let price: Option<String> = app
                .value(
                    "select provider_price || ' ' || provider_price_currency from message_parts where id = $1::uuid",
                    &id,
                )
                .await;
            if price.is_some() {
                return price;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let price = tokio::time::timeout(Duration::from_secs(5), priced).await.unwrap();
    assert_eq!(price.as_deref(), Some("0.00500 USD"));
    assert_eq!(
        dealer.status(&id).await.json["cost"].to_string(),
        "0.015",
        "what the dealer pays is OKLA's price"
    );
}

#[sqlx::test]
async fn what_is_known_is_told_while_twilio_is_down(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write("+18095551999", "hola").await.id();
    app.wait_for(&id, "sent").await;
    app.sim.set(json!({ "errorRate": 1.0 })).await;
    app.clock.advance(TimeDelta::seconds(6));
    let told = dealer.status(&id).await;
    assert_eq!(told.status, 200);
    assert_eq!(told.json["status"], "sent");
}
