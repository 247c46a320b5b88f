//! Bodies and headers without an end, and requests whose end two readers would see in two places.

use std::time::Duration;

use sqlx::PgPool;
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, timeout},
};

use super::{
    People, filled,
    raw::{listen, status},
};
use crate::{
    app::{SESSION, TestApp},
    simulator::rig::PATIENCE,
    tenants,
};

/// What the sockets of both sides hold beside what the server takes.
const ON_THE_WAY: usize = 8 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;
const UPLOAD: &str = "/panel/vehiculos/importar";
/// What a file may weigh before it is refused unread.
const MOST_FILE: usize = 16 * 1024 * 1024;

/// Every address that something is posted to.
fn posts() -> Vec<String> {
    let mut all: Vec<String> = tenants::endpoints().iter().map(|form| format!("/fn/{form}")).collect();
    all.extend(
        ["/tema", UPLOAD, "/api/whatsapp/send", "/webhooks/twilio/status", "/webhooks/twilio/inbound"]
            .map(str::to_owned),
    );
    all
}

/// The lines of a post by a signed-in dealer with a token.
fn head(path: &str, app: &TestApp, cookie: &str, token: &str) -> String {
    let kind = match path {
        "/api/whatsapp/send" => "application/json",
        UPLOAD => "multipart/form-data; boundary=b",
        _ => "application/x-www-form-urlencoded",
    };
    format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nAccept: text/html\r\nContent-Type: {kind}\r\nCookie: {SESSION}={cookie}\r\nAuthorization: Bearer {token}\r\n",
        app.address()
    )
}

#[sqlx::test]
async fn a_body_without_an_end_is_not_read_to_its_end(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    let cookie = people.dealer.cookie(SESSION).unwrap();
    let token = app.token_of("dealer@ejemplo.do").await.token.unwrap();
    let before = app.everything().await;
    for path in posts() {
        let mut stream = app.connect().await;
        let head = head(&path, &app, &cookie, &token);
        stream.write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
        let first = match path.as_str() {
            UPLOAD => "--b\r\nContent-Disposition: form-data; name=\"archivo\"\r\n\r\n",
            "/api/whatsapp/send" => "{\"messageBody\":\"",
            _ => "message=",
        };
        stream.write_all(format!("{:x}\r\n{first}\r\n", first.len()).as_bytes()).await.unwrap();
        let chunk = format!("{CHUNK:x}\r\n{}\r\n", "x".repeat(CHUNK));
        let mut taken = 0;
        // Until it closes, or until it takes no more.
        while taken < 64 * 1024 * 1024
            && timeout(Duration::from_secs(2), stream.write_all(chunk.as_bytes()))
                .await
                .is_ok_and(|sent| sent.is_ok())
        {
            taken += CHUNK;
        }
        let most = if path == UPLOAD { MOST_FILE } else { 256 * 1024 };
        assert!(taken <= most + ON_THE_WAY, "{path} took {taken} bytes");
    }
    app.assert_unchanged(&before, "an endless body").await;
}

#[sqlx::test]
async fn a_body_that_says_it_is_too_large_is_413_before_it_comes(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    let token = app.token_of("dealer@ejemplo.do").await.token.unwrap();
    for path in posts() {
        let poster = if path.starts_with("/fn/admin/") { &people.admin } else { &people.dealer };
        let cookie = poster.cookie(SESSION).unwrap();
        let mut stream = app.connect().await;
        let head = head(&path, &app, &cookie, &token);
        stream.write_all(format!("{head}Content-Length: 99999999999\r\n\r\n").as_bytes()).await.unwrap();
        if !path.starts_with("/fn") && path != "/tema" {
            // These see it as they read.
            stream.write_all(&vec![b'x'; MOST_FILE + 2 * CHUNK]).await.ok();
        }
        let said = listen(&mut stream).await;
        // A reset may overtake the answer of who stopped reading.
        let refused = if path == UPLOAD { Some(303) } else { Some(413) };
        assert!(status(&said) == refused || (said.is_empty() && !path.starts_with("/fn")), "{path}: {said}");
    }
}

