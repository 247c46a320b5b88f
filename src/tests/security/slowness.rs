//! A client that takes its time takes nobody else's: its connection ends in a time that is ours to set.

use std::time::Duration;

use okla::web::serve::Patience;
use sqlx::PgPool;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::{
    People,
    raw::{closes_within, listen, status},
};
use crate::app::{Options, SESSION, TestApp};

const PATIENCE: Patience = Patience {
    header: Duration::from_millis(600),
    piece: Duration::from_millis(800),
    request: Duration::from_millis(2_500),
};
/// More than all of it together; a busy machine takes its time too.
const BOUND: Duration = Duration::from_secs(8);

async fn start(pool: PgPool) -> TestApp {
    TestApp::start_with(pool, Options { patience: PATIENCE, ..Options::default() }).await
}

/// One byte now and again, until the server will have no more; how long that took.
async fn drip(stream: &mut TcpStream, every: Duration) -> Duration {
    let started = Instant::now();
    let dripping = async {
        while stream.write_all(b"x").await.is_ok() {
            sleep(every).await;
        }
    };
    timeout(BOUND, dripping).await.ok();
    started.elapsed()
}

#[test]
fn the_patience_of_a_server_that_serves_has_an_end() {
    let Patience { header, piece, request } = Patience::default();
    assert!(header <= Duration::from_secs(10) && piece <= Duration::from_secs(15));
    assert!(request <= Duration::from_mins(2));
}

#[sqlx::test]
async fn a_header_that_never_ends_is_not_waited_for(pool: PgPool) {
    let app = start(pool).await;
    for begun in ["", "G", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = app.connect().await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        assert!(closes_within(&mut stream, BOUND).await, "{begun:?}");
    }
    let mut stream = app.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
    assert!(drip(&mut stream, PATIENCE.header / 6).await < BOUND, "each byte bought it more time");
}

#[sqlx::test]
async fn a_connection_that_asks_no_more_is_closed(pool: PgPool) {
    let app = start(pool).await;
    let mut stream = app.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(closes_within(&mut stream, BOUND).await);
}

#[sqlx::test]
async fn a_body_that_stalls_or_drips_ends_in_time(pool: PgPool) {
    let app = start(pool).await;
    let people = People::of(&app).await;
    let cookie = people.dealer.cookie(SESSION).unwrap();
    let token = app.token_of("dealer@ejemplo.do").await.token.unwrap();
    let posts = [
        ("/fn/ingresar", "application/x-www-form-urlencoded"),
        ("/tema", "application/x-www-form-urlencoded"),
        ("/panel/vehiculos/importar", "multipart/form-data; boundary=b"),
        ("/api/whatsapp/send", "application/json"),
        ("/webhooks/twilio/status", "application/x-www-form-urlencoded"),
    ];
    let before = app.everything().await;
    for (path, kind) in posts {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nContent-Length: 60000\r\nCookie: {SESSION}={cookie}\r\nAuthorization: Bearer {token}\r\n\r\n",
            app.address()
        );
        let mut stalled = app.connect().await;
        stalled.write_all(format!("{head}x").as_bytes()).await.unwrap();
        assert!(closes_within(&mut stalled, BOUND).await, "{path} waits for what does not come");
        let mut dripping = app.connect().await;
        dripping.write_all(head.as_bytes()).await.unwrap();
        assert!(drip(&mut dripping, PATIENCE.piece / 8).await < BOUND, "{path} waits for what comes slowly");
        let said = listen(&mut dripping).await;
        assert!(status(&said).is_none_or(|status| status >= 300), "{path}: {said}");
    }
    app.assert_unchanged(&before, "a slow body").await;
}

#[sqlx::test]
async fn many_slow_clients_keep_nobody_waiting(pool: PgPool) {
    let app = start(pool).await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut stream = app.connect().await;
        stream.write_all(b"POST /fn/ingresar HTTP/1.1\r\nHost: x\r\nContent-Len").await.unwrap();
        slow.push(stream);
    }
    let started = Instant::now();
    assert_eq!(app.browser().get("/").await.status, 200);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    for stream in &mut slow {
        assert!(closes_within(stream, BOUND).await);
    }
}
