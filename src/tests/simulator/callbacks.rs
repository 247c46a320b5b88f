//! Status callbacks: their order, fields, headers and retries.

use std::time::{Duration, Instant};

use serde_json::json;

use super::rig::{ACCOUNT, Rig, SENDER};

const TO: &str = "+18095551234";

#[tokio::test]
async fn sent_delivered_and_read_are_told_in_order_with_twilios_fields() {
    let mut rig = Rig::start().await;
    let message = rig.send(TO, "hola").await;
    let sid = message["sid"].as_str();
    let sent = rig.hook.next().await;
    assert_eq!(sent.path, "/status?m=7");
    assert_eq!(sent.header("user-agent"), "TwilioProxy/1.1");
    assert_eq!(sent.header("content-type"), "application/x-www-form-urlencoded; charset=utf-8");
    assert_eq!(sent.header("x-twilio-signature").len(), 28);
    let sender = format!("whatsapp:{SENDER}");
    for (field, expected) in [
        ("MessageSid", sid),
        ("SmsSid", sid),
        ("MessageStatus", Some("sent")),
        ("SmsStatus", Some("sent")),
        ("To", Some("whatsapp:+18095551234")),
        ("From", Some(sender.as_str())),
        ("AccountSid", Some(ACCOUNT)),
        ("ApiVersion", Some("2010-04-01")),
        ("ChannelPrefix", Some("whatsapp")),
        ("ChannelToAddress", Some("+1809555XXXX")),
        ("StructuredMessage", Some("false")),
        ("EventType", None),
        ("ErrorCode", None),
    ] {
        assert_eq!(sent.field(field), expected, "{field}");
    }
    let delivered = rig.hook.next().await;
    assert_eq!(delivered.field("MessageStatus"), Some("delivered"));
    assert_eq!(delivered.field("EventType"), Some("DELIVERED"));
    assert_ne!(delivered.header("i-twilio-idempotency-token"), sent.header("i-twilio-idempotency-token"));
    assert_eq!(rig.hook.next().await.field("EventType"), Some("READ"));
    assert!(rig.hook.statuses().await.is_empty());
}

#[tokio::test]
async fn default_beat_is_half_a_second() {
    let mut rig = Rig::start_as_delivered().await;
    let began = Instant::now();
    rig.send(TO, "hola").await;
    for (status, millis) in [("sent", 500), ("delivered", 1_500), ("read", 4_000)] {
        assert_eq!(rig.hook.next().await.field("MessageStatus"), Some(status));
        assert!(began.elapsed() >= Duration::from_millis(millis), "{status} came too early");
    }
}

#[tokio::test]
async fn status_is_true_before_it_is_told() {
    let mut rig = Rig::start().await;
    let sid = rig.send(TO, "hola").await["sid"].as_str().unwrap().to_owned();
    assert_eq!(rig.hook.next().await.field("MessageStatus"), Some("sent"));
    assert_ne!(rig.fetch(&sid).await["status"], "queued");
}

#[tokio::test]
async fn server_error_is_not_retried_by_default() {
    let mut rig = Rig::start().await;
    rig.hook.answer(vec![500]).await;
    rig.send("+18095550999", "hola").await;
    assert_eq!(rig.hook.statuses().await, ["sent"]);
}

#[tokio::test]
async fn fragment_orders_retries_which_keep_their_token() {
    let mut rig = Rig::start().await;
    rig.hook.answer(vec![500, 503]).await;
    let callback = format!("{}/status?m=1#rc=3&rp=ct,rt,5xx&rt=4000", rig.hook.url);
    rig.post("+18095550999", &[("Body", "hola"), ("StatusCallback", &callback)]).await.unwrap();
    let first = rig.hook.next().await;
    assert_eq!(first.path, "/status?m=1", "a fragment is never sent");
    for _ in 0..2 {
        let again = rig.hook.next().await;
        assert_eq!(again.fields, first.fields);
        for header in ["i-twilio-idempotency-token", "x-twilio-signature"] {
            assert_eq!(again.header(header), first.header(header));
        }
    }
    assert!(rig.hook.statuses().await.is_empty(), "a success ends it");
}

#[tokio::test]
async fn rates_and_shuffle_apply_to_every_number() {
    let mut rig = Rig::start().await;
    rig.set(json!({ "dropRate": 1.0 })).await;
    rig.send(TO, "dropped").await;
    assert!(rig.hook.statuses().await.is_empty());
    rig.set(json!({ "dropRate": 0, "duplicateRate": 1 })).await;
    rig.send(TO, "doubled").await;
    assert_eq!(rig.hook.statuses().await, ["sent", "sent", "delivered", "delivered", "read", "read"]);
    rig.set(json!({ "duplicateRate": 0, "shuffle": true })).await;
    rig.send(TO, "shuffled").await;
    let mut told = rig.hook.statuses().await;
    assert_ne!(told, ["sent", "delivered", "read"]);
    told.sort();
    assert_eq!(told, ["delivered", "read", "sent"]);
}

#[tokio::test]
async fn service_picks_the_sender_first_and_tells_queued() {
    let mut rig = Rig::start().await;
    let form = [
        ("To", "whatsapp:+18095551234"),
        ("MessagingServiceSid", "MG00000000000000000000000000000001"),
        ("Body", "hola"),
        ("StatusCallback", &format!("{}/status", rig.hook.url)),
    ];
    let answer = rig.api(reqwest::Method::POST, "Messages.json").form(&form).send().await.unwrap();
    let message: serde_json::Value = answer.json().await.unwrap();
    assert_eq!((&message["status"], &message["num_segments"]), (&json!("accepted"), &json!("0")));
    assert_eq!(message["from"], json!(null));
    assert_eq!(rig.hook.statuses().await, ["queued", "sent", "delivered", "read"]);
}