#[sqlx::test]
async fn a_header_without_an_end_is_refused(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let host = format!("Host: {}", app.address());
    let long = format!("X-Long: {}", "x".repeat(200 * 1024));
    let cookies = format!("Cookie: {}", "a=b; ".repeat(40 * 1024));
    let many: Vec<String> = (0..5_000).map(|number| format!("X-{number}: y")).collect();
    let mut lines: Vec<&str> = many.iter().map(String::as_str).collect();
    lines.push(&host);
    for lines in [&[&*host, &long][..], &[&host, &cookies], &lines] {
        let said = app.say_request("GET", "/", lines).await;
        assert!(matches!(status(&said), None | Some(431)), "{said}");
    }
    let said = app.say_request("GET", &format!("/{}", "x".repeat(200 * 1024)), &[&host]).await;
    assert!(matches!(status(&said), None | Some(414 | 431)), "{said}");
    assert_eq!(app.browser().get("/healthz").await.status, 200);
}

#[sqlx::test]
async fn a_request_has_one_end_or_is_refused(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let host = format!("Host: {}", app.address());
    let smuggled = format!("GET /healthz HTTP/1.1\r\n{host}\r\nX: ");
    let chunked = format!("0\r\n\r\n{smuggled}");
    let both = |encoding: &str| {
        format!(
            "POST /webhooks/twilio/status HTTP/1.1\r\n{host}\r\nContent-Length: {}\r\n{encoding}\r\n\r\n{chunked}",
            chunked.len()
        )
    };
    let lengths = |first: usize, second: usize| {
        format!(
            "POST /webhooks/twilio/status HTTP/1.1\r\n{host}\r\nContent-Length: {first}\r\nContent-Length: {second}\r\n\r\n{smuggled}"
        )
    };
    let cases = [
        both("Transfer-Encoding: chunked"),
        both("Transfer-Encoding: xchunked"),
        both("Transfer-Encoding : chunked"),
        both("Transfer-Encoding: chunked, identity"),
        both(" Transfer-Encoding: chunked"),
        lengths(0, smuggled.len()),
        lengths(smuggled.len(), 0),
        format!("POST /webhooks/twilio/status HTTP/1.1\r\n{host}\r\nContent-Length: -1\r\n\r\n{smuggled}"),
        format!("POST /webhooks/twilio/status HTTP/1.1\r\n{host}\r\nContent-Length: +0\r\n\r\n{smuggled}"),
        format!("GET / HTTP/1.1\r\n{host}\r\nX: a\0b\r\n\r\n"),
        format!("GET /\0 HTTP/1.1\r\n{host}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{host}\r\nX y: z\r\n\r\n"),
    ];
    for case in cases {
        let mut stream = app.connect().await;
        stream.write_all(case.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let started = Instant::now();
        let said = listen(&mut stream).await;
        assert!(started.elapsed() < PATIENCE);
        assert!(!said.contains("\r\n\r\nok"), "the second request was answered: {case}\n{said}");
        assert!(said.matches("HTTP/1.1 ").count() <= 1 || said.contains("HTTP/1.1 400"), "{case}\n{said}");
    }
}

#[sqlx::test]
async fn methods_that_nothing_needs_do_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let host = format!("Host: {}", app.address());
    for route in app.routes.iter().map(|route| filled(route)).chain(["/nada".to_owned()]) {
        for method in ["TRACE", "TRACK", "CONNECT", "PROPFIND", "FOO", "get"] {
            let said = app.say_request(method, &route, &[&host, "X-Secret: echo"]).await;
            let answered = status(&said);
            assert!(answered.is_none_or(|status| (400..500).contains(&status)), "{method} {route}: {said}");
            assert!(!said.contains("echo"), "{method} {route}: {said}");
        }
    }
}
