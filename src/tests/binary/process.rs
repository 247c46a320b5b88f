//! `okla` with an environment of the test's own and nothing else.

use std::{
    collections::BTreeMap,
    io::Write as _,
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use rand::RngExt as _;
use sqlx::{ConnectOptions, PgPool};

use crate::simulator::rig::{ACCOUNT, PATIENCE, SENDER, TOKEN, http};

/// An environment for `okla serve`.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Everything that a live installation needs, over the test's database.
    pub fn live(pool: &PgPool) -> Self {
        let database = pool.connect_options().to_url_lossy().to_string();
        Self(BTreeMap::new())
            .with("DATABASE_URL", &database)
            .with("LEPTOS_SITE_ADDR", &free_address())
            .with("OKLA_SECRET_KEY", "a key for tests, long enough to be one")
            .with("TWILIO_ACCOUNT_SID", ACCOUNT)
            .with("TWILIO_AUTH_TOKEN", TOKEN)
            .with("TWILIO_WHATSAPP_NUMBER", SENDER)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0["LEPTOS_SITE_ADDR"])
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_okla"));
        command.args(arguments).env_clear().envs(&self.0).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to its end. A start that should have been refused is stopped, and fails the test.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "").await
    }

    pub async fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let waiting = async {
            while child.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            child.kill().unwrap();
            panic!("{arguments:?} did not end: {:?}", self.0);
        }
        child.wait_with_output().unwrap()
    }

    /// Runs on until dropped; returns once it answers.
    pub async fn serve(&self) -> Running {
        self.serve_as(&["serve"]).await
    }

    /// The same with options.
    pub async fn serve_as(&self, arguments: &[&str]) -> Running {
        let child = self.command(arguments).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
        let running = Running(child);
        let http = http();
        let waiting = async {
            let url = format!("{}/readyz", self.url());
            while !http.get(&url).send().await.is_ok_and(|answer| answer.status() == 200) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "it does not serve");
        running
    }
}

/// A server of this test's own; killed with it.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Running {
    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }

    /// The signal it ended by, once it has.
    pub fn killed_by(&mut self) -> Option<i32> {
        self.0.try_wait().unwrap().and_then(|status| status.signal())
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Whether it ended well, once it has ended.
    pub async fn ended_well(mut self) -> bool {
        let waiting = async {
            loop {
                if let Some(status) = self.0.try_wait().unwrap() {
                    return status.success();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap()
    }
}

/// Below the ports that the system hands out for calls: it stays free until a server takes it, and after that server died.
pub fn free_address() -> String {
    let mut dice = rand::rng();
    std::iter::repeat_with(|| format!("127.0.0.1:{}", dice.random_range(10_000..32_000)))
        .find(|address| std::net::TcpListener::bind(address).is_ok())
        .unwrap()
}
