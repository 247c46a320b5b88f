//! Templates: read through the Content API, sent through the Messages API.

use serde_json::{Value, json};

use super::rig::{ACCOUNT, Rig, TOKEN};

const TEMPLATE: &str = "HX00000000000000000000000000000001";

async fn get(rig: &Rig, path: &str) -> Value {
    let answer =
        rig.http.get(format!("{}{path}", rig.url)).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test]
async fn templates_and_their_approvals_can_be_read() {
    let rig = Rig::start().await;
    let list = get(&rig, "/v1/Content").await;
    let contents = list["contents"].as_array().unwrap();
    assert!(contents.len() >= 5);
    assert!(contents.iter().all(|content| content["language"] == "es"));
    let one = get(&rig, &format!("/v1/Content/{TEMPLATE}")).await;
    assert!(one["types"]["twilio/text"]["body"].as_str().unwrap().contains("{{1}}"));
    let both = get(&rig, "/v1/ContentAndApprovals").await;
    let statuses: Vec<&Value> = both["contents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|content| &content["approval_requests"]["status"])
        .collect();
    assert!(statuses.contains(&&json!("approved")) && statuses.contains(&&json!("pending")));
    let approval = get(&rig, &format!("/v1/Content/{TEMPLATE}/ApprovalRequests")).await;
    assert_eq!(approval["whatsapp"]["category"], "UTILITY");
    let nobody = rig.http.get(format!("{}/v1/Content", rig.url)).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
}

#[tokio::test]
async fn template_is_rendered_and_bad_variables_are_refused() {
    let rig = Rig::start().await;
    let to = "+18095551234";
    let variables = r#"{"1":"Auto Luz","2":"Ana"}"#;
    let answer = rig.post(to, &[("ContentSid", TEMPLATE), ("ContentVariables", variables)]).await.unwrap();
    let message: Value = answer.json().await.unwrap();
    assert!(
        message["body"]
            .as_str()
            .unwrap()
            .starts_with("Hola, Auto Luz: Ana le escribe en OKLA por Toyota Corolla 2019."),
        "{message}"
    );
    let truth = &rig.truth(to).await[0];
    assert_eq!((&truth["contentSid"], &truth["contentVariables"]), (&json!(TEMPLATE), &json!(variables)));
    let refused =
        rig.post(to, &[("ContentSid", TEMPLATE), ("ContentVariables", r#"{"7":"x"}"#)]).await.unwrap();
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], 21656);
}

fn texts(body: &str) -> Value {
    json!({ "friendly_name": "okla_saludo", "language": "es", "variables": { "1": "Ana" },
        "types": { "twilio/text": { "body": body } } })
}

#[tokio::test]
async fn a_template_is_made_submitted_decided_and_sent() {
    let rig = Rig::start().await;
    rig.set(json!({ "approvalDelayMs": 60_000, "enforceWindow": true })).await;
    let post = async |path: &str, body: Value| {
        let url = format!("{}{path}", rig.url);
        rig.http.post(url).basic_auth(ACCOUNT, Some(TOKEN)).json(&body).send().await.unwrap()
    };
    let made = post("/v1/Content", texts("Hola, {{1}}: le saluda OKLA.")).await;
    assert_eq!(made.status(), 201);
    let sid = made.json::<Value>().await.unwrap()["sid"].as_str().unwrap().to_owned();
    let approval = format!("/v1/Content/{sid}/ApprovalRequests");
    assert_eq!(get(&rig, &approval).await["whatsapp"]["status"], "unsubmitted");
    let wanted = json!({ "name": "okla_saludo", "category": "UTILITY" });
    assert_eq!(post(&format!("{approval}/whatsapp"), wanted.clone()).await.status(), 201);
    assert_eq!(post(&format!("{approval}/whatsapp"), wanted.clone()).await.status(), 400, "once");
    assert_eq!(get(&rig, &approval).await["whatsapp"]["status"], "pending");
    rig.advance(60).await;
    assert_eq!(get(&rig, &approval).await["whatsapp"]["status"], "approved");

    let send = async || {
        let fields = [("ContentSid", &*sid), ("ContentVariables", r#"{"1":"Luz"}"#)];
        rig.post("+18095551234", &fields).await.unwrap().json::<Value>().await.unwrap()["sid"].clone()
    };
    let arrived = rig.fetch_when(send().await.as_str().unwrap(), "delivered").await;
    assert_eq!(arrived["body"], "Hola, Luz: le saluda OKLA.");
    let meta = format!("{}/sim/templates/{sid}", rig.url);
    assert_eq!(rig.http.put(meta).json(&json!({ "status": "paused" })).send().await.unwrap().status(), 204);
    let paused = rig.fetch_when(send().await.as_str().unwrap(), "undelivered").await;
    assert_eq!(paused["error_code"], 63041);

    // Another one of that name, and one that Meta will not have.
    let again =
        post("/v1/Content", texts("Hola otra vez, {{1}}, de OKLA.")).await.json::<Value>().await.unwrap();
    let path = format!("/v1/Content/{}/ApprovalRequests/whatsapp", again["sid"].as_str().unwrap());
    assert_eq!(post(&path, wanted).await.status(), 400);
    let bad = post("/v1/Content", texts("{{1}}, hola.")).await.json::<Value>().await.unwrap();
    let approval = format!("/v1/Content/{}/ApprovalRequests", bad["sid"].as_str().unwrap());
    let wanted = json!({ "name": "okla_malo", "category": "MARKETING" });
    post(&format!("{approval}/whatsapp"), wanted).await;
    rig.advance(60).await;
    let told = get(&rig, &approval).await;
    assert_eq!(told["whatsapp"]["status"], "rejected");
    assert!(told["whatsapp"]["rejection_reason"].as_str().unwrap().contains("INVALID_FORMAT"), "{told}");
    let url = format!("{}/v1/Content/{}", rig.url, bad["sid"].as_str().unwrap());
    let gone = rig.http.delete(&url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    let gone = rig.http.get(&url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!(gone.status(), 404);
}
