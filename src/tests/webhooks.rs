//! Twilio's webhooks: only what Twilio signed is taken in, and all of it once.

use okla::domain::user::Role;
use serde_json::json;
use sqlx::PgPool;

use crate::{
    app::{Options, PLAIN, TestApp, Webhook},
    simulator::rig::TOKEN,
};

const STATUS: &str = "/webhooks/twilio/status?m=01900000-0000-7000-8000-000000000000";
const INBOUND: &str = "/webhooks/twilio/inbound";
const FIELDS: [(&str, &str); 5] = [
    ("MessageSid", "SM00000000000000000000000000000001"),
    ("MessageStatus", "delivered"),
    ("From", "whatsapp:+18095551234"),
    ("To", "whatsapp:+14155238886"),
    ("Body", "¿Sí, a las 3? 100% & más"),
];

async fn stored(app: &TestApp) -> i64 {
    app.count("message_events").await + app.count("inbound_messages").await
}

#[sqlx::test]
async fn signed_webhook_is_stored_and_answered_204(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for path in [STATUS, INBOUND] {
        let answer = Webhook::signed(&app, path, &FIELDS, TOKEN).post(&app).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.text, "", "whatever is answered would reach the person");
    }
    assert_eq!(stored(&app).await, 2);
}

#[sqlx::test]
async fn changed_webhook_is_refused_and_nothing_is_stored(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for path in [STATUS, INBOUND] {
        let signed = || Webhook::signed(&app, path, &FIELDS, TOKEN);
        let mut body = signed();
        body.body = body.body.replacen("delivered", "deliverec", 1);
        let mut added = signed();
        added.body.push_str("&Added=1");
        let mut url = signed();
        url.url.push_str(if path.contains('?') { "&x=1" } else { "?x=1" });
        let mut unsigned = signed();
        unsigned.signature = None;
        let mut empty = signed();
        empty.signature = Some(String::new());
        let mut flipped = signed();
        flipped.signature = flipped.signature.map(|text| text.chars().rev().collect());
        let other_token = Webhook::signed(&app, path, &FIELDS, "another-token");
        let no_token = Webhook::signed(&app, path, &FIELDS, "");
        for (number, spoilt) in
            [body, added, url, unsigned, empty, flipped, other_token, no_token].into_iter().enumerate()
        {
            assert_eq!(spoilt.post(&app).await.status, 403, "{path}, {number}");
        }
    }
    // A signature is good for its own address only.
    let mut moved = Webhook::signed(&app, STATUS, &FIELDS, TOKEN);
    moved.url = format!("{}{INBOUND}", app.url);
    assert_eq!(moved.post(&app).await.status, 403);
    assert_eq!(stored(&app).await, 0);
}

#[sqlx::test]
async fn every_token_of_the_list_verifies_while_rotating(pool: PgPool) {
    let options = Options { auth_tokens: vec!["the-new-token", TOKEN], ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    for token in ["the-new-token", TOKEN] {
        let answer = Webhook::signed(&app, STATUS, &FIELDS, token).post(&app).await;
        assert_eq!(answer.status, 204, "{token}");
    }
    let both = Webhook::signed(&app, STATUS, &FIELDS, &format!("the-new-token,{TOKEN}"));
    assert_eq!(both.post(&app).await.status, 403);
}

#[sqlx::test]
async fn webhook_over_64_kib_is_413(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let long = "x".repeat(64 * 1024);
    for path in [STATUS, INBOUND] {
        let answer = Webhook::signed(&app, path, &[("Body", &long)], TOKEN).post(&app).await;
        assert_eq!(answer.status, 413);
    }
    assert_eq!(stored(&app).await, 0);
}

#[sqlx::test]
async fn webhook_without_a_sid_or_a_sender_is_taken_in_and_means_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for path in [STATUS, INBOUND, "/webhooks/twilio/status?m=no-uuid", "/webhooks/twilio/status?m=%ff"] {
        let answer = Webhook::signed(&app, path, &[("New", "field")], TOKEN).post(&app).await;
        assert_eq!(answer.status, 204, "{path}");
    }
}

#[sqlx::test]
async fn inbound_message_is_stored_once(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for _ in 0..3 {
        Webhook::signed(&app, INBOUND, &FIELDS, TOKEN).post(&app).await;
    }
    assert_eq!(app.count("inbound_messages").await, 1);
    let kept: String = app
        .value("select from_address || ' ' || body from inbound_messages where sid = $1", FIELDS[0].1)
        .await;
    assert_eq!(kept, "+18095551234 ¿Sí, a las 3? 100% & más");
}

#[sqlx::test]
async fn answer_from_the_simulated_phone_arrives(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let told = app.sim.receive(&[("From", "whatsapp:+18095551234"), ("Body", "Sí, está disponible\0")]).await;
    assert_eq!(told["webhookStatus"], 204, "{told}");
    assert_eq!(app.count("inbound_messages").await, 1);
}

#[sqlx::test]
async fn event_keeps_neither_the_persons_number_nor_his_words(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.sim.set(json!({ "callbackDelayMs": 10 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "una palabra secreta").await.id();
    app.wait_for(&id, "read").await;
    Webhook::signed(&app, STATUS, &FIELDS, TOKEN).post(&app).await;
    let quoting: Vec<_> = FIELDS
        .into_iter()
        .chain([("ErrorMessage", "whatsapp:+18095551234 is blocked"), ("ErrorCode", "63014")])
        .collect();
    Webhook::signed(&app, STATUS, &quoting, TOKEN).post(&app).await;
    let events: String =
        app.value("select string_agg(e::text, ' ') from message_events e where $1 <> ''", "x").await;
    for personal in ["8095551234", "secreta", "100%"] {
        assert!(!events.contains(personal), "{events}");
    }
}
