//! The application as its users meet it: the real router on a port of its own, real workers, a real PostgreSQL, and the
//! simulator as Twilio, all over real HTTP. Tests say what a buyer, a dealer or Twilio does.

mod api;
mod browser;
mod clock;
mod document;
mod routes;
mod twilio;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use chrono::{Days, TimeDelta};
use okla::{
    app::{
        add_dealer::add_dealer,
        add_user::{AddUser, add_user},
        check_next::check_next,
        clock::Clock,
        deliver::{Step, deliver_next},
        gateway::Gateway,
        handle_inbound::handle_next_inbound,
        handset::Handset,
        heartbeat::Heartbeat,
        listings::plan_listings,
        media::fetch_next_media,
        notices::Notices,
        remind::remind_next,
        rests::follow_next_rest,
        set_limit::{SetLimit, set_limit},
        state::{App, Ports, Settings, Tools},
        templates::sync_templates,
        tokens::create_token,
    },
    config::{Config, DeliveryConfig, DemoConfig, FirstLimits, Secret, TwilioConfig},
    domain::{
        limits::Limit,
        phone::Phone,
        template::catalog,
        time::{day_begins, day_in_santo_domingo},
        user::Role,
    },
    twilio::{
        callback_test::SignedCall,
        client::{self, TwilioClient},
        handset::SimulatedHandset,
    },
    web::{
        router::router,
        serve::{Patience, serve},
        state::AppState,
    },
    worker,
};
use serde_json::Value;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;
use uuid::Uuid;

pub use self::{
    api::{Api, Reply},
    browser::{Browser, Landing, SESSION, sign_up_form},
    clock::TestClock,
    twilio::Webhook,
};
use crate::simulator::rig::{ACCOUNT, PATIENCE, SENDER, Sim, TOKEN};

/// The password of every account that a test opens.
pub const PASSWORD: &str = "una frase que se recuerda";
/// The dealer of [`TestApp::token_for`], and where he is reached.
pub const DEALER: &str = "auto-feria";
pub const DEALER_PHONE: &str = "+18095550101";
/// A number whose messages arrive and are read.
pub const PLAIN: &str = "+18095551234";

/// What one test wants otherwise than `okla serve` has it.
pub struct Options {
    pub demo: bool,
    /// Without workers nothing is delivered but by [`TestApp::work`].
    pub workers: bool,
    /// In place of the client that calls the simulator.
    pub gateway: Option<Arc<dyn Gateway>>,
    /// How long the client waits for Twilio's answer.
    pub twilio_timeout: Duration,
    /// What the sender's number may send, all servers together.
    pub per_second: u32,
    /// When offers leave; else at any hour, so that tests may run at any.
    pub offer_hours: &'static str,
    /// Webhooks signed with any of these verify; the first makes the calls.
    pub auth_tokens: Vec<&'static str>,
    /// As `okla serve` has it outside demo mode; most tests of an admin are about something else.
    pub admins_need_second_factor: bool,
    /// What a scrape of `/metrics` must bear.
    pub metrics_token: Option<&'static str>,
    /// What the world sees, if not the address itself.
    pub public_url: Option<&'static str>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<&'static str>,
    pub site_root: String,
    pub patience: Patience,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            demo: false,
            workers: true,
            gateway: None,
            twilio_timeout: Duration::from_secs(30),
            per_second: 80,
            offer_hours: "0-24",
            auth_tokens: vec![TOKEN],
            admins_need_second_factor: false,
            metrics_token: None,
            public_url: None,
            trusted_proxies: Vec::new(),
            site_root: "target/site".to_owned(),
            patience: Patience::default(),
        }
    }
}

pub struct TestApp {
    pub url: String,
    /// Every path of its router.
    pub routes: Vec<String>,
    pub app: App,
    pub pool: PgPool,
    pub clock: TestClock,
    pub sim: Sim,
    stop: CancellationToken,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Connections go back to the pool, so that the test's database can be dropped.
        self.stop.cancel();
    }
}

impl TestApp {
    pub async fn start(pool: PgPool) -> Self {
        Self::start_with(pool, Options::default()).await
    }

