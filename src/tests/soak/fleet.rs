//! Several server processes over one database and one simulator, and clients that repeat what they ask for until
//! somebody answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use okla::{
    app::{
        add_user::{AddUser, add_user},
        clock::SystemClock,
        state::Tools,
        tokens::create_token,
    },
    domain::user::Role,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::{sleep, timeout};

use super::audit::all_is_true;
use crate::{
    app::{Api, PASSWORD},
    binary::process::Environment,
    simulator::rig::Sim,
};

/// What a dead server leaves is done within this; a slow machine needs some of it.
const HEALED_WITHIN: Duration = Duration::from_secs(90);
/// The ends of the numbers written to: what the simulator makes of them, each final by itself or by asking.
const ENDS: [&str; 10] = ["234", "502", "235", "500", "506", "236", "888", "003", "777", "237"];

pub struct Fleet {
    pub pool: PgPool,
    pub sim: Sim,
    pub environments: Vec<Environment>,
    token: String,
    /// Keys that were used; the message of each is its own.
    asked: AtomicUsize,
}

impl Fleet {
    /// Environments for so many servers, with a lease and a doubt that are short and still longer than a call takes.
    pub async fn over(pool: PgPool, servers: usize) -> Self {
        // Nobody writes to us here.
        let sim = Sim::start("http://127.0.0.1:9/".to_owned()).await;
        sim.set(json!({ "latencyMs": 150 })).await;
        let environment = || {
            Environment::live(&pool)
                .with("TWILIO_API_BASE_URL", &sim.url)
                .with("OKLA_LEASE_SECONDS", "3")
                .with("OKLA_VERIFY_INTERVAL_SECONDS", "1")
                .with("OKLA_SENDS_PER_SECOND", "1000")
                .with("OKLA_DAILY_LIMIT", "1000000")
                .with("OKLA_HOURLY_LIMIT", "1000000")
                .with("RUST_LOG", "off")
        };
        let environments = (0..servers).map(|_| environment()).collect();
        let tools = Tools { pool: pool.clone(), clock: Arc::new(SystemClock) };
        let email = "admin@ejemplo.do";
        add_admin(&tools, email).await;
        let token = create_token(&tools, email, "prueba").await.unwrap();
        Self { pool, sim, environments, token, asked: AtomicUsize::new(0) }
    }

    /// One more admin.
    pub async fn add_admin(&self, email: &str) {
        add_admin(&Tools { pool: self.pool.clone(), clock: Arc::new(SystemClock) }, email).await;
    }

    /// How many messages were asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// A program that speaks to one of the servers.
    pub fn api(&self, server: usize) -> Api {
        let url = self.environments[server % self.environments.len()].url();
        Api::new(&url, Some(self.token.clone()))
    }

    /// Writes another message: to whichever server answers, with one key for all tries.
    pub async fn write(&self) {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let to = format!("+1809{:04}{}", number % 10_000, ENDS[number % ENDS.len()]);
        let body = match number % ENDS.len() {
            9 => format!("{number}: {}", "palabra ".repeat(450)),
            _ => format!("{number}: ¿Sigue disponible?"),
        };
        let body = json!({ "toPhoneNumber": to, "messageBody": body });
        let mut server = number;
        while !self.is_answered(server, number, &body).await {
            server += 1;
            sleep(Duration::from_millis(30)).await;
        }
    }

    async fn is_answered(&self, server: usize, number: usize, body: &Value) -> bool {
        let request = self
            .api(server)
            .post_send(body)
            .header("idempotency-key", format!("key-{number}"))
            .header("prefer", "respond-async")
            .timeout(Duration::from_secs(5));
        let Ok(answer) = request.send().await else { return false };
        let status = answer.status().as_u16();
        assert!(matches!(status, 200 | 202 | 409 | 500 | 502 | 503), "{status}: {:?}", answer.text().await);
        // Refused at once (a number that ends in 500, by the second look) is an answer as well.
        matches!(status, 200 | 202 | 502)
    }

    /// Until all that was asked for has its end.
    pub async fn healed(&self) {
        let healing = async {
            while self.unfinished().await > 0 {
                sleep(Duration::from_millis(100)).await;
            }
        };
        let healed = timeout(HEALED_WITHIN, healing).await.is_ok();
        assert!(healed, "{} messages have no end", self.unfinished().await);
    }

    /// What comes by itself after a while comes at once, as long as `doing` lasts: the next question about a state
    /// (20 s and more), and the end of a key's first request whose server is dead (12 s).
    pub async fn hurried<T>(&self, doing: impl Future<Output = T>) -> T {
        let hurrying = async {
            loop {
                self.hurry().await;
                sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::select! {
            done = doing => done,
            () = hurrying => unreachable!(),
        }
    }

    async fn hurry(&self) {
        for hurry in [
            "update message_parts set next_check_at = now() where id in (
               select id from message_parts where sid is not null and next_check_at > now()
                 and status not in ('read', 'failed', 'undelivered', 'canceled') for update skip locked)",
            "update idempotency_keys set created_at = created_at - interval '1 minute' where answer_status is null",
        ] {
            // Where the database itself is away, later.
            sqlx::query(hurry).execute(&self.pool).await.ok();
        }
    }

    async fn unfinished(&self) -> i64 {
        let parts = "select (select count(*) from message_parts
                 where status not in ('read', 'failed', 'undelivered', 'canceled')) + (select count(*) from outbox)";
        sqlx::query_scalar(parts).fetch_one(&self.pool).await.unwrap()
    }

    /// That each message that was asked for is there once, and is what Twilio has.
    pub async fn all_is_true(&self) {
        let stored: i64 =
            sqlx::query_scalar("select count(*) from messages").fetch_one(&self.pool).await.unwrap();
        assert_eq!(usize::try_from(stored).unwrap(), self.asked(), "a message for each key");
        all_is_true(&self.pool, &self.sim).await;
    }
}

async fn add_admin(tools: &Tools, email: &str) {
    let admin =
        AddUser { email, name: None, role: Role::Admin, dealer: None, password: PASSWORD, demo: false };
    add_user(tools, admin).await.unwrap();
}
