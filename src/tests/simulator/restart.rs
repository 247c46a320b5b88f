//! The truth survives, be the simulator stopped or killed.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use super::rig::{ACCOUNT, Hook, PATIENCE, Rig, SENDER, TOKEN, http};
use crate::binary::process::free_address;

const TO: &str = "+18095551234";

#[tokio::test]
async fn stopped_simulator_goes_on_where_it_was() {
    let mut rig = Rig::start().await;
    rig.set(json!({ "callbackDelayMs": 1_000 })).await;
    let before = rig.advance(86_400).await;
    let sid = rig.send(TO, "hola").await["sid"].as_str().unwrap().to_owned();
    rig.post("+18095550429", &[("Body", "x")]).await.unwrap();
    rig = rig.restart().await;
    assert_eq!(rig.truth(TO).await.len(), 1);
    let after = rig.advance(3).await;
    assert!(after > before, "the clock stays put forward");
    assert_eq!(rig.hook.next().await.field("MessageStatus"), Some("sent"));
    assert_eq!(rig.hook.next().await.field("MessageStatus"), Some("delivered"));
    rig = rig.restart().await;
    rig.advance(60).await;
    // A callback whose answer the stop cut off comes again.
    assert_eq!(rig.hook.statuses().await.last().unwrap(), "read");
    assert_eq!(rig.fetch(&sid).await["price"], "-0.00500");
    assert_eq!(rig.post("+18095550429", &[("Body", "x")]).await.unwrap().status(), 429);
    assert_eq!(rig.post("+18095550429", &[("Body", "x")]).await.unwrap().status(), 201);
}

#[tokio::test]
async fn line_cut_off_by_a_kill_is_dropped() {
    let rig = Rig::start().await;
    rig.send(TO, "hola").await;
    let file = rig.state_file.clone();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("sim.jsonl");
    let mut journal = std::fs::read_to_string(&file).unwrap();
    journal.push_str(r#"{"created":{"sid":"SM"#);
    std::fs::write(&copy, journal).unwrap();
    let next = Rig::over(copy, Hook::open().await).await;
    assert_eq!(next.truth("").await.len(), 1);
}

#[tokio::test]
async fn killed_simulator_has_forgotten_nothing_it_answered() {
    let mut hook = Hook::open().await;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("sim.jsonl");
    let address = free_address();
    let url = format!("http://{address}");
    let http = http();

    let mut process = spawn(&address, &state, &hook.url);
    until_ready(&http, &url).await;
    let form = [
        ("To", "whatsapp:+18095551234"),
        ("From", &format!("whatsapp:{SENDER}")),
        ("Body", "hola"),
        ("StatusCallback", &format!("{}/status", hook.url)),
    ];
    let messages = format!("{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let created = http.post(&messages).basic_auth(ACCOUNT, Some(TOKEN)).form(&form).send().await.unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(created.status(), 201);
    let sid = created.json::<Value>().await.unwrap()["sid"].clone();

    let mut process = spawn(&address, &state, &hook.url);
    until_ready(&http, &url).await;
    let truth: Vec<Value> = http
        .get(format!("{url}/sim/messages"))
        .query(&[("to", TO)])
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(truth.len(), 1);
    assert_eq!(truth[0]["sid"], sid);
    for status in ["sent", "delivered", "read"] {
        assert_eq!(hook.next().await.field("MessageStatus"), Some(status));
    }
    process.kill().unwrap();
    process.wait().unwrap();
}

fn spawn(address: &str, state: &Path, hook: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_okla"))
        .args(["twilio-sim", "--listen", address, "--state"])
        .arg(state)
        .env("TWILIO_ACCOUNT_SID", ACCOUNT)
        .env("TWILIO_AUTH_TOKEN", format!("{TOKEN},an-older-token"))
        .env("TWILIO_WHATSAPP_NUMBER", SENDER)
        .env("PUBLIC_URL", hook)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn until_ready(http: &reqwest::Client, url: &str) {
    let waiting = async {
        while http.get(format!("{url}/sim/settings")).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the simulator listens");
}