    pub async fn start_with(pool: PgPool, options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let url = format!("http://{listen}");
        let sim = Sim::start(format!("{url}/webhooks/twilio/inbound")).await;
        let config = config(listen, &sim.url, &options);
        let clock = TestClock::default();
        let stop = CancellationToken::new();
        let twilio = {
            let mut settings = client::Settings::new(
                ACCOUNT.to_owned(),
                TOKEN.to_owned(),
                config.twilio.api_base_url.clone(),
            );
            settings.total_timeout = options.twilio_timeout;
            settings.content_url = config.twilio.content_base_url.clone();
            Arc::new(TwilioClient::new(settings).unwrap())
        };
        let app = App::start(Ports {
            pool: pool.clone(),
            searches: pool.clone(),
            clock: Arc::new(clock.clone()),
            media: twilio.clone(),
            gateway: options.gateway.unwrap_or(twilio),
            callback_test: Arc::new(SignedCall::new(
                config.public_url.clone(),
                options.auth_tokens[0].to_owned(),
            )),
            handset: config.demo.as_ref().map(|demo| -> Arc<dyn Handset> {
                Arc::new(SimulatedHandset::new(demo.simulator_url.clone()).unwrap())
            }),
            notices: Notices::start(pool.clone(), stop.clone()),
            heartbeat: Heartbeat::starting(clock.now()),
            settings: Arc::new(Settings {
                admins_need_second_factor: options.admins_need_second_factor,
                ..Settings::from_config(&config)
            }),
        });
        if options.workers {
            worker::start(&app, &TaskTracker::new(), &stop);
        }
        approve_templates(&pool).await;
        let service = router(AppState::new(app.clone(), Arc::new(config), stop.clone()));
        let routes = routes::of(&service);
        tokio::spawn(serve(listener, service, options.patience, stop.clone()));
        Self { url, routes, app, pool, clock, sim, stop }
    }

    /// Puts the application's clock forward, and the simulator's by the same.
    pub async fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.sim.advance(by.num_seconds().try_into().unwrap()).await;
    }

    /// Puts both forward to that hour of that day from today, in Santo Domingo; never back.
    pub async fn advance_to(&self, days: u64, hours: i64) {
        let now = self.clock.now();
        let then = day_begins(day_in_santo_domingo(now) + Days::new(days)) + TimeDelta::hours(hours);
        assert!(then > now, "{then} is past");
        self.advance(then - now).await;
    }

    /// Does by hand what the workers do, until nothing is due.
    pub async fn work(&self) {
        while handle_next_inbound(&self.app).await.unwrap() == Step::Worked {}
        while follow_next_rest(&self.app).await.unwrap() == Step::Worked {}
        while fetch_next_media(&self.app).await.unwrap() == Step::Worked {}
        plan_listings(&self.app).await.unwrap();
        while remind_next(&self.app).await.unwrap() == Step::Worked {}
        while deliver_next(&self.app).await.unwrap() == Step::Worked {}
        while check_next(&self.app).await.unwrap() == Step::Worked {}
    }

    /// Asks Twilio about our templates, as a worker does.
    pub async fn sync_templates(&self) {
        sync_templates(&self.app).await.unwrap();
    }

    /// A visitor's browser.
    pub fn browser(&self) -> Browser {
        self.browser_from(Ipv4Addr::LOCALHOST.into())
    }

    /// A visitor's browser at another address of this machine.
    pub fn browser_from(&self, address: IpAddr) -> Browser {
        Browser::new(self.url.clone(), address)
    }

    /// A program with a token of a fresh account of that role; a dealer's is of [`DEALER`].
    pub async fn token_for(&self, role: Role) -> Api {
        let dealer = (role == Role::Dealer).then_some(DEALER);
        if dealer.is_some() {
            self.have_dealer(DEALER, DEALER_PHONE).await;
        }
        let email = format!("{role}-{}@ejemplo.do", Uuid::new_v4().simple());
        self.add_user(&email, role, dealer).await;
        self.token_of(&email).await
    }

    pub async fn add_user(&self, email: &str, role: Role, dealer: Option<&str>) {
        let user = AddUser { email, name: None, role, dealer, password: PASSWORD, demo: false };
        add_user(&self.tools(), user).await.unwrap();
    }

    pub async fn token_of(&self, email: &str) -> Api {
        let token = create_token(&self.tools(), email, "prueba").await.unwrap();
        Api::new(&self.url, Some(token))
    }

    /// A program without a token.
    pub fn anonymous(&self) -> Api {
        Api::new(&self.url, None)
    }

    /// Adds the dealer unless he is there.
    pub async fn have_dealer(&self, slug: &str, phone: &str) {
        self.have_dealer_named(slug, slug, phone).await;
    }

    pub async fn have_dealer_named(&self, slug: &str, name: &str, phone: &str) {
        let there: bool = self.value("select exists (select from dealers where slug = $1)", slug).await;
        if !there {
            add_dealer(&self.pool, slug, name, phone, self.clock.now()).await.unwrap();
        }
    }

    /// `okla limits set`.
    pub async fn set_limit(&self, limit: Limit, value: Option<i32>) {
        let change = SetLimit { limit, value: value.map(Into::into), dealer: None };
        set_limit(&self.tools(), change).await.unwrap();
    }

    pub fn tools(&self) -> Tools {
        Tools { pool: self.pool.clone(), clock: Arc::new(self.clock.clone()) }
    }

    /// The person at that number has just written to OKLA: free text reaches him.
    pub async fn open_window(&self, phone: &str) {
        sqlx::query(
            "insert into inbound_messages (id, sid, from_address, body, fields, received_at, handled_at)
             values ($1, $1::text, $2, 'hola', '{}', $3, $3)",
        )
        .bind(Uuid::new_v4())
        .bind(phone)
        .bind(self.clock.now())
        .execute(&self.pool)
        .await
        .unwrap();
    }

    /// What Twilio really has for a number: the ground truth.
    pub async fn sim_messages(&self, to: &str) -> Vec<Value> {
        self.sim.truth(to).await
    }

    /// Until the message has that status, without asking Twilio.
    pub async fn wait_for(&self, id: &str, status: &str) {
        let waiting = async {
            while self.stored_status(id).await != status {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            let now = self.stored_status(id).await;
            panic!("{id} never was {status}; it is {now}");
        }
    }

    pub async fn stored_status(&self, id: &str) -> String {
        self.value("select status from messages where id = $1::uuid", id).await
    }

    /// One value by one text; the query is the test's own.
    pub async fn value<T>(&self, query: &'static str, by: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(query).bind(by).fetch_one(&self.pool).await.unwrap()
    }

    /// Copies of what was written to that number, as if it had been written so often.
    pub async fn repeat_message(&self, to: &str, times: i32) {
        sqlx::query(
            "with copies as (
               insert into messages
               select copy.* from messages m cross join generate_series(1, $2) as times cross join lateral
                 jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'form_key', null, 'n', times)) as copy
               where m.id = (select id from messages where to_phone = $1 limit 1)
               returning id
             )
             insert into words_to_index select id from copies",
        )
        .bind(to)
        .bind(times)
        .execute(&self.pool)
        .await
        .unwrap();
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        // OKLA's own account is nobody's.
        let nobodys = if table == "users" { " where email <> 'okla@okla.invalid'" } else { "" };
        let query = format!("select count(*) from {table}{nobodys}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&self.pool).await.unwrap()
    }

    /// In how many browsers the person is signed in.
    pub async fn sessions_of(&self, email: &str) -> i64 {
        self.value(
            "select count(*) from sessions s join users u on s.data ->> 'user' = u.id::text where u.email = $1",
            email,
        )
        .await
    }

    /// How many places are taken under a limit, whosever they are.
    pub async fn places(&self, limit: Limit) -> i64 {
        self.value("select coalesce(sum(used), 0)::bigint from limit_counters where name = $1", limit.name())
            .await
    }
}

