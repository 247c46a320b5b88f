//! `/sim`: truth, settings, the clock, inbound messages, forgetting.

use serde_json::{Value, json};

use super::rig::{Rig, SENDER};

const TO: &str = "+18095551234";

#[tokio::test]
async fn ground_truth_has_an_object_per_create_and_is_found_by_number_and_text() {
    let rig = Rig::start().await;
    let message = rig.send(TO, "uno").await;
    rig.send(TO, "uno y medio").await;
    rig.post("+18295550000", &[("MediaUrl", "https://okla.example/a.jpg")]).await.unwrap();
    let get = async |query: &str| -> Vec<Value> {
        rig.http.get(format!("{}/sim/messages{query}", rig.url)).send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(get("").await.len(), 3);
    for query in ["?to=%2B18095551234", "?to=+18095551234", "?to=whatsapp:+18095551234", "?to=18095551234"] {
        assert_eq!(get(query).await.len(), 2, "{query}");
    }
    assert_eq!(get("?body=uno").await.len(), 1);
    assert_eq!(get("?body=medio").await.len(), 1);
    let media = &get("?to=%2B18295550000").await[0];
    assert_eq!(media["mediaUrl"], "https://okla.example/a.jpg");
    assert!(media["sid"].as_str().unwrap().starts_with("MM"));

    let truth = &get("?body=uno").await[0];
    let fields: Vec<&String> = truth.as_object().unwrap().keys().collect();
    let mut expected = vec![
        "sid",
        "to",
        "from",
        "body",
        "mediaUrl",
        "contentSid",
        "contentVariables",
        "status",
        "errorCode",
        "createdAt",
    ];
    expected.sort_unstable();
    assert_eq!(fields, expected);
    assert_eq!(truth["sid"], message["sid"]);
    assert_eq!(truth["to"], "whatsapp:+18095551234");
}

#[tokio::test]
async fn settings_change_in_part_and_unknown_ones_are_refused() {
    let rig = Rig::start_as_delivered().await;
    let url = format!("{}/sim/settings", rig.url);
    let put = async |change: Value| rig.http.put(&url).json(&change).send().await.unwrap();
    let expected = json!({
        "latencyMs": 150, "callbackDelayMs": 500, "dropRate": 0.25, "duplicateRate": 0.0, "shuffle": false,
        "errorRate": 0.0, "enforceWindow": false, "approvalDelayMs": 1000, "accountStatus": "active", "failWith": null,
        "senderStatus": "ONLINE", "qualityRating": "HIGH", "messagingLimit": null,
    });
    assert_eq!(put(json!({ "dropRate": 0.25 })).await.json::<Value>().await.unwrap(), expected);
    let bare = rig.http.put(&url).body(r#"{"latencyMs":150}"#).send().await.unwrap();
    assert_eq!(bare.status(), 200, "curl sends no content type of JSON");
    for bad in [
        json!({ "dropRat": 0.5 }),
        json!({ "dropRate": 2 }),
        json!({ "latencyMs": null }),
        json!({ "accountStatus": "gone" }),
        json!([]),
    ] {
        assert_eq!(put(bad.clone()).await.status(), 400, "{bad}");
    }
    assert_eq!(rig.http.get(&url).send().await.unwrap().json::<Value>().await.unwrap(), expected);
}

#[tokio::test]
async fn error_rate_fails_calls_and_creates_nothing() {
    let rig = Rig::start().await;
    rig.set(json!({ "errorRate": 1.0 })).await;
    assert_eq!(rig.post(TO, &[("Body", "hola")]).await.unwrap().status(), 500);
    assert!(rig.truth(TO).await.is_empty());
}

#[tokio::test]
async fn any_failure_can_be_ordered_by_its_code() {
    let mut rig = Rig::start().await;
    rig.set(json!({ "failWith": 63001 })).await;
    let sid = rig.send(TO, "hola").await["sid"].as_str().unwrap().to_owned();
    assert_eq!(rig.fetch_when(&sid, "failed").await["error_code"], 63001);
    assert_eq!(rig.hook.next().await.field("ErrorCode"), Some("63001"));
    rig.set(json!({ "failWith": null })).await;
    let sid = rig.send(TO, "hola").await["sid"].as_str().unwrap().to_owned();
    rig.fetch_when(&sid, "read").await;
}

#[tokio::test]
async fn window_opens_with_an_inbound_message_and_closes_a_day_later() {
    let rig = Rig::start().await;
    let outcome = async |rig: &Rig, status: &str| {
        let sid = rig.send(TO, "libre").await["sid"].as_str().unwrap().to_owned();
        rig.fetch_when(&sid, status).await["error_code"].clone()
    };
    assert_eq!(outcome(&rig, "read").await, Value::Null, "not enforced at first");
    rig.set(json!({ "enforceWindow": true })).await;
    assert_eq!(outcome(&rig, "undelivered").await, 63016);
    rig.receive(&[("From", TO), ("Body", "¿Sigue disponible?")]).await;
    assert_eq!(outcome(&rig, "read").await, Value::Null);
    rig.advance(24 * 3_600).await;
    assert_eq!(outcome(&rig, "undelivered").await, 63016);
    let template = rig.post(TO, &[("ContentSid", "HX00000000000000000000000000000001")]).await.unwrap();
    let sid = template.json::<Value>().await.unwrap()["sid"].as_str().unwrap().to_owned();
    rig.fetch_when(&sid, "read").await;
}

#[tokio::test]
async fn inbound_message_is_posted_signed_and_listed() {
    let mut rig = Rig::start().await;
    let answer = rig
        .receive(&[
            ("From", "whatsapp:+18095551234"),
            ("ButtonText", "Sí, por favor"),
            ("MediaUrl0", "https://okla.example/a.jpg"),
            ("OriginalRepliedMessageSid", "SM1"),
            ("ProfileName", "José"),
        ])
        .await;
    assert_eq!(answer["webhookStatus"], 204);
    let posted = rig.hook.next().await;
    assert_eq!(posted.path, "/inbound");
    assert_eq!(posted.header("x-twilio-signature").len(), 28);
    let sender = format!("whatsapp:{SENDER}");
    for (field, expected) in [
        ("MessageSid", answer["sid"].as_str().unwrap()),
        ("From", "whatsapp:+18095551234"),
        ("To", sender.as_str()),
        ("WaId", "18095551234"),
        ("Body", "Sí, por favor"),
        ("ButtonText", "Sí, por favor"),
        ("NumMedia", "1"),
        ("MediaUrl0", "https://okla.example/a.jpg"),
        ("MediaContentType0", "image/jpeg"),
        ("OriginalRepliedMessageSid", "SM1"),
        ("OriginalRepliedMessageSender", sender.as_str()),
        ("ProfileName", "José"),
        ("SmsStatus", "received"),
    ] {
        assert_eq!(posted.field(field), Some(expected), "{field}");
    }
    let listed = rig.fetch(answer["sid"].as_str().unwrap()).await;
    assert_eq!((&listed["direction"], &listed["status"]), (&json!("inbound"), &json!("received")));
    let nobody =
        rig.http.post(format!("{}/sim/inbound", rig.url)).form(&[("Body", "x")]).send().await.unwrap();
    assert_eq!(nobody.status(), 400);
}

#[tokio::test]
async fn forgetting_ends_all_that_was_and_all_that_was_pending() {
    let mut rig = Rig::start().await;
    rig.set(json!({ "callbackDelayMs": 300 })).await;
    rig.send(TO, "hola").await;
    let gone = rig.http.delete(format!("{}/sim", rig.url)).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert!(rig.truth(TO).await.is_empty());
    assert!(rig.hook.statuses().await.is_empty());
    assert_eq!(std::fs::read_to_string(&rig.state_file).unwrap(), "");
    let url = format!("{}/sim/settings", rig.url);
    let settings: Value = rig.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(settings["callbackDelayMs"], 500);
}

#[tokio::test]
async fn what_people_wrote_is_listed_oldest_first_and_apart_from_creates() {
    let rig = Rig::start().await;
    rig.send("+18095551234", "from us").await;
    rig.receive(&[("From", "+18095551234"), ("Body", "one")]).await;
    rig.receive(&[("From", "+18295551234"), ("Body", "two")]).await;

    let url = format!("{}/sim/inbound", rig.url);
    let listed: Vec<Value> = rig.http.get(url).send().await.unwrap().json().await.unwrap();
    let words: Vec<_> = listed
        .iter()
        .map(|message| (message["from"].as_str().unwrap(), message["body"].as_str().unwrap()))
        .collect();
    assert_eq!(words, [("whatsapp:+18095551234", "one"), ("whatsapp:+18295551234", "two")]);
}
