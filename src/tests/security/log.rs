//! Who tried what stands in the log; what he typed does not.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use okla::domain::user::Role;
use reqwest::Method;
use sqlx::PgPool;

use crate::app::{PASSWORD, SESSION, TestApp};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[sqlx::test]
async fn who_tried_what_is_logged_and_no_secret_is(pool: PgPool) {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    // A test has one thread: the server's tasks are on it too.
    let _guard = tracing::subscriber::set_default(lines);
    let app = TestApp::start(pool).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    let ana: String = app.value("select id::text from users where email = $1", "ana@ejemplo.do").await;
    let browser = app.browser();
    browser.sign_in("ana@ejemplo.do", "no es esta, no").await;
    browser.sign_in("ana@ejemplo.do", PASSWORD).await;
    let session = browser.cookie(SESSION).unwrap();
    browser.get("/admin/limites?q=secreto").await;
    let foreign = browser.request(Method::POST, "/fn/salir").header("sec-fetch-site", "cross-site");
    browser.land(foreign).await;
    browser.post_form("/fn/salir", &[]).await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let has = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(has(&["WARN", "a sign-in was refused", "127.0.0.1"]), "{log}");
    assert!(has(&["signed in", &ana, "127.0.0.1"]), "{log}");
    assert!(has(&["/admin/limites", &ana, "status=404"]), "who asked for what is not his: {log}");
    assert!(has(&["WARN", "came from another site", "/fn/salir"]), "{log}");
    assert!(has(&["signed out", &ana]), "{log}");
    for secret in [PASSWORD, "no es esta", &session, "ana@ejemplo", "secreto"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
