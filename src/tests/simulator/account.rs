//! The account resource, and what an account that is not active is answered.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::rig::{ACCOUNT, Hook, Rig, TOKEN};

const TO: &str = "+18095551234";

async fn account(rig: &Rig, name: &str, user: &str, secret: &str) -> (StatusCode, String) {
    let url = format!("{}/2010-04-01/Accounts/{name}", rig.url);
    let answer = rig.http.get(url).basic_auth(user, Some(secret)).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn account_is_shown_to_its_owner_in_json_and_xml_without_its_token() {
    let rig = Rig::start().await;
    let (status, text) = account(&rig, &format!("{ACCOUNT}.json"), ACCOUNT, TOKEN).await;
    let shown: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (status, &shown["status"], &shown["sid"]),
        (StatusCode::OK, &json!("active"), &json!(ACCOUNT))
    );
    assert_eq!(shown["friendly_name"], "OKLA");
    chrono::DateTime::parse_from_rfc2822(shown["date_created"].as_str().unwrap()).unwrap();
    assert!(!text.contains(TOKEN));
    let (_, xml) = account(&rig, ACCOUNT, ACCOUNT, TOKEN).await;
    assert!(xml.contains("<Account>") && xml.contains("<Status>active</Status>"), "{xml}");
    assert_eq!(account(&rig, &format!("{ACCOUNT}.json"), ACCOUNT, "wrong").await.0, StatusCode::UNAUTHORIZED);
    let key = account(&rig, &format!("{ACCOUNT}.json"), "SK1", "shh").await;
    assert_eq!(key.0, StatusCode::UNAUTHORIZED, "a Standard key cannot read it");
    assert_eq!(account(&rig, "AC2.json", ACCOUNT, TOKEN).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn inactive_account_can_do_nothing_but_say_so() {
    let rig = Rig::start().await;
    let sid = rig.send(TO, "antes").await["sid"].as_str().unwrap().to_owned();
    for status in ["suspended", "closed"] {
        rig.set(json!({ "accountStatus": status })).await;
        let create = rig.post(TO, &[("Body", "después")]).await.unwrap();
        assert_eq!(create.status(), StatusCode::FORBIDDEN);
        assert_eq!(create.json::<Value>().await.unwrap()["code"], 20005);
        for path in ["Messages.json", &format!("Messages/{sid}.json"), "Usage/Records.json"] {
            let answer = rig.api(Method::GET, path).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        }
        let (_, shown) = account(&rig, &format!("{ACCOUNT}.json"), ACCOUNT, TOKEN).await;
        assert!(shown.contains(&format!(r#""status":"{status}""#)), "{shown}");
    }
    assert_eq!(rig.truth(TO).await.len(), 1, "nothing was created");
    rig.set(json!({ "accountStatus": "active" })).await;
    assert_eq!(rig.post(TO, &[("Body", "otra vez")]).await.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn settings_of_an_older_state_file_are_read_with_an_active_account() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("sim.jsonl");
    let old = json!({ "settings": { "latencyMs": 0, "callbackDelayMs": 5, "dropRate": 0.0, "duplicateRate": 0.0,
        "shuffle": false, "errorRate": 0.0, "enforceWindow": true } });
    std::fs::write(&state, format!("{old}\n")).unwrap();
    let rig = Rig::over(state, Hook::open().await).await;
    let answer = rig.api(Method::GET, "Messages.json").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}
