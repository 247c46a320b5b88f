//! Create, fetch, list, redact, cancel, delete; JSON and XML; what is refused.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use super::rig::{ACCOUNT, Rig, SENDER};

const TO: &str = "+18095551234";

#[tokio::test]
async fn created_message_is_queued_and_has_neither_price_nor_date_sent() {
    let rig = Rig::start_as_delivered().await;
    let began = std::time::Instant::now();
    let answer = rig.post(TO, &[("Body", "Hola, ¿ñ & +?")]).await.unwrap();
    assert!(began.elapsed().as_millis() >= 150, "answers after 150 ms by default");
    assert_eq!(answer.status(), 201);
    let headers = answer.headers().clone();
    assert!(headers["twilio-request-id"].to_str().unwrap().starts_with("RQ"));
    assert_eq!(headers["twilio-concurrent-requests"], "1");
    assert!(headers["twilio-request-duration"].to_str().unwrap().parse::<f64>().unwrap() >= 0.15);

    let message: Value = answer.json().await.unwrap();
    let sid = message["sid"].as_str().unwrap();
    assert!(sid.starts_with("SM") && sid.len() == 34);
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}");
    for (field, expected) in [
        ("body", json!("Hola, ¿ñ & +?")),
        ("to", json!("whatsapp:+18095551234")),
        ("from", json!(format!("whatsapp:{SENDER}"))),
        ("status", json!("queued")),
        ("direction", json!("outbound-api")),
        ("num_segments", json!("1")),
        ("num_media", json!("0")),
        ("price", Value::Null),
        ("price_unit", json!("USD")),
        ("date_sent", Value::Null),
        ("error_code", Value::Null),
        ("error_message", Value::Null),
        ("messaging_service_sid", Value::Null),
        ("account_sid", json!(ACCOUNT)),
        ("api_version", json!("2010-04-01")),
        ("uri", json!(format!("{path}.json"))),
        ("subresource_uris", json!({ "media": format!("{path}/Media.json") })),
    ] {
        assert_eq!(message[field], expected, "{field}");
    }
    let created = message["date_created"].as_str().unwrap();
    assert!(DateTime::parse_from_rfc2822(created).is_ok(), "{created}");
    rig.stop().await;
}

#[tokio::test]
async fn price_is_filled_after_six_seconds_and_the_status_stays() {
    let rig = Rig::start().await;
    let sid = rig.send(TO, "hola").await["sid"].as_str().unwrap().to_owned();
    let read = rig.fetch_when(&sid, "read").await;
    assert_eq!(read["price"], Value::Null);
    assert!(read["date_sent"].is_string());
    rig.advance(6).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let priced = rig.fetch(&sid).await;
    assert_eq!((&priced["price"], &priced["status"]), (&json!("-0.00500"), &json!("read")));
}

