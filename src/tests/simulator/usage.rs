//! Usage Records: the bill, computed from what really happened.

use chrono::{DateTime, Days, NaiveDate, Utc};
use okla::domain::{message::Status, outcome::outcome};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::rig::{Rig, TOKEN};

const TO: &str = "+18095551234";
const UTILITY: &str = "HX00000000000000000000000000000001";
const MARKETING: &str = "HX0000000000000000000000000000000a";

async fn records(rig: &Rig, path: &str) -> Vec<Value> {
    let answer = rig.api(Method::GET, &format!("Usage/{path}")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json::<Value>().await.unwrap()["usage_records"].as_array().unwrap().clone()
}

/// Count and price of one category, all in all.
async fn owed(rig: &Rig, category: &str) -> (String, String) {
    let found = records(rig, &format!("Records.json?Category={category}")).await;
    let [record] = found.as_slice() else { panic!("{category}: {found:?}") };
    (record["count"].as_str().unwrap().to_owned(), record["price"].to_string())
}

/// The messages' sids, once all of their steps are done.
async fn settled(rig: &Rig, creates: &[&[(&str, &str)]]) -> Vec<String> {
    let mut sids = Vec::new();
    for fields in creates {
        let answer = rig.post(TO, fields).await.unwrap();
        sids.push(answer.json::<Value>().await.unwrap()["sid"].as_str().unwrap().to_owned());
    }
    rig.advance(10).await;
    for sid in &sids {
        rig.fetch_when(sid, "read").await;
        while rig.fetch(sid).await["price"].is_null() {
            tokio::task::yield_now().await;
        }
    }
    sids
}

#[tokio::test]
async fn delivered_messages_cost_twilios_fee_and_templates_whatsapps_too() {
    let rig = Rig::start().await;
    let creates: [&[(&str, &str)]; 4] =
        [&[("Body", "uno")], &[("Body", "dos")], &[("ContentSid", UTILITY)], &[("ContentSid", MARKETING)]];
    let sids = settled(&rig, &creates).await;
    rig.receive(&[("From", TO), ("Body", "¿Sigue disponible?")]).await;
    rig.advance(10).await;
    let expected = [
        ("channels-messaging-outbound", "4", "0.02"),
        ("channels-whatsapp-service", "2", "0.0"),
        ("channels-whatsapp-template-utility", "1", "0.0113"),
        ("channels-whatsapp-template-marketing", "1", "0.074"),
        ("channels-whatsapp", "4", "0.0853"),
        ("failed-message-processing-fee", "0", "0.0"),
    ];
    while owed(&rig, "channels-messaging-inbound").await.0 == "0" {
        tokio::task::yield_now().await;
    }
    for (category, count, price) in expected {
        assert_eq!(owed(&rig, category).await, (count.to_owned(), price.to_owned()), "{category}");
    }
    assert_eq!(owed(&rig, "totalprice").await.1, "0.1103");
    let gone = rig.api(Method::DELETE, &format!("Messages/{}.json", sids[0])).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert_eq!(owed(&rig, "channels-messaging-outbound").await.0, "4", "a deleted message was still sent");
}

#[tokio::test]
async fn failed_message_costs_the_fee_unless_exempt_and_an_undelivered_one_nothing() {
    let rig = Rig::start().await;
    for (code, status) in [(63001, "failed"), (63012, "failed")] {
        rig.set(json!({ "failWith": code })).await;
        let sid = rig.send(TO, "hola").await["sid"].as_str().unwrap().to_owned();
        rig.fetch_when(&sid, status).await;
    }
    rig.set(json!({ "failWith": null })).await;
    let sid = rig.send("+18095550016", "hola").await["sid"].as_str().unwrap().to_owned();
    rig.fetch_when(&sid, "undelivered").await;
    rig.advance(10).await;
    assert_eq!(owed(&rig, "failed-message-processing-fee").await, ("1".to_owned(), "0.001".to_owned()));
    assert_eq!(owed(&rig, "totalprice").await.1, "0.001", "and nothing else");
}

#[tokio::test]
async fn bill_and_application_agree_on_the_fee_of_every_failure() {
    let rig = Rig::start().await;
    let codes = [
        12400, 20500, 20504, 21408, 30001, 30002, 30003, 30008, 30036, 30103, 30450, 30454, 30500, 63001,
        63003, 63009, 63010, 63012, 63013, 63016, 63018, 63021, 63024, 63032, 63038, 63049, 90010,
    ];
    let mut expected = Decimal::ZERO;
    for code in codes {
        rig.set(json!({ "failWith": code })).await;
        let sid = rig.send(TO, "hola").await["sid"].as_str().unwrap().to_owned();
        rig.fetch_when(&sid, "failed").await;
        expected += outcome(Status::Failed, Some(code), false).unwrap().charged.fee();
    }
    assert_eq!(expected.to_string(), "0.007");
    assert_eq!(owed(&rig, "totalprice").await.1, expected.to_string());
}

#[tokio::test]
async fn usage_falls_on_its_day_and_is_listed_by_day_month_and_range() {
    let rig = Rig::start().await;
    settled(&rig, &[&[("Body", "hoy")]]).await;
    let now: DateTime<Utc> = rig.advance(86_400).await;
    settled(&rig, &[&[("Body", "mañana")], &[("Body", "también")]]).await;
    let last = now.date_naive();
    let first = last - Days::new(1);
    let name = "Category=channels-messaging-outbound";
    let counts = |found: Vec<Value>| -> Vec<(NaiveDate, String)> {
        let day = |record: &Value| record["start_date"].as_str().unwrap().parse().unwrap();
        found.iter().map(|one| (day(one), one["count"].as_str().unwrap().to_owned())).collect()
    };
    let daily = counts(records(&rig, &format!("Records/Daily.json?{name}")).await);
    assert_eq!(daily, [(last, "2".to_owned()), (first, "1".to_owned())], "newest first");
    let one_day = format!("Records.json?{name}&StartDate={first}&EndDate={first}");
    assert_eq!(counts(records(&rig, &one_day).await), [(first, "1".to_owned())]);
    let monthly = counts(records(&rig, &format!("Records/Monthly.json?{name}")).await);
    assert_eq!(monthly.iter().map(|(_, count)| count.parse::<u32>().unwrap()).sum::<u32>(), 3);
    let this_month = records(&rig, &format!("Records/ThisMonth.json?{name}")).await;
    assert!(this_month[0]["start_date"].as_str().unwrap().ends_with("-01"));
    let bad = rig.api(Method::GET, "Usage/Records.json?StartDate=ayer").send().await.unwrap();
    assert_eq!(bad.json::<Value>().await.unwrap()["code"], 20001);
}

#[tokio::test]
async fn bill_survives_a_restart_and_its_pages_follow_each_other() {
    let mut rig = Rig::start().await;
    settled(&rig, &[&[("Body", "hola")]]).await;
    rig = rig.restart().await;
    assert_eq!(owed(&rig, "totalprice").await.1, "0.005");
    let whole = records(&rig, "Records.json").await;
    let (mut seen, mut next) = (Vec::new(), "Usage/Records.json?PageSize=4".to_owned());
    loop {
        let page: Value = rig.api(Method::GET, &next).send().await.unwrap().json().await.unwrap();
        seen.extend(page["usage_records"].as_array().unwrap().clone());
        let Some(uri) = page["next_page_uri"].as_str() else { break };
        next = uri.split_once("/Usage/").map(|(_, rest)| format!("Usage/{rest}")).unwrap();
    }
    assert_eq!(
        seen.iter().map(|one| &one["category"]).collect::<Vec<_>>(),
        whole.iter().map(|one| &one["category"]).collect::<Vec<_>>()
    );
    let stranger = rig.http.get(format!("{}/2010-04-01/Accounts/AC2/Usage/Records.json", rig.url));
    assert_eq!(stranger.basic_auth("AC2", Some(TOKEN)).send().await.unwrap().status(), 401);
}
