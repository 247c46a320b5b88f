//! The Twilio client against a server that answers everything a network can.

mod account;
mod log;
mod server;

use std::time::Duration;

use okla::{
    app::gateway::{Content, Gateway as _, GatewayError, Outbound},
    twilio::client::{SetUpError, Settings, TwilioClient},
};
use url::Url;

use server::{Reply, Server, answer, json, text};

const SID: &str = "SM0123456789abcdef0123456789abcdef";
const TO: &str = "+18095551234";
const FROM: &str = "+14155238886";
const BODY: &str = "Hola ñ & +, ¿sigue disponible?";

fn settings(base_url: Url) -> Settings {
    Settings {
        connect_timeout: Duration::from_millis(600),
        total_timeout: Duration::from_millis(1_200),
        ..Settings::new("AC1".into(), "secret-token".into(), base_url)
    }
}

fn client(server: &Server) -> TwilioClient {
    TwilioClient::new(settings(server.url.clone())).unwrap()
}

fn outbound() -> Outbound {
    Outbound {
        to: TO.into(),
        from: FROM.into(),
        content: Content::Text { body: BODY.into(), media_url: None },
        status_callback: "https://okla.example/webhooks/twilio/status?m=42".into(),
    }
}

fn message(sid: &str) -> String {
    format!(r#"{{"sid":"{sid}","status":"queued","to":"whatsapp:{TO}","price":null,"num_segments":"1"}}"#)
}

/// The one failure of a create that is answered by `reply`; the request was made once and never again.
async fn failure(reply: Reply) -> GatewayError {
    let server = Server::start([reply]).await;
    let error = client(&server).send(&outbound()).await.unwrap_err();
    assert_eq!(server.received().len(), 1, "a create is never repeated by the client");
    error
}

fn is_unknown(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Unknown { .. })
}

#[tokio::test]
async fn a_create_is_posted_as_twilio_wants_it_and_its_answer_is_read() {
    let server = Server::start([json("201 Created", &message(SID))]).await;
    let created = client(&server).send(&outbound()).await.unwrap();
    assert_eq!((created.sid.as_str(), created.status.as_str()), (SID, "queued"));
    assert_eq!((created.to.as_deref(), created.price), (Some(TO), None));

    let request = &server.received()[0];
    assert_eq!(request.line, "POST /2010-04-01/Accounts/AC1/Messages.json");
    assert!(request.head.contains("content-type: application/x-www-form-urlencoded"));
    // AC1:secret-token
    assert!(request.head.contains(&"authorization: Basic QUMxOnNlY3JldC10b2tlbg==".to_lowercase()));
    assert!(request.body.contains("To=whatsapp%3A%2B18095551234"));
    let callback = "https://okla.example/webhooks/twilio/status?m=42#rc=3&rp=ct,rt,5xx&rt=4000";
    for field in [("From", "whatsapp:+14155238886"), ("Body", BODY), ("StatusCallback", callback)] {
        assert!(request.form().contains(&(field.0.to_owned(), field.1.to_owned())), "{field:?}");
    }
}

#[tokio::test]
async fn an_api_key_makes_the_calls_when_there_is_one() {
    let server = Server::start([json("201 Created", &message(SID))]).await;
    let settings = Settings { api_key: Some(("SK1".into(), "key".into())), ..settings(server.url.clone()) };
    TwilioClient::new(settings).unwrap().send(&outbound()).await.unwrap();
    let request = &server.received()[0];
    assert!(request.head.contains(&"authorization: Basic U0sxOmtleQ==".to_lowercase()), "SK1:key");
    assert!(request.line.contains("/Accounts/AC1/"), "the account stays in the path");
}

