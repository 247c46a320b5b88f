//! What every use case may reach: the database, the clock, the provider, the settings.

use std::{ops::Deref, sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::{Mutex, Semaphore},
    time::Instant,
};
use url::Url;

use super::{
    accept::{Draft, Verdict, accept},
    callback_test::CallbackTest,
    clock::SharedClock,
    gateway::Gateway,
    gather::Gatherer,
    handset::Handset,
    heartbeat::Heartbeat,
    media_source::MediaSource,
    notices::Notices,
    record_status::{Recorded, Told, record},
};
use crate::{
    config::{Config, Secret},
    domain::{hours::Hours, pace::Pace, phone::Phone},
};

/// How many sends, or reports, go into one transaction at most.
const GROUP: usize = 64;
/// How many groups of reports are taken in at once; those of sends would only wait for each other's counters.
const REPORTS_AT_ONCE: usize = 2;

/// Half of the places that the provider's client has for questions.
const VIEWS_AT_ONCE: usize = 8;

/// A cheap handle; clones share everything. It reads as its [`Ports`].
#[derive(Clone)]
pub struct App {
    ports: Ports,
    /// Where messages are taken in.
    pub accepts: Gatherer<Draft, Verdict>,
    /// Where reports about parts are taken in.
    pub records: Gatherer<Told, Recorded>,
    /// Who looks at a message's page may have Twilio asked; never so many that the workers' questions wait.
    pub views: Arc<Semaphore>,
    /// Whose file of vehicles is being read: one at a time.
    pub imports: Arc<Semaphore>,
    /// Whose change of a limit is lived through: one at a time.
    pub replays: Arc<Semaphore>,
    /// When a message that could not go for want of its template had Twilio asked.
    pub templates_asked: Arc<Mutex<Option<Instant>>>,
}

/// What an [`App`] is made of.
#[derive(Clone)]
pub struct Ports {
    pub pool: PgPool,
    /// A few connections of their own for searches, so that they never stand in the way of messages.
    pub searches: PgPool,
    pub clock: SharedClock,
    pub gateway: Arc<dyn Gateway>,
    pub media: Arc<dyn MediaSource>,
    pub callback_test: Arc<dyn CallbackTest>,
    /// The simulated telephones; only in demo mode.
    pub handset: Option<Arc<dyn Handset>>,
    pub notices: Notices,
    pub heartbeat: Heartbeat,
    pub settings: Arc<Settings>,
}

impl Deref for App {
    type Target = Ports;

    fn deref(&self) -> &Ports {
        &self.ports
    }
}

impl App {
    /// Starts the tasks that take messages and reports in; they end with the last clone.
    pub fn start(ports: Ports) -> Self {
        let accepts = {
            let (pool, clock) = (ports.pool.clone(), ports.clock.clone());
            let hours = ports.settings.offer_hours;
            Gatherer::start(GROUP, 1, move |drafts| {
                let (pool, now) = (pool.clone(), clock.now());
                Box::pin(async move { accept(&pool, &drafts, hours, now).await })
            })
        };
        let records = {
            let (pool, clock) = (ports.pool.clone(), ports.clock.clone());
            let settings = ports.settings.clone();
            Gatherer::start(GROUP, REPORTS_AT_ONCE, move |told| {
                let (pool, now, settings) = (pool.clone(), clock.now(), settings.clone());
                Box::pin(async move { record(&pool, &told, now, &settings).await })
            })
        };
        Self {
            ports,
            accepts,
            records,
            views: Arc::new(Semaphore::new(VIEWS_AT_ONCE)),
            imports: Arc::new(Semaphore::new(1)),
            replays: Arc::new(Semaphore::new(1)),
            templates_asked: Arc::default(),
        }
    }
}

/// What the command line's use cases need: no provider, no workers.
#[derive(Clone)]
pub struct Tools {
    pub pool: PgPool,
    pub clock: SharedClock,
}

/// The settings use cases depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the world sees; status callbacks are built from it.
    pub public_url: Url,
    /// OKLA's own WhatsApp number.
    pub number: Phone,
    /// Its account at Twilio.
    pub account_sid: String,
    /// Outside demo mode demo accounts, their sessions and their tokens are refused.
    pub demo: bool,
    /// Between the two looks before an unknown send is declared not created.
    pub verify_interval: Duration,
    /// How long a claimed send may take before another worker treats it as unknown.
    pub lease: Duration,
    /// How long a call to Twilio may take, waiting for its turn included; shorter than the lease.
    pub longest_call: Duration,
    /// How fast the sender's number may send, all servers together.
    pub pace: Pace,
    /// When offers leave.
    pub offer_hours: Hours,
    /// When what nobody waits for may ring a telephone: reminders, listings, answers.
    pub notice_hours: Hours,
    /// How many sends one process has under way at Twilio at once.
    pub concurrency: usize,
    /// When Twilio is asked for a price after the final status.
    pub price_plan: Vec<Duration>,
    /// The words of messages are erased after so many days.
    pub retention_days: u16,
    /// Outside demo mode, whose accounts everyone knows, an admin does nothing before he has a second factor.
    pub admins_need_second_factor: bool,
    /// Keys what must not be guessed or read: device cookies, throttle keys, second factors.
    pub secret_key: Secret,
}

impl Settings {
    /// A page of ours as the world sees it.
    pub fn page(&self, path: &str) -> String {
        let mut page = self.public_url.clone();
        page.set_path(path);
        page.into()
    }

    pub fn from_config(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            number: config.twilio.number.clone(),
            account_sid: config.twilio.account_sid.clone(),
            demo: config.demo.is_some(),
            verify_interval: config.delivery.verify_interval,
            lease: config.delivery.lease,
            longest_call: config.delivery.twilio_timeout(),
            pace: Pace::per_second(config.delivery.per_second),
            offer_hours: config.delivery.offer_hours,
            notice_hours: config.delivery.notice_hours,
            concurrency: config.delivery.concurrency,
            price_plan: config.delivery.price_plan.clone(),
            retention_days: config.retention_days,
            admins_need_second_factor: config.demo.is_none(),
            secret_key: config.secret_key.clone(),
        }
    }
}
