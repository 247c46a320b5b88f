//! The Senders API: our number as Twilio shows it, and as it is ordered to be.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::rig::{ACCOUNT, Rig, SENDER, TOKEN};

async fn get(rig: &Rig, path: &str) -> (StatusCode, Value) {
    let request = rig.http.get(format!("{}{path}", rig.url)).basic_auth(ACCOUNT, Some(TOKEN));
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_sender_is_listed_by_channel_and_says_what_it_was_ordered_to() {
    let rig = Rig::start().await;
    let (_, list) = get(&rig, "/v2/Channels/Senders?Channel=whatsapp&PageSize=50").await;
    let sender = &list["senders"][0];
    assert_eq!(sender["sender_id"], format!("whatsapp:{SENDER}"));
    assert_eq!(
        (&sender["status"], &sender["properties"]["quality_rating"]),
        (&json!("ONLINE"), &json!("HIGH"))
    );
    assert_eq!(
        (&sender["properties"]["messaging_limit"], &list["meta"]["key"]),
        (&Value::Null, &json!("senders"))
    );
    assert_eq!(get(&rig, "/v2/Channels/Senders").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get(&rig, "/v2/Channels/Senders?Channel=rcs").await.1["senders"], json!([]));

    rig.set(
        json!({ "senderStatus": "OFFLINE", "qualityRating": "LOW", "messagingLimit": "250 Customers/24hr" }),
    )
    .await;
    let (_, one) = get(&rig, &format!("/v2/Channels/Senders/{}", sender["sid"].as_str().unwrap())).await;
    assert_eq!((&one["status"], &one["properties"]["quality_rating"]), (&json!("OFFLINE"), &json!("LOW")));
    assert_eq!(one["properties"]["messaging_limit"], "250 Customers/24hr");
    assert_eq!(get(&rig, "/v2/Channels/Senders/XE2").await.0, StatusCode::NOT_FOUND);
}
