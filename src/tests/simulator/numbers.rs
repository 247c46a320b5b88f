//! The magic numbers, each by what a caller notices and what is true afterwards.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::rig::{ACCOUNT, Rig, SENDER, TOKEN};

const BODY: &[(&str, &str)] = &[("Body", "hola")];

async fn refused(rig: &Rig, to: &str) -> (u16, u32) {
    let answer = rig.post(to, BODY).await.unwrap();
    let status = answer.status().as_u16();
    let error: Value = answer.json().await.unwrap();
    (status, u32::try_from(error["code"].as_u64().unwrap()).unwrap())
}

#[tokio::test]
async fn numbers_that_are_refused_at_once_create_nothing() {
    let rig = Rig::start().await;
    for (to, expected) in
        [("+18095550211", (400, 21211)), ("+18095550610", (400, 21610)), ("+18095550500", (500, 20500))]
    {
        assert_eq!(refused(&rig, to).await, expected);
        assert!(rig.truth(to).await.is_empty());
    }
}

#[tokio::test]
async fn number_429_is_throttled_twice_and_then_normal() {
    let rig = Rig::start().await;
    let to = "+18095550429";
    assert_eq!(refused(&rig, to).await, (429, 20429));
    assert_eq!(refused(&rig, to).await, (429, 20429));
    assert!(rig.truth(to).await.is_empty());
    assert_eq!(rig.post(to, BODY).await.unwrap().status(), 201);
    assert_eq!(rig.post(to, BODY).await.unwrap().status(), 201);
    assert_eq!(rig.truth(to).await.len(), 2);
}

#[tokio::test]
async fn numbers_that_fail_later_are_created_and_then_fail_with_their_code() {
    let mut rig = Rig::start().await;
    for (to, status, code) in [
        ("+18095550003", "undelivered", 63003),
        ("+18095550016", "undelivered", 63016),
        ("+18095550018", "failed", 63018),
        ("+18095550024", "failed", 63024),
        ("+18095550049", "undelivered", 63049),
    ] {
        let sid = rig.send(to, "hola").await["sid"].as_str().unwrap().to_owned();
        let message = rig.fetch_when(&sid, status).await;
        assert_eq!(message["error_code"], code);
        assert_eq!(rig.truth(to).await[0]["errorCode"], code);
        let last = loop {
            let delivery = rig.hook.next().await;
            if delivery.field("MessageStatus") != Some("sent") {
                break delivery;
            }
        };
        assert_eq!(last.field("MessageStatus"), Some(status));
        assert_eq!(last.field("ErrorCode"), Some(code.to_string().as_str()));
        assert_eq!(last.field("EventType"), Some("UNDELIVERED"));
        rig.advance(10).await;
        assert_eq!(rig.fetch(&sid).await["price"], Value::Null, "a failure is not charged");
    }
}

#[tokio::test]
async fn number_502_is_created_behind_a_bad_gateway() {
    let rig = Rig::start().await;
    let answer = rig.post("+18095550502", BODY).await.unwrap();
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().starts_with("<html>"));
    assert_eq!(rig.truth("+18095550502").await.len(), 1);
}

#[tokio::test]
async fn number_520_is_created_and_answers_201_with_html() {
    let rig = Rig::start().await;
    let answer = rig.post("+18095550520", BODY).await.unwrap();
    assert_eq!(answer.status(), 201);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(answer.json::<Value>().await.is_err());
    assert_eq!(rig.truth("+18095550520").await.len(), 1);
}

#[tokio::test]
async fn numbers_504_and_505_hang_until_the_simulator_stops_and_only_504_is_created() {
    let rig = Rig::start().await;
    for (to, created) in [("+18095550504", 1), ("+18095550505", 0)] {
        let waiting = tokio::time::timeout(Duration::from_millis(500), rig.post(to, BODY)).await;
        assert!(waiting.is_err(), "no answer comes");
        assert_eq!(rig.truth(to).await.len(), created);
    }
    let mut hanging = raw_create(&rig, "+18095550504").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let silent = TcpStream::connect(rig.url.trim_start_matches("http://")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(3), rig.stop()).await.expect("stops though a call hangs");
    let mut answer = Vec::new();
    hanging.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty(), "the connection closes without an answer");
    drop(silent);
}

#[tokio::test]
async fn number_506_is_created_and_the_connection_reset() {
    let rig = Rig::start().await;
    let mut stream = raw_create(&rig, "+18095550506").await;
    let mut answer = Vec::new();
    let error = stream.read_to_end(&mut answer).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(answer.is_empty());
    assert_eq!(rig.truth("+18095550506").await.len(), 1);
}

#[tokio::test]
async fn number_777_gets_its_callbacks_shuffled_and_each_twice() {
    let mut rig = Rig::start().await;
    rig.send("+18095550777", "hola").await;
    let told = rig.hook.statuses().await;
    assert_ne!(told, ["sent", "sent", "delivered", "delivered", "read", "read"]);
    for status in ["sent", "delivered", "read"] {
        assert_eq!(told.iter().filter(|one| *one == status).count(), 2, "{told:?}");
    }
}

#[tokio::test]
async fn number_888_never_calls_back_and_asking_reveals_the_state() {
    let mut rig = Rig::start().await;
    let sid = rig.send("+18095550888", "hola").await["sid"].as_str().unwrap().to_owned();
    rig.fetch_when(&sid, "read").await;
    assert!(rig.hook.statuses().await.is_empty());
}

#[tokio::test]
async fn number_999_stays_sent() {
    let mut rig = Rig::start().await;
    let sid = rig.send("+18095550999", "hola").await["sid"].as_str().unwrap().to_owned();
    rig.advance(86_400).await;
    assert_eq!(rig.hook.statuses().await, ["sent"]);
    assert_eq!(rig.fetch(&sid).await["status"], "sent");
}

/// A create on a connection of its own, its answer unread.
async fn raw_create(rig: &Rig, to: &str) -> TcpStream {
    let host = rig.url.trim_start_matches("http://");
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("To", &format!("whatsapp:{to}"))
        .append_pair("From", &format!("whatsapp:{SENDER}"))
        .append_pair("Body", "hola")
        .finish();
    let auth = BASE64_STANDARD.encode(format!("{ACCOUNT}:{TOKEN}"));
    let request = format!(
        "POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {auth}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}
