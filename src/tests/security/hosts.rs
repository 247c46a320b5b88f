//! What a request says of the host and of where it comes from is the client's to write: nothing is built from it.

use okla::domain::user::Role;
use reqwest::Method;
use sqlx::PgPool;

use super::raw::status;
use crate::{
    app::{Options, PASSWORD, TestApp, Webhook},
    simulator::rig::TOKEN,
};

const EVIL: &str = "evil.example";

/// Requests that name another host than ours: the target's beginning and the lines.
fn lies(app: &TestApp) -> Vec<(String, Vec<String>)> {
    let own = format!("Host: {}", app.address());
    let forwarded = ["X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-HTTP-Host-Override", "Forwarded"];
    let mut all = vec![
        (String::new(), vec![format!("Host: {EVIL}")]),
        (String::new(), vec![format!("Host: {}@{EVIL}", app.address())]),
        (String::new(), vec![own.clone(), format!("Host: {EVIL}")]),
        (String::new(), vec![format!("Host: {EVIL}"), own.clone()]),
        (format!("http://{EVIL}"), vec![own.clone()]),
        (format!("https://{EVIL}"), vec![format!("Host: {EVIL}")]),
    ];
    all.extend(forwarded.map(|name| (String::new(), vec![own.clone(), format!("{name}: host={EVIL}")])));
    all.extend(forwarded.map(|name| (String::new(), vec![own.clone(), format!("{name}: {EVIL}")])));
    all
}

#[sqlx::test]
async fn no_answer_names_a_host_that_the_request_made_up(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    for (target, lines) in lies(&app) {
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        for path in ["/", "/panel", "/panel/", "/ingresar", "/api/docs", "/api/openapi.json", "/no/hay"] {
            let said = app.say_request("GET", &format!("{target}{path}"), &lines).await;
            assert!(status(&said).is_some_and(|status| status < 500), "{target}{path} {lines:?}: {said}");
            assert!(!said.contains(EVIL), "{target}{path} {lines:?}: {said}");
        }
        let form = format!("email=ana@ejemplo.do&password={}", PASSWORD.replace(' ', "+"));
        let length = format!("Content-Length: {}\r\nConnection: close\r\n\r\n{form}", form.len());
        lines.extend(["Sec-Fetch-Site: same-origin", "Accept: text/html"]);
        lines.extend(["Content-Type: application/x-www-form-urlencoded", &length]);
        let said = app.say_request("POST", &format!("{target}/fn/ingresar"), &lines).await;
        assert_eq!(status(&said), Some(303), "{said}");
        assert!(said.contains("location: /\r\n") && !said.contains(EVIL), "{said}");
        assert!(
            said.contains("set-cookie: okla_sesion=") && !said.to_lowercase().contains("domain="),
            "{said}"
        );
    }
}

#[sqlx::test]
async fn no_header_leads_to_another_route(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let own = format!("Host: {}", app.address());
    for name in ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path"] {
        let said = app.say_request("GET", "/healthz", &[&own, &format!("{name}: /admin/limites")]).await;
        assert!(said.ends_with("\r\n\r\nok"), "{name}: {said}");
        let said = app.say_request("GET", "/admin/limites", &[&own, &format!("{name}: /")]).await;
        assert_eq!(status(&said), Some(303), "{name}: {said}");
    }
}

#[sqlx::test]
async fn callbacks_and_their_signatures_are_of_our_own_address_only(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let message = serde_json::json!({ "toPhoneNumber": "+18095551234", "messageBody": "Hola" });
    let sent = dealer.post_send(&message).header("host", EVIL).header("x-forwarded-host", EVIL);
    let sent: serde_json::Value = sent.send().await.unwrap().json().await.unwrap();
    // Twilio was given an address that it reached.
    app.wait_for(sent["id"].as_str().unwrap(), "read").await;

    let fields = [("MessageSid", "SM1"), ("From", "whatsapp:+18095551234"), ("Body", "Hola")];
    let inbound = "/webhooks/twilio/inbound";
    for (signed_for, expected) in [(app.url.clone(), 204), (format!("http://{EVIL}"), 403)] {
        let call = Webhook::signed_for(&format!("{signed_for}{inbound}"), &fields, TOKEN);
        let request = app
            .sim
            .http
            .request(Method::POST, format!("{}{inbound}", app.url))
            .header("host", EVIL)
            .header("x-forwarded-host", EVIL)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", call.signature.unwrap())
            .body(call.body);
        assert_eq!(request.send().await.unwrap().status(), expected, "signed for {signed_for}");
    }
}

/// Ten wrong passwords close the door to an address.
async fn guess_from(app: &TestApp, times: usize, forwarded: impl Fn(usize) -> String) {
    for number in 0..times {
        let browser = app.browser();
        let request = browser
            .request(Method::POST, "/fn/ingresar")
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", forwarded(number))
            .header("x-real-ip", format!("203.0.113.{number}"))
            .header("forwarded", format!("for=203.0.113.{number}"))
            .header("cf-connecting-ip", format!("203.0.113.{number}"))
            .form(&[("email", "ana@ejemplo.do"), ("password", "no es esta")]);
        browser.land(request).await;
    }
}

async fn may_sign_in(app: &TestApp, forwarded: &str) -> bool {
    let browser = app.browser();
    let request = browser
        .request(Method::POST, "/fn/ingresar")
        .header("sec-fetch-site", "same-origin")
        .header("x-forwarded-for", forwarded)
        .form(&[("email", "ana@ejemplo.do"), ("password", PASSWORD)]);
    browser.land(request).await.location == "/"
}

#[sqlx::test]
async fn a_stranger_has_the_address_he_comes_from(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    guess_from(&app, 10, |number| format!("203.0.113.{number}")).await;
    assert!(!may_sign_in(&app, "203.0.113.99").await);
}

#[sqlx::test]
async fn behind_our_proxy_a_visitor_has_the_address_that_the_proxy_saw(pool: PgPool) {
    let options = Options { trusted_proxies: vec!["127.0.0.1/32", "10.0.0.0/8"], ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    // What he writes himself stands to the left of what the proxies add.
    guess_from(&app, 10, |number| format!("192.0.2.{number}, 127.0.0.1, 198.51.100.7, 10.0.0.9")).await;
    assert!(!may_sign_in(&app, "192.0.2.99, 198.51.100.7").await, "he is known by what the proxy saw");
    assert!(!may_sign_in(&app, "198.51.100.8, 198.51.100.7").await, "and cannot be his neighbour");
    assert!(may_sign_in(&app, "198.51.100.7, 198.51.100.8").await, "nor shut his neighbour out");
}
