//! What every use case may reach: the database, the clock, the provider, the settings.

use std::{sync::Arc, time::Duration};

use sqlx::PgPool;
use url::Url;

use super::{clock::SharedClock, gateway::Gateway, handset::Handset, heartbeat::Heartbeat, notices::Notices};
use crate::{
    config::{Config, Secret},
    domain::phone::Phone,
};

/// A cheap handle; clones share everything.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: SharedClock,
    pub gateway: Arc<dyn Gateway>,
    /// The simulated telephones; only in demo mode.
    pub handset: Option<Arc<dyn Handset>>,
    pub notices: Notices,
    pub heartbeat: Heartbeat,
    pub settings: Arc<Settings>,
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
    /// Outside demo mode demo accounts, their sessions and their tokens are refused.
    pub demo: bool,
    /// Between the two looks before an unknown send is declared not created.
    pub verify_interval: Duration,
    /// How long a claimed send may take before another worker treats it as unknown.
    pub lease: Duration,
    /// Keys the hashes that must not be guessable (device cookies, throttle keys).
    pub secret_key: Secret,
}

impl Settings {
    pub fn from_config(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            number: config.twilio.number.clone(),
            demo: config.demo.is_some(),
            verify_interval: config.verify_interval,
            lease: Duration::from_secs(45),
            secret_key: config.secret_key.clone(),
        }
    }
}
