//! The programs under test, each a process of its own.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::time::{Instant, sleep};

use crate::{Result, Settings, load::request, report::say};

pub const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
const ACCOUNT: &str = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
/// Limits that stand in a benchmark's way; so much is never reached.
const RAISED: [&str; 5] = ["platform_day", "dealer_hour", "user_hour", "buyer_day", "pair_day"];

/// How `okla` is run here.
pub struct Okla {
    program: PathBuf,
    dir: PathBuf,
    pub database_url: String,
    simulator: String,
}

/// Ends with its handle.
pub struct Process {
    child: Child,
    /// `127.0.0.1:port`.
    pub address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

impl Process {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory, MB.
    pub fn memory(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1024.0)
    }
}

impl Okla {
    /// Migrates, loads the history and raises the limits; what an earlier run has loaded is used again.
    pub fn prepare(settings: &Settings) -> Result<Self> {
        let okla = Self {
            program: settings.okla.clone(),
            dir: settings.dir.clone(),
            database_url: settings.database_url.clone(),
            simulator: free_address()?,
        };
        okla.run(&["migrate"])?;
        let since = Instant::now();
        let messages = settings.messages.to_string();
        let seed = ["demo", "seed", "--dealers", "500", "--days", "365", "--messages", &messages];
        let marker = okla.dir.join("seeded");
        if fs::read_to_string(&marker).unwrap_or_default() != settings.database_url {
            okla.run(&seed)?;
            fs::write(&marker, &settings.database_url)?;
            let seconds = since.elapsed().as_secs();
            say(&format!("{messages} mensajes de 500 concesionarios cargados en {seconds} s"))?;
        }
        for limit in RAISED {
            okla.run(&["limits", "set", limit, "10000000"])?;
        }
        Ok(okla)
    }

    fn command(&self, address: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("DATABASE_URL", &self.database_url)
            .env("LEPTOS_SITE_ADDR", address)
            .env("PUBLIC_URL", format!("http://{address}"))
            .env("OKLA_DEMO", "1")
            .env("TWILIO_API_BASE_URL", format!("http://{}", self.simulator))
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .env("TWILIO_WHATSAPP_NUMBER", "+18095550100")
            .stdin(Stdio::null());
        command
    }

    /// Runs a subcommand to its end.
    pub fn run(&self, arguments: &[&str]) -> Result<()> {
        let status = self.command("127.0.0.1:3000").args(arguments).stdout(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(format!("okla {arguments:?}: {status}").into()) }
    }

    /// The same `okla` over another database beside the first.
    pub fn over(&self, database_url: &str) -> Self {
        Self {
            program: self.program.clone(),
            dir: self.dir.clone(),
            database_url: database_url.to_owned(),
            simulator: self.simulator.clone(),
        }
    }

    /// The same over a new database of that name beside the first, with a history of its own.
    pub async fn beside(&self, name: &str, messages: &str, days: &str) -> Result<Self> {
        let (server, _) = self.database_url.rsplit_once('/').ok_or("DATABASE_URL names no database")?;
        let mut conn = PgConnection::connect(&self.database_url).await?;
        for statement in ["drop database if exists", "create database"] {
            sqlx::raw_sql(AssertSqlSafe(format!("{statement} {name}"))).execute(&mut conn).await?;
        }
        let beside = self.over(&format!("{server}/{name}"));
        beside.run(&["migrate"])?;
        beside.run(&["demo", "seed", "--dealers", "500", "--days", days, "--messages", messages])?;
        Ok(beside)
    }

    /// A server that answers.
    pub async fn serve(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Process> {
        let address = free_address()?;
        let mut command = self.command(&address);
        command.arg("serve").args(arguments).envs(environment.iter().copied());
        self.start(command, address, "server", "/readyz").await
    }

    /// The simulator, with these settings (`PUT /sim/settings`).
    pub async fn simulate(&self, settings: &str) -> Result<Process> {
        let state = self.dir.join("sim.jsonl");
        if state.exists() {
            fs::remove_file(&state)?;
        }
        let mut command = self.command("127.0.0.1:3000");
        command.args(["twilio-sim", "--listen", &self.simulator, "--state"]).arg(state);
        let process = self.start(command, self.simulator.clone(), "simulator", "/sim/settings").await?;
        let put = format!(
            "PUT /sim/settings HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{settings}",
            self.simulator,
            settings.len()
        );
        let answer = request(&self.simulator, put.as_bytes()).await?;
        if answer.status == 200 { Ok(process) } else { Err(format!("settings: {}", answer.status).into()) }
    }

    async fn start(&self, mut command: Command, address: String, name: &str, path: &str) -> Result<Process> {
        let log = File::create(self.dir.join(format!("{name}-{}.log", address.replace(':', "-"))))?;
        let child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut process = Process { child, address };
        let get = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", process.address);
        let deadline = Instant::now() + Duration::from_mins(1);
        while !request(&process.address, get.as_bytes()).await.is_ok_and(|answer| answer.status == 200) {
            if let Some(status) = process.child.try_wait()? {
                return Err(format!("okla {name}: {status}; its log is in {}", self.dir.display()).into());
            }
            if Instant::now() > deadline {
                return Err(format!("okla {name} does not answer").into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(process)
    }
}

fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
