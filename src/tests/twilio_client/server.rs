//! A server that answers byte for byte what a test wants, wrong HTTP included, and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use url::Url;

pub enum Reply {
    /// Written as it is, then the connection closes.
    Raw(String),
    /// The request is read and nothing ever comes back.
    Hang,
    /// The request is read, then the connection is reset.
    Reset,
    /// As `Raw`, after a while.
    Late(Duration, String),
    /// Written, and then nothing more comes though the connection stays open.
    Stall(String),
}

/// A whole, well-formed answer.
pub fn answer(status: &str, headers: &str, content_type: &str, body: &str) -> Reply {
    Reply::Raw(text(status, headers, content_type, body))
}

pub fn text(status: &str, headers: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

pub fn json(status: &str, body: &str) -> Reply {
    answer(status, "Twilio-Request-Id: RQ1\r\n", "application/json", body)
}

#[derive(Clone, Debug, Default)]
pub struct Received {
    /// `POST /path?query`.
    pub line: String,
    /// Lower case, one header a line.
    pub head: String,
    pub body: String,
}

impl Received {
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    received: Vec<Received>,
    open: usize,
    most_open: usize,
}

/// Gives one reply a connection, in order, then 404s.
pub struct Server {
    pub url: Url,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let state =
            Arc::new(Mutex::new(State { replies: replies.into_iter().collect(), ..State::default() }));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { url, state }
    }

    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// How many requests were ever under way at once.
    pub fn most_open(&self) -> usize {
        self.state.lock().unwrap().most_open
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    let reply = {
        let mut state = state.lock().unwrap();
        state.received.push(request);
        state.open += 1;
        state.most_open = state.most_open.max(state.open);
        state.replies.pop_front()
    };
    let raw = match reply {
        Some(Reply::Raw(raw)) => raw,
        Some(Reply::Late(wait, raw)) => {
            tokio::time::sleep(wait).await;
            raw
        }
        Some(Reply::Stall(raw)) => {
            stream.write_all(raw.as_bytes()).await.unwrap();
            return std::future::pending().await;
        }
        Some(Reply::Hang) => return std::future::pending().await,
        Some(Reply::Reset) => return stream.set_zero_linger().unwrap(),
        None => text("404 Not Found", "", "text/plain", "no more replies"),
    };
    state.lock().unwrap().open -= 1;
    stream.write_all(raw.as_bytes()).await.unwrap();
}

/// One request; `None` if the client leaves before it is whole.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let (line, headers) = head.split_once("\r\n")?;
        let headers = headers.to_lowercase();
        let length: usize = headers
            .lines()
            .find_map(|header| header.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some(Received {
                line: line.trim_end_matches(" HTTP/1.1").to_owned(),
                head: headers,
                body: body.to_owned(),
            });
        }
    }
}
