//! Templates: read through the Content API, sent through the Messages API.

use serde_json::{Value, json};

use super::rig::{ACCOUNT, Rig, TOKEN};

const TEMPLATE: &str = "HX00000000000000000000000000000004";

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
    let variables = r#"{"1":"Luz","2":"Kia Rio"}"#;
    let answer = rig.post(to, &[("ContentSid", TEMPLATE), ("ContentVariables", variables)]).await.unwrap();
    let message: Value = answer.json().await.unwrap();
    assert!(
        message["body"].as_str().unwrap().starts_with("Hola Luz, su publicación del Kia Rio"),
        "{message}"
    );
    let truth = &rig.truth(to).await[0];
    assert_eq!((&truth["contentSid"], &truth["contentVariables"]), (&json!(TEMPLATE), &json!(variables)));
    let refused =
        rig.post(to, &[("ContentSid", TEMPLATE), ("ContentVariables", r#"{"7":"x"}"#)]).await.unwrap();
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], 21656);
}
