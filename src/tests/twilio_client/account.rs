//! What the client asks about the account as a whole: whether it works, and what it owes.

use chrono::NaiveDate;
use okla::{
    app::gateway::{Gateway as _, GatewayError},
    twilio::client::{Settings, TwilioClient},
};
use serde_json::json as value;

use super::{
    client, is_unknown,
    server::{Reply, Server, answer, json},
    settings,
};
use crate::simulator::rig::{ACCOUNT, Rig, Sim, TOKEN};

const OWNER: &str = "authorization: basic qumxonnly3jldc10b2tlbg==";
const KEY: &str = "authorization: basic u0sxomtleq==";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn one_read_of_the_account_proves_that_it_works() {
    let server = Server::start([json("200 OK", r#"{"sid":"AC1","status":"active","type":"Full"}"#)]).await;
    client(&server).probe().await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].line, "GET /2010-04-01/Accounts/AC1.json");
    assert!(received[0].head.contains(OWNER));
}

#[tokio::test]
async fn an_api_key_is_tried_on_messages_for_it_may_not_read_the_account() {
    let server = Server::start([
        json("200 OK", r#"{"messages":[],"next_page_uri":null}"#),
        json("200 OK", r#"{"status":"active"}"#),
        json("401 Unauthorized", r#"{"code":20003,"message":"Authenticate"}"#),
    ])
    .await;
    let keyed = Settings { api_key: Some(("SK1".into(), "key".into())), ..settings(server.url.clone()) };
    let client = TwilioClient::new(keyed).unwrap();
    client.probe().await.unwrap();
    let received = server.received();
    assert_eq!(received[0].line, "GET /2010-04-01/Accounts/AC1/Messages.json?PageSize=1");
    assert!(received[0].head.contains(KEY) && received[1].head.contains(OWNER));
    assert!(client.probe().await.unwrap_err().closes_the_line(), "the key was deleted");
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_probe_says_whether_the_line_stays_closed_or_nothing_is_known() {
    for status in ["suspended", "closed"] {
        let server = Server::start([json("200 OK", &value!({ "status": status }).to_string())]).await;
        let error = client(&server).probe().await.unwrap_err();
        assert!(matches!(error, GatewayError::Refused { code: Some(20_005), .. }), "{error}");
        assert!(error.closes_the_line() && error.to_string().contains(status));
    }
    let html = answer("200 OK", "", "text/html", "<html>Welcome</html>");
    for reply in
        [html, json("200 OK", r#"{"sid":"AC1"}"#), json("503 Service Unavailable", "{}"), Reply::Reset]
    {
        let server = Server::start([reply]).await;
        assert!(is_unknown(&client(&server).probe().await.unwrap_err()));
    }
}

fn record(category: &str, price: &str) -> String {
    format!(
        r#"{{"category":"{category}","count":"2","usage":"2","price":{price},"price_unit":"usd","start_date":"2026-11-01","end_date":"2026-11-30"}}"#
    )
}

fn page(records: &[String], next: &str) -> Reply {
    json("200 OK", &format!(r#"{{"usage_records":[{}],"next_page_uri":{next}}}"#, records.join(",")))
}

#[tokio::test]
async fn usage_is_gathered_over_all_pages_without_the_sums() {
    let next = "/2010-04-01/Accounts/AC1/Usage/Records.json?StartDate=2026-11-01&Page=1&PageToken=PA1";
    let server = Server::start([
        page(&[record("channels-messaging", "0.01"), record("calls", "9")], &format!("\"{next}\"")),
        page(
            &[
                record("channels-messaging-outbound", "0.010"),
                record("failed-message-processing-fee", "0.002"),
            ],
            "null",
        ),
    ])
    .await;
    let records = client(&server).usage(day("2026-11-01"), day("2026-11-30")).await.unwrap();
    let told: Vec<_> =
        records.iter().map(|one| (one.category.as_str(), one.count, one.price.to_string())).collect();
    assert_eq!(
        told,
        [
            ("channels-messaging-outbound", 2, "0.010".to_owned()),
            ("failed-message-processing-fee", 2, "0.002".to_owned())
        ]
    );
    let received = server.received();
    assert_eq!(
        received[0].line,
        "GET /2010-04-01/Accounts/AC1/Usage/Records.json?StartDate=2026-11-01&EndDate=2026-11-30&PageSize=200"
    );
    assert_eq!(received[1].line, format!("GET {next}"), "followed verbatim");
}

#[tokio::test]
async fn a_bill_that_cannot_be_read_whole_is_no_bill() {
    let next = r#""/2010-04-01/Accounts/AC1/Usage/Records.json?Page=1""#;
    let fee = || [record("channels-messaging-outbound", "0.010")];
    let endless = (0..30).map(|_| page(&fee(), next)).collect();
    let elsewhere = vec![page(&fee(), r#""https://elsewhere.example/x""#)];
    let broken = vec![page(&fee(), next), json("500 Internal Server Error", "{}")];
    let unreadable = vec![page(&[record("channels-whatsapp-service", "null")], "null")];
    for replies in [endless, elsewhere, broken, unreadable] {
        let server = Server::start(replies).await;
        let error = client(&server).usage(day("2026-11-01"), day("2026-11-30")).await.unwrap_err();
        assert!(is_unknown(&error), "{error}");
        assert!(server.received().len() <= 20);
    }
}

fn client_of(sim: &Sim) -> TwilioClient {
    let api_key = Some(("SK1".to_owned(), "shh".to_owned()));
    let settings = Settings::new(ACCOUNT.to_owned(), TOKEN.to_owned(), sim.url.parse().unwrap());
    TwilioClient::new(Settings { api_key, ..settings }).unwrap()
}

#[tokio::test]
async fn the_simulator_is_probed_and_billed_like_twilio() {
    let rig = Rig::start().await;
    let client = client_of(&rig);
    client.probe().await.unwrap();
    rig.send("+18095551234", "hola").await;
    let today = rig.advance(10).await.date_naive();
    let owed = async || {
        let records = client.usage(today, today).await.unwrap();
        records.iter().map(|record| record.price).sum::<rust_decimal::Decimal>()
    };
    while owed().await.is_zero() {
        tokio::task::yield_now().await;
    }
    assert_eq!(owed().await.normalize().to_string(), "0.005");
    rig.set(value!({ "accountStatus": "suspended" })).await;
    let error = client.probe().await.unwrap_err();
    assert!(matches!(error, GatewayError::Refused { code: Some(20_005), .. }), "{error}");
    rig.set(value!({ "accountStatus": "active" })).await;
    client.probe().await.unwrap();
}

fn senders(senders: &str, next: &str) -> Reply {
    let meta = format!(r#"{{"key":"senders","next_page_url":{next}}}"#);
    json("200 OK", &format!(r#"{{"senders":[{senders}],"meta":{meta}}}"#))
}

#[tokio::test]
async fn our_number_is_found_on_whatever_page_of_the_senders_it_stands() {
    let next = "/v2/Channels/Senders?Channel=whatsapp&Page=1&PageToken=PA1";
    let other = r#"{"sender_id":"whatsapp:+18095550199","status":"OFFLINE"}"#;
    let ours =
        r#"{"sender_id":"whatsapp:+18095550100","status":"ONLINE","properties":{"quality_rating":"HIGH"}}"#;
    let server = Server::start([senders(other, &format!("\"{next}\"")), senders(ours, "null")]).await;
    let sender = client(&server).sender("+18095550100").await.unwrap().unwrap();
    assert_eq!((sender.status.as_str(), sender.quality.as_deref()), ("ONLINE", Some("HIGH")));
    let received = server.received();
    assert_eq!(received[0].line, "GET /v2/Channels/Senders?Channel=whatsapp&PageSize=50");
    assert_eq!(received[1].line, format!("GET {next}"));
    assert!(received.iter().all(|request| request.head.contains(OWNER)));
}

#[tokio::test]
async fn a_list_that_leads_elsewhere_or_is_none_tells_nothing_of_our_number() {
    let elsewhere = senders("", r#""https://elsewhere.example/x""#);
    let html = answer("200 OK", "", "text/html", "<html>Welcome</html>");
    for reply in [elsewhere, html, json("500 Internal Server Error", "{}")] {
        let server = Server::start([reply]).await;
        assert!(is_unknown(&client(&server).sender("+18095550100").await.unwrap_err()));
        assert_eq!(server.received().len(), 1, "no credentials leave for elsewhere");
    }
    let server = Server::start([senders("", "null")]).await;
    assert_eq!(client(&server).sender("+18095550100").await.unwrap(), None);
}

#[tokio::test]
async fn any_answer_tells_the_time_there_and_none_without_a_date_does() {
    let date = "Date: Mon, 23 Nov 2026 14:05:09 GMT\r\n";
    let server = Server::start([
        answer("401 Unauthorized", date, "application/json", "{}"),
        json("200 OK", r#"{"messages":[]}"#),
    ])
    .await;
    let client = client(&server);
    assert_eq!(client.time().await.unwrap().to_rfc3339(), "2026-11-23T14:05:09+00:00");
    assert!(is_unknown(&client.time().await.unwrap_err()));
}
