//! A simulator in the test's own process, and an application's webhook that remembers what came.

use std::{ops::Deref, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use chrono::{DateTime, Utc};
use okla::simulator::{self, ApiKey, Options};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const TOKEN: &str = "the-first-token";
pub const SENDER: &str = "+14155238886";
/// Long enough for a slow machine; reached only by a test that fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A simulator in the test's own process.
pub struct Sim {
    pub url: String,
    pub http: Client,
    pub state_file: PathBuf,
    stop: CancellationToken,
    running: JoinHandle<()>,
    folder: Option<TempDir>,
}

impl Sim {
    /// A fresh simulator that answers at once and calls back within a fifth of a second; what people write to it is
    /// posted to `inbound_url`.
    pub async fn start(inbound_url: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut sim = Self::over(folder.path().join("new/folder/sim.jsonl"), inbound_url).await;
        sim.folder = Some(folder);
        sim.set(json!({ "latencyMs": 0, "callbackDelayMs": 20 })).await;
        sim
    }

    /// A simulator over a state file that may be there already.
    async fn over(state_file: PathBuf, inbound_url: String) -> Self {
        let http = http();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let options = Options {
            account_sid: ACCOUNT.to_owned(),
            auth_token: TOKEN.to_owned(),
            api_key: Some(ApiKey { sid: "SK1".to_owned(), secret: "shh".to_owned() }),
            whatsapp_number: SENDER.to_owned(),
            inbound_url,
            state_file: state_file.clone(),
        };
        let ended = stop.clone();
        let running = tokio::spawn(async move { simulator::serve(listener, options, ended).await.unwrap() });
        Self { url, http, state_file, stop, running, folder: None }
    }

    /// Stops the simulator; returns when it has ended.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        (&mut self.running).await.unwrap();
    }

    pub fn api(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/{path}", self.url);
        self.http.request(method, url).basic_auth(ACCOUNT, Some(TOKEN))
    }

    /// The create's raw answer; `To` and `From` get their prefix, the rest is as given.
    pub async fn post(&self, to: &str, fields: &[(&str, &str)]) -> reqwest::Result<Response> {
        let (to, from) = (format!("whatsapp:{to}"), format!("whatsapp:{SENDER}"));
        let mut form = vec![("To", to.as_str()), ("From", from.as_str())];
        form.extend_from_slice(fields);
        self.api(Method::POST, "Messages.json").form(&form).send().await
    }

    /// A created message with a status callback to the hook.
    pub async fn fetch(&self, sid: &str) -> Value {
        let answer = self.api(Method::GET, &format!("Messages/{sid}.json")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// The message once it has that status.
    pub async fn fetch_when(&self, sid: &str, status: &str) -> Value {
        let waiting = async {
            loop {
                let message = self.fetch(sid).await;
                if message["status"] == status {
                    return message;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{sid} never was {status}"))
    }

    pub async fn set(&self, settings: Value) {
        let answer =
            self.http.put(format!("{}/sim/settings", self.url)).json(&settings).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Puts the clock forward; returns the simulator's time.
    /// What Meta says of a template from now on.
    pub async fn decide(&self, sid: &str, decision: Value) {
        let url = format!("{}/sim/templates/{sid}", self.url);
        let answer = self.http.put(url).json(&decision).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    pub async fn advance(&self, seconds: u32) -> DateTime<Utc> {
        let change = json!({ "advanceSeconds": seconds });
        let answer = self.http.post(format!("{}/sim/clock", self.url)).json(&change).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.unwrap()["now"].as_str().unwrap().parse().unwrap()
    }

    /// What the simulator says really happened.
    pub async fn truth(&self, to: &str) -> Vec<Value> {
        let url = format!("{}/sim/messages", self.url);
        self.http.get(url).query(&[("to", to)]).send().await.unwrap().json().await.unwrap()
    }

    pub async fn receive(&self, fields: &[(&str, &str)]) -> Value {
        let answer = self.http.post(format!("{}/sim/inbound", self.url)).form(fields).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }
}

/// A simulator and the application's side of it.
pub struct Rig {
    sim: Sim,
    pub hook: Hook,
}

impl Deref for Rig {
    type Target = Sim;

    fn deref(&self) -> &Sim {
        &self.sim
    }
}

impl Rig {
    /// As [`Sim::start`].
    pub async fn start() -> Self {
        let hook = Hook::open().await;
        Self { sim: Sim::start(hook.inbound_url()).await, hook }
    }

    /// A fresh simulator with its own default settings.
    pub async fn start_as_delivered() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut rig = Self::over(folder.path().join("sim.jsonl"), Hook::open().await).await;
        rig.sim.folder = Some(folder);
        rig
    }

    /// A simulator over a state file that may be there already.
    pub async fn over(state_file: PathBuf, hook: Hook) -> Self {
        Self { sim: Sim::over(state_file, hook.inbound_url()).await, hook }
    }

    /// Stops the simulator and starts another over the same file.
    pub async fn restart(self) -> Self {
        self.sim.stop.cancel();
        self.sim.running.await.unwrap();
        let mut next = Self::over(self.sim.state_file, self.hook).await;
        next.sim.folder = self.sim.folder;
        next
    }

    /// Stops the simulator; returns when it has ended.
    pub async fn stop(mut self) {
        self.sim.stop().await;
    }

    pub async fn send(&self, to: &str, body: &str) -> Value {
        let callback = format!("{}/status?m=7", self.hook.url);
        let answer = self.post(to, &[("Body", body), ("StatusCallback", &callback)]).await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }
}

pub fn http() -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().no_proxy().build().unwrap()
}

/// The application's side: answers 204, or what it is told to, and passes on all that comes.
pub struct Hook {
    pub url: String,
    answers: Arc<Mutex<Vec<u16>>>,
    came: mpsc::UnboundedReceiver<Delivery>,
}

/// A webhook request as it came.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub path: String,
    pub headers: HeaderMap,
    pub fields: Vec<(String, String)>,
}

impl Delivery {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

type Desk = (Arc<Mutex<Vec<u16>>>, mpsc::UnboundedSender<Delivery>);

impl Hook {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(Vec::new()));
        let (desk, came) = mpsc::unbounded_channel();
        let app = Router::new().fallback(note).with_state((Arc::clone(&answers), desk));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, answers, came }
    }

    fn inbound_url(&self) -> String {
        format!("{}/inbound", self.url)
    }

    /// The statuses of the next answers; afterwards 204 again.
    pub async fn answer(&self, mut statuses: Vec<u16>) {
        statuses.reverse();
        *self.answers.lock().await = statuses;
    }

    pub async fn next(&mut self) -> Delivery {
        tokio::time::timeout(PATIENCE, self.came.recv()).await.expect("no webhook came").unwrap()
    }

    /// Every `MessageStatus` that comes, until none comes for a while.
    pub async fn statuses(&mut self) -> Vec<String> {
        let mut statuses = Vec::new();
        while let Ok(Some(delivery)) =
            tokio::time::timeout(Duration::from_millis(700), self.came.recv()).await
        {
            statuses.push(delivery.field("MessageStatus").unwrap().to_owned());
        }
        statuses
    }
}

async fn note(State((answers, desk)): State<Desk>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let fields = form_urlencoded::parse(&body).into_owned().collect();
    desk.send(Delivery { path: uri.to_string(), headers, fields }).unwrap();
    let answer = answers.lock().await.pop().unwrap_or(204);
    StatusCode::from_u16(answer).unwrap()
}