/// What `okla serve` has where nothing is set.
pub fn settings() -> Settings {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Settings::from_config(&config(listen, "http://127.0.0.1:9", &Options::default()))
}

/// Every template of ours as the simulator has it from the beginning.
pub async fn approve_templates(pool: &PgPool) {
    for (definition, number) in catalog().iter().zip(1..) {
        sqlx::query(
            "insert into templates (purpose, sid, name, category, status, rejection_reason, told_at)
             values ($1, $2, $3, $4, 'approved', '', now()) on conflict do nothing",
        )
        .bind(definition.purpose.as_str())
        .bind(format!("HX{number:032x}"))
        .bind(&definition.name)
        .bind(definition.category.as_str())
        .execute(pool)
        .await
        .unwrap();
    }
}

fn config(listen: SocketAddr, twilio: &str, options: &Options) -> Config {
    let twilio: Url = twilio.parse().unwrap();
    Config {
        listen,
        site_root: options.site_root.clone(),
        public_url: options
            .public_url
            .map_or_else(|| format!("http://{listen}"), str::to_owned)
            .parse()
            .unwrap(),
        secret_key: Secret::new("a key for tests, long enough to be one"),
        twilio: TwilioConfig {
            account_sid: ACCOUNT.to_owned(),
            auth_tokens: options.auth_tokens.iter().map(|token| Secret::new(*token)).collect(),
            api_key: None,
            number: Phone::parse_api(SENDER).unwrap(),
            api_base_url: twilio.clone(),
            messaging_base_url: twilio.clone(),
            content_base_url: twilio.clone(),
        },
        limits: FirstLimits { daily: 1000, hourly: 100 },
        demo: options.demo.then(|| DemoConfig { simulator_url: twilio, password: Secret::new(PASSWORD) }),
        trusted_proxies: options.trusted_proxies.iter().map(|net| net.parse().unwrap()).collect(),
        delivery: DeliveryConfig {
            verify_interval: Duration::from_mins(1),
            lease: Duration::from_secs(45),
            per_second: options.per_second,
            offer_hours: options.offer_hours.parse().unwrap(),
            notice_hours: "8-20".parse().unwrap(),
            concurrency: 40,
            price_plan: [120, 780, 2_700, 82_800].map(Duration::from_secs).to_vec(),
        },
        retention_days: 400,
        metrics_token: options.metrics_token.map(Secret::new),
    }
}
