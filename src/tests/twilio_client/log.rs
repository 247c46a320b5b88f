//! What the client's log may hold.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use okla::app::gateway::Gateway as _;

use super::{
    FROM, SID, TO, client, message, outbound,
    server::{Reply, Server, json},
};

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

#[tokio::test]
async fn the_log_has_the_request_id_and_neither_secret_nor_body_nor_number() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let server = Server::start([
        json("201 Created", &message(SID)),
        json("400 Bad Request", &format!(r#"{{"code":21211,"message":"'{TO}' is not valid"}}"#)),
        json("200 OK", r#"{"messages":[],"next_page_uri":null}"#),
        Reply::Reset,
    ])
    .await;
    let client = client(&server);
    let refused = {
        client.send(&outbound()).await.unwrap();
        client.send(&outbound()).await.unwrap_err()
    };
    client.list(TO, FROM, None).await.unwrap();
    let lost = client.list(TO, FROM, None).await.unwrap_err();
    drop(guard);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for said in ["RQ1", "class=\"done\"", "class=\"refused\"", "class=\"unknown\"", "+1809…34"] {
        assert!(log.contains(said), "{said} is not in {log}");
    }
    for secret in ["8095551234", "4155238886", "secret-token", "QUMxOnNlY3JldC10b2tlbg", "disponible"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
        assert!(!format!("{refused} {lost}").contains(secret), "{secret} is in the errors");
    }
}