#[tokio::test]
async fn an_answer_of_4xx_is_a_refusal_with_its_code_if_it_has_one() {
    let html = "<html>forbidden</html>";
    let rfc9457 = r#"{"type":"t","title":"Bad","status":409,"code":20001,"detail":"Busy"}"#;
    let xml = "<TwilioResponse><RestException><Code>21617</Code><Message>Too long</Message></RestException></TwilioResponse>";
    for (reply, expected) in [
        (
            json("400 Bad Request", r#"{"code":21211,"message":"To +18095551234 is not valid"}"#),
            (400, Some(21_211), "To +1809…34 is not valid"),
        ),
        (
            json("401 Unauthorized", r#"{"code":20003,"message":"Authenticate"}"#),
            (401, Some(20_003), "Authenticate"),
        ),
        (
            json("404 Not Found", r#"{"code":20404,"message":"No account"}"#),
            (404, Some(20_404), "No account"),
        ),
        (json("409 Conflict", rfc9457), (409, Some(20_001), "Busy")),
        (answer("400 Bad Request", "", "application/xml", xml), (400, Some(21_617), "Too long")),
        (answer("403 Forbidden", "", "text/html", html), (403, None, "no readable explanation")),
        (json("400 Bad Request", r#"{"code":{},"message":7}"#), (400, None, "7")),
    ] {
        let (http_status, code, message) = expected;
        let message = message.to_owned();
        assert_eq!(failure(reply).await, GatewayError::Refused { http_status, code, message });
    }
}

#[tokio::test]
async fn too_many_requests_may_be_retried_after_what_twilio_says() {
    let body = r#"{"code":20429,"message":"Too many requests"}"#;
    for (headers, expected) in [
        ("Retry-After: 7\r\n", Some(7)),
        ("Date: Fri, 20 Nov 2026 12:00:00 GMT\r\nRetry-After: Fri, 20 Nov 2026 12:01:30 GMT\r\n", Some(90)),
        ("Retry-After: 18446744073709551615\r\n", Some(24 * 60 * 60)),
        ("Retry-After: soon\r\n", None),
        ("", None),
    ] {
        let reply = answer("429 Too Many Requests", headers, "application/json", body);
        let GatewayError::Retry { after, .. } = failure(reply).await else { panic!("{headers} is no retry") };
        assert_eq!(after, expected.map(Duration::from_secs), "{headers}");
    }
}

#[tokio::test]
async fn a_refused_connection_may_be_retried_for_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = TwilioClient::new(settings(url.parse().unwrap())).unwrap();
    let expect_retry = |error| assert!(matches!(error, GatewayError::Retry { .. }), "{error}");
    expect_retry(client.send(&outbound()).await.unwrap_err());
    expect_retry(client.fetch(SID).await.unwrap_err());
    expect_retry(client.list(TO, FROM, None).await.unwrap_err());
}

#[tokio::test]
async fn a_connection_that_tls_never_completes_may_be_retried_for_nothing_was_sent() {
    let server = Server::start([]).await;
    let mut url = server.url.clone();
    url.set_scheme("https").unwrap();
    let client = TwilioClient::new(settings(url)).unwrap();
    let error = client.send(&outbound()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Retry { .. }), "{error}");
}

#[tokio::test]
async fn the_fate_is_unknown_once_the_request_has_left_and_no_sound_answer_came() {
    let html = "<html>Bad Gateway</html>";
    let redirect = "Location: http://127.0.0.1:9/\r\n";
    let replies = [
        json("500 Internal Server Error", r#"{"code":20500,"message":"x"}"#),
        answer("502 Bad Gateway", "Retry-After: 1\r\n", "text/html", html),
        answer("503 Service Unavailable", "", "text/html", html),
        answer("307 Temporary Redirect", redirect, "text/html", ""),
        answer("201 Created", "", "text/html", "<html>Created</html>"),
        answer("204 No Content", "", "text/plain", ""),
        json("201 Created", "{}"),
        json("201 Created", "null"),
        Reply::Raw("no http at all".into()),
        Reply::Raw(String::new()),
        Reply::Reset,
        Reply::Hang,
        Reply::Stall("HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{\"status\"".into()),
    ];
    for error in futures::future::join_all(replies.map(failure)).await {
        assert!(is_unknown(&error), "{error}");
    }
}

#[tokio::test]
async fn a_created_message_is_known_by_its_sid_however_broken_the_answer() {
    let cut = format!(
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{{\"sid\": \"{SID}\", \"bo"
    );
    let xml = format!("<TwilioResponse><Message><Sid>{SID}</Sid></Message></TwilioResponse>");
    let odd = format!(
        r#"{{"sid":"{SID}","status":7,"to":[],"error_code":"InvalidSandboxRequest","price":{{}},"num_media":"x","date_created":1}}"#
    );
    for reply in [
        answer("201 Created", "", "application/xml", &xml),
        answer("200 OK", "", "text/html", &format!("<p>{SID}</p>")),
        json("201 Created", &odd),
        Reply::Raw(cut.clone()),
        Reply::Stall(cut),
    ] {
        let server = Server::start([reply]).await;
        assert_eq!(client(&server).send(&outbound()).await.unwrap().sid, SID);
    }
}

#[tokio::test]
async fn a_message_is_fetched_by_its_sid_and_none_is_no_error() {
    let html = "<html>Welcome</html>";
    let server = Server::start([
        json("200 OK", &format!(r#"{{"sid":"{SID}","status":"read","price":"-0.00500"}}"#)),
        json("404 Not Found", r#"{"code":20404,"message":"gone"}"#),
        answer("200 OK", "", "text/html", html),
        json("500 Internal Server Error", "{}"),
    ])
    .await;
    let client = client(&server);
    let found = client.fetch(SID).await.unwrap().unwrap();
    assert_eq!((found.status.as_str(), found.price.unwrap().to_string().as_str()), ("read", "0.00500"));
    assert_eq!(client.fetch("SM/../x").await.unwrap(), None);
    assert!(is_unknown(&client.fetch(SID).await.unwrap_err()));
    assert!(is_unknown(&client.fetch(SID).await.unwrap_err()));
    let lines: Vec<String> = server.received().into_iter().map(|request| request.line).collect();
    assert_eq!(lines[0], format!("GET /2010-04-01/Accounts/AC1/Messages/{SID}.json"));
    assert_eq!(
        lines[1], "GET /2010-04-01/Accounts/AC1/Messages/SM%2F..%2Fx.json",
        "a sid cannot leave its path"
    );
}

#[tokio::test]
async fn the_list_is_followed_page_by_page_until_one_repeats() {
    let next = "/2010-04-01/Accounts/AC1/Messages.json?To=whatsapp%3A%2B18095551234&Page=1&PageToken=PAMM1";
    let page = |sid: &str| format!(r#"{{"messages":[{}],"next_page_uri":"{next}"}}"#, message(sid));
    let server =
        Server::start([json("200 OK", &page("SM1")), json("200 OK", &page("SM2")), json("200 OK", "{}")])
            .await;
    let client = client(&server);
    let first = client.list(TO, FROM, None).await.unwrap();
    assert_eq!(first.messages[0].sid, "SM1");
    let second = client.list(TO, FROM, first.next.as_deref()).await.unwrap();
    assert_eq!(second.messages[0].sid, "SM2");
    assert_eq!(second.next, None, "the second page named itself as its next");
    assert!(is_unknown(&client.list(TO, FROM, None).await.unwrap_err()));

    let received = server.received();
    assert_eq!(
        received[0].line,
        "GET /2010-04-01/Accounts/AC1/Messages.json?To=whatsapp%3A%2B18095551234&From=whatsapp%3A%2B14155238886&PageSize=50"
    );
    assert_eq!(received[1].line, format!("GET {next}"), "followed verbatim");
}

#[tokio::test]
async fn credentials_are_not_carried_to_a_page_of_another_host() {
    let elsewhere = Server::start([]).await;
    let server = Server::start([]).await;
    let client = client(&server);
    for next in [
        elsewhere.url.as_str(),
        &format!("//{}/x", elsewhere.url.authority()),
        "https://api.twilio.com/x",
        "file:///etc/hosts",
    ] {
        assert!(is_unknown(&client.list(TO, FROM, Some(next)).await.unwrap_err()), "{next}");
    }
    assert!(elsewhere.received().is_empty() && server.received().is_empty());
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_were_allowed() {
    let late =
        || Reply::Late(Duration::from_millis(60), text("201 Created", "", "application/json", &message(SID)));
    let server = Server::start([late(), late(), late(), late(), late(), late()]).await;
    let client = TwilioClient::new(Settings { concurrency: 2, ..settings(server.url.clone()) }).unwrap();
    let outbound = outbound();
    let sends = futures::future::join_all((0..6).map(|_| client.send(&outbound))).await;
    assert!(sends.iter().all(Result::is_ok));
    assert_eq!(server.most_open(), 2);
}

#[test]
fn a_base_url_that_is_no_web_address_is_refused_at_start() {
    for base in ["ftp://api.twilio.com", "mailto:x@y.example"] {
        let built = TwilioClient::new(settings(base.parse().unwrap()));
        assert!(matches!(built, Err(SetUpError::BaseUrl)), "{base}");
    }
}
