//! Bytes as no well-behaved client sends them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{app::TestApp, simulator::rig::PATIENCE};

impl TestApp {
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).await.unwrap()
    }

    /// Sends the bytes and reads until the server closes; what it said.
    pub async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // It may have closed before it heard all.
        stream.write_all(bytes).await.ok();
        listen(&mut stream).await
    }

    /// A request whose connection ends with its answer. `target` and `lines` as they are, with a host among them.
    pub async fn say_request(&self, method: &str, target: &str, lines: &[&str]) -> String {
        let lines = lines.join("\r\n");
        self.say(format!("{method} {target} HTTP/1.1\r\n{lines}\r\nConnection: close\r\n\r\n").as_bytes())
            .await
    }
}

/// All until the server closes.
pub async fn listen(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // A reset ends it as an end does.
    timeout(PATIENCE, stream.read_to_end(&mut said)).await.expect("the server closes").ok();
    String::from_utf8_lossy(&said).into_owned()
}

/// Whether the server closes within `time`, whatever it says before.
pub async fn closes_within(stream: &mut TcpStream, time: Duration) -> bool {
    timeout(time, stream.read_to_end(&mut Vec::new())).await.is_ok()
}

/// The status of an answer; none when there was no answer.
pub fn status(said: &str) -> Option<u16> {
    said.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