#[tokio::test]
async fn what_twilio_refuses_at_create_is_refused_with_its_code() {
    let rig = Rig::start().await;
    let long = "a".repeat(1_601);
    let emoji = "🚗".repeat(801);
    let to = ("To", "whatsapp:+18095551234");
    let from = ("From", "whatsapp:+14155238886");
    let body = ("Body", "hola");
    let cases: &[(u32, &[(&str, &str)])] = &[
        (21604, &[from, body]),
        (21211, &[("To", "whatsapp:+0"), from, body]),
        (21211, &[("To", "+18095551234"), from, body]),
        (21211, &[("To", "whatsapp:+14155238886"), from, body]),
        (21603, &[to, body]),
        (63007, &[to, ("From", "whatsapp:+14155550000"), body]),
        (63007, &[to, ("From", "+14155238886"), body]),
        (21619, &[to, from]),
        (21602, &[to, from, ("Body", "")]),
        (21617, &[to, from, ("Body", &long)]),
        (21617, &[to, from, ("Body", &emoji)]),
        (21620, &[to, from, ("MediaUrl", "nonsense")]),
        (21609, &[to, from, body, ("StatusCallback", "ftp://x")]),
        (21609, &[to, from, body, ("StatusCallback", "https://a_b.example/")]),
        (21654, &[to, from, body, ("ContentVariables", "{}")]),
        (21655, &[to, from, ("ContentSid", "HX1")]),
        (35118, &[to, from, body, ("SendAt", "2030-01-01T00:00:00Z"), ("ScheduleType", "fixed")]),
    ];
    for (code, form) in cases {
        let answer = rig.api(Method::POST, "Messages.json").form(form).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{code}");
        let error: Value = answer.json().await.unwrap();
        assert_eq!(error["code"], *code, "{error}");
        assert_eq!(error["status"], 400);
        assert_eq!(error["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    assert!(rig.truth(TO).await.is_empty(), "a refused create leaves nothing");
    assert_eq!(rig.post(TO, &[("Body", &"a".repeat(1_600))]).await.unwrap().status(), 201);
}

#[tokio::test]
async fn only_the_accounts_token_or_its_api_key_is_admitted() {
    let rig = Rig::start().await;
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", rig.url);
    let other = url.replace(ACCOUNT, "AC00000000000000000000000000000002");
    let status = async |url: &str, user: &str, secret: &str| {
        rig.http.get(url).basic_auth(user, Some(secret)).send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(&url, ACCOUNT, super::rig::TOKEN).await, 200);
    assert_eq!(status(&url, "SK1", "shh").await, 200);
    assert_eq!(status(&url, ACCOUNT, "wrong").await, 401);
    assert_eq!(status(&url, "SK1", super::rig::TOKEN).await, 401);
    assert_eq!(status(&other, ACCOUNT, super::rig::TOKEN).await, 401);
    let error: Value = rig.http.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(error["code"], 20003);
}

#[tokio::test]
async fn path_without_json_answers_xml_errors_too() {
    let rig = Rig::start().await;
    let form = [("To", "whatsapp:+18095551234"), ("From", "whatsapp:+14155238886"), ("Body", "a < b & c")];
    let answer = rig.api(Method::POST, "Messages").form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["content-type"], "application/xml");
    let xml = answer.text().await.unwrap();
    let sid = xml.split("<Sid>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    for part in [
        "<TwilioResponse><Message>",
        "<Price/>",
        "<DateSent/>",
        "<PriceUnit>USD</PriceUnit>",
        "<Body>a &lt; b &amp; c</Body>",
        &format!("<Uri>/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}</Uri>"),
        &format!("<SubresourceUris><Media>/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}/Media</Media>"),
    ] {
        assert!(xml.contains(part), "{part} is not in {xml}");
    }

    let list = rig.api(Method::GET, "Messages?PageSize=1").send().await.unwrap().text().await.unwrap();
    assert!(list.contains("<Messages ") && list.contains(r#" pagesize="1""#), "{list}");
    assert!(list.contains(&format!("<Sid>{sid}</Sid>")));

    let error = rig.api(Method::GET, "Messages/SM1").send().await.unwrap();
    assert_eq!(error.status(), 404);
    let error = error.text().await.unwrap();
    assert!(error.contains("<RestException><Code>20404</Code>"), "{error}");
    assert!(error.contains("<Status>404</Status>"), "{error}");
}

#[tokio::test]
async fn list_is_newest_first_and_its_pages_hold_still_while_messages_come_and_go() {
    let rig = Rig::start().await;
    for number in 0..5 {
        rig.send(TO, &format!("n{number}")).await;
    }
    let other = rig.send("+18095550000", "other").await;
    let first = page(&rig, "Messages.json?PageSize=2&To=whatsapp%3A%2B18095551234").await;
    assert_eq!(bodies(&first), ["n4", "n3"]);
    assert_eq!((&first["page"], &first["page_size"]), (&json!(0), &json!(2)));
    assert_eq!((&first["start"], &first["end"]), (&json!(0), &json!(1)));
    assert_eq!(first["previous_page_uri"], Value::Null);

    rig.send(TO, "newer").await;
    let last = first["messages"][1]["sid"].as_str().unwrap();
    rig.fetch_when(last, "read").await;
    assert_eq!(rig.api(Method::DELETE, &format!("Messages/{last}.json")).send().await.unwrap().status(), 204);

    let second = follow(&rig, &first["next_page_uri"]).await;
    assert_eq!(bodies(&second), ["n2", "n1"]);
    assert_eq!((&second["page"], &second["start"]), (&json!(1), &json!(2)));
    let third = follow(&rig, &second["next_page_uri"]).await;
    assert_eq!(bodies(&third), ["n0"]);
    assert_eq!(third["next_page_uri"], Value::Null);
    assert_eq!(bodies(&follow(&rig, &third["previous_page_uri"]).await), ["n2", "n1"]);
    assert_eq!(page(&rig, "Messages.json").await["messages"].as_array().unwrap().len(), 6);

    let sid = other["sid"].as_str().unwrap();
    rig.fetch_when(sid, "read").await;
    let tomorrow = in_hours(24).format("%Y-%m-%d");
    let sent_later = page(&rig, &format!("Messages.json?DateSent%3E={tomorrow}")).await;
    assert!(bodies(&sent_later).is_empty());
    let sent_before =
        page(&rig, &format!("Messages.json?DateSent%3C={tomorrow}&To=whatsapp%3A%2B18095550000")).await;
    assert_eq!(bodies(&sent_before), ["other"]);
}

#[tokio::test]
async fn message_is_redacted_and_deleted_once_it_is_final() {
    let rig = Rig::start().await;
    rig.set(json!({ "callbackDelayMs": 300 })).await;
    let sid = rig.send(TO, "secreto").await["sid"].as_str().unwrap().to_owned();
    let path = format!("Messages/{sid}.json");
    let early = rig.api(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(early.status(), 409);
    assert_eq!(early.json::<Value>().await.unwrap()["code"], 20009);

    let refused = rig.api(Method::POST, &path).form(&[("Body", "other words")]).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    let redacted = rig.api(Method::POST, &path).form(&[("Body", "")]).send().await.unwrap();
    assert_eq!(redacted.json::<Value>().await.unwrap()["body"], "");
    assert_eq!(rig.truth(TO).await[0]["body"], "");

    rig.fetch_when(&sid, "delivered").await;
    assert_eq!(rig.api(Method::DELETE, &path).send().await.unwrap().status(), 204);
    let gone = rig.api(Method::GET, &path).send().await.unwrap();
    assert_eq!(gone.status(), 404);
    assert_eq!(gone.json::<Value>().await.unwrap()["code"], 20404);
}

#[tokio::test]
async fn scheduled_message_can_be_canceled_and_no_other() {
    let mut rig = Rig::start().await;
    let at = in_hours(1).to_rfc3339();
    let callback = format!("{}/status", rig.hook.url);
    let service = ("MessagingServiceSid", "MG00000000000000000000000000000001");
    let schedule =
        [("Body", "luego"), ("SendAt", &at), ("ScheduleType", "fixed"), ("StatusCallback", &callback)];
    let fields: Vec<(&str, &str)> = schedule.into_iter().chain([service]).collect();
    let scheduled: Value = rig.post(TO, &fields).await.unwrap().json().await.unwrap();
    assert_eq!((&scheduled["status"], &scheduled["from"]), (&json!("scheduled"), &Value::Null));
    let path = format!("Messages/{}.json", scheduled["sid"].as_str().unwrap());
    let canceled = rig.api(Method::POST, &path).form(&[("Status", "canceled")]).send().await.unwrap();
    assert_eq!(canceled.json::<Value>().await.unwrap()["status"], "canceled");
    assert_eq!(rig.hook.next().await.field("MessageStatus"), Some("canceled"));
    let again = rig.api(Method::POST, &path).form(&[("Status", "canceled")]).send().await.unwrap();
    assert_eq!(again.status(), 409);
    rig.advance(7_200).await;
    assert!(rig.hook.statuses().await.is_empty(), "a canceled message is never sent");
}

async fn page(rig: &Rig, path: &str) -> Value {
    rig.api(Method::GET, path).send().await.unwrap().json().await.unwrap()
}

async fn follow(rig: &Rig, uri: &Value) -> Value {
    let url = format!("{}{}", rig.url, uri.as_str().unwrap());
    rig.http.get(url).basic_auth(ACCOUNT, Some(super::rig::TOKEN)).send().await.unwrap().json().await.unwrap()
}

fn bodies(page: &Value) -> Vec<&str> {
    page["messages"].as_array().unwrap().iter().map(|message| message["body"].as_str().unwrap()).collect()
}

#[expect(clippy::disallowed_methods, reason = "the simulator's clock starts as the machine's")]
fn in_hours(hours: i64) -> DateTime<Utc> {
    Utc::now() + TimeDelta::hours(hours)
}
