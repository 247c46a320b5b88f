//! Settings, read from the environment once, at start. A wrong or half-set one ends start-up with a sentence that
//! names the variable. The names are the contract's (`docs` in README, «Environment»).

use std::{
    env,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::http::Uri;
use ipnet::IpNet;
use url::Url;

use crate::domain::{hours::Hours, limits::Limit, phone::Phone};

/// A variable that is missing or wrong; the text is the one sentence the operator reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct ConfigError {
    pub name: &'static str,
    pub problem: String,
}

impl ConfigError {
    fn new(name: &'static str, problem: impl Into<String>) -> Self {
        Self { name, problem: problem.into() }
    }
}

type Result<T> = std::result::Result<T, ConfigError>;

/// Everything `okla serve` needs.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub site_root: String,
    pub public_url: Url,
    pub secret_key: Secret,
    pub twilio: TwilioConfig,
    pub limits: FirstLimits,
    pub demo: Option<DemoConfig>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    pub delivery: DeliveryConfig,
    /// The words of messages are erased after so many days.
    pub retention_days: u16,
    /// What a scrape of `/metrics` must bear; none: open in demo mode, elsewhere not there.
    pub metrics_token: Option<Secret>,
}

/// How messages are handed to Twilio.
#[derive(Clone, Debug)]
pub struct DeliveryConfig {
    /// Between the two looks at Twilio before an unknown send is declared not created.
    pub verify_interval: Duration,
    /// How long a claimed send may take before another worker treats it as unknown; longer than Twilio may take.
    pub lease: Duration,
    /// What the sender's number may send, all servers together.
    pub per_second: u32,
    /// Sends under way at once, in one process.
    pub concurrency: usize,
    /// When offers leave.
    pub offer_hours: Hours,
    /// When what nobody waits for may ring a telephone.
    pub notice_hours: Hours,
    /// After the final status Twilio is asked for the price so often, each time so long after the time before.
    pub price_plan: Vec<Duration>,
}

/// A text that never shows in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

#[derive(Clone, Debug)]
pub struct TwilioConfig {
    pub account_sid: String,
    /// The first makes the calls, all of them verify webhooks.
    pub auth_tokens: Vec<Secret>,
    pub api_key: Option<(String, Secret)>,
    pub number: Phone,
    pub api_base_url: Url,
    /// The Senders API.
    pub messaging_base_url: Url,
    /// The Content API.
    pub content_base_url: Url,
}

/// The limits a new database starts with; afterwards the admin's page rules.
#[derive(Clone, Copy, Debug)]
pub struct FirstLimits {
    pub daily: i32,
    pub hourly: i32,
}

/// Demo mode: the simulator instead of Twilio, and accounts everyone knows.
#[derive(Clone, Debug)]
pub struct DemoConfig {
    pub simulator_url: Url,
    pub password: Secret,
}

impl Config {
    /// Reads the whole environment of `okla serve`.
    pub fn from_env() -> Result<Self> {
        let listen =
            parse_or("LEPTOS_SITE_ADDR", "127.0.0.1:3000", "escriba dirección:puerto, como 127.0.0.1:3000")?;
        let public_url = base_url("PUBLIC_URL", &format!("http://{listen}"))?;
        if public_url.path() != "/" || public_url.query().is_some() || !public_url.username().is_empty() {
            let problem = format!("«{public_url}» lleva algo más que protocolo, servidor y puerto");
            return Err(ConfigError::new("PUBLIC_URL", problem));
        }
        let twilio = TwilioConfig::from_env()?;
        let demo = DemoConfig::from_env(&twilio)?;
        if demo.is_some() {
            refuse_public_demo(listen, &public_url)?;
        }
        let secret_key = match optional("OKLA_SECRET_KEY") {
            Some(text) if text.len() >= 32 => Secret(text),
            Some(_) => {
                return Err(ConfigError::new("OKLA_SECRET_KEY", "necesita al menos 32 caracteres"));
            }
            None if demo.is_some() => Secret::new("demo-okla-secret-key-only-for-loopback"),
            None => return Err(missing("OKLA_SECRET_KEY")),
        };
        Ok(Self {
            listen,
            site_root: optional("LEPTOS_SITE_ROOT").unwrap_or_else(|| "target/site".to_owned()),
            public_url,
            secret_key,
            delivery: DeliveryConfig::from_env(&twilio)?,
            twilio,
            limits: FirstLimits::from_env()?,
            demo,
            trusted_proxies: trusted_proxies()?,
            retention_days: parse_or::<std::num::NonZeroU16>(
                "OKLA_RETENTION_DAYS",
                "400",
                "escriba un número entero de 1 o más",
            )?
            .get(),
            metrics_token: optional("OKLA_METRICS_TOKEN").map(Secret),
        })
    }
}

impl DeliveryConfig {
    /// For a call to Twilio, which may itself take 26 s: it always ends before its lease does.
    pub fn twilio_timeout(&self) -> Duration {
        (self.lease * 2 / 3).min(Duration::from_secs(30))
    }

    fn from_env(twilio: &TwilioConfig) -> Result<Self> {
        let seconds = |name, default| parse_or(name, default, "escriba un número de segundos");
        let price_plan =
            optional("OKLA_PRICE_CHECK_SECONDS").unwrap_or_else(|| "120,780,2700,82800".to_owned());
        let price_plan: Option<Vec<u64>> =
            price_plan.split(',').map(|wait| wait.trim().parse().ok()).collect();
        let price_plan = price_plan.ok_or_else(|| {
            ConfigError::new("OKLA_PRICE_CHECK_SECONDS", "escriba segundos separados por comas, como 120,780")
        })?;
        let number = "escriba un número entero de 1 o más";
        let verify_interval = Duration::from_secs(seconds("OKLA_VERIFY_INTERVAL_SECONDS", "60")?);
        let lease = Duration::from_secs(seconds("OKLA_LEASE_SECONDS", "45")?);
        if !is_loopback(&twilio.api_base_url) {
            // Less would prove nothing of a create that the real Twilio may take 26 s for.
            for (name, is, least) in
                [("OKLA_VERIFY_INTERVAL_SECONDS", verify_interval, 60), ("OKLA_LEASE_SECONDS", lease, 45)]
            {
                if is < Duration::from_secs(least) {
                    let problem = format!("con el Twilio de verdad no puede ser menos de {least}");
                    return Err(ConfigError::new(name, problem));
                }
            }
        }
        let hours = "escriba dos horas de un día, como 9-19";
        Ok(Self {
            verify_interval,
            lease,
            per_second: parse_or::<std::num::NonZeroU32>("OKLA_SENDS_PER_SECOND", "80", number)?.get(),
            concurrency: parse_or::<std::num::NonZeroUsize>("OKLA_TWILIO_CONCURRENCY", "40", number)?.get(),
            offer_hours: parse_or("OKLA_OFFER_HOURS", "9-19", hours)?,
            notice_hours: parse_or("OKLA_NOTICE_HOURS", "8-20", hours)?,
            price_plan: price_plan.into_iter().map(Duration::from_secs).collect(),
        })
    }
}

impl FirstLimits {
    /// What holds of a limit unless somebody sets another value.
    pub fn default_of(&self, limit: Limit) -> Option<i64> {
        let ours = self.values().into_iter().find(|(of, ..)| *of == limit);
        ours.map(|(_, value, _)| value).or_else(|| limit.default_value())
    }

    /// What is written into a new database, and the variable it comes from.
    pub fn values(&self) -> [(Limit, i64, &'static str); 3] {
        [
            (Limit::PlatformDay, self.daily.into(), "OKLA_DAILY_LIMIT"),
            (Limit::DealerHour, self.hourly.into(), "OKLA_HOURLY_LIMIT"),
            (Limit::UserHour, self.hourly.into(), "OKLA_HOURLY_LIMIT"),
        ]
    }

    pub fn from_env() -> Result<Self> {
        const WHOLE: &str = "escriba un número entero de 0 o más";
        let places = |name, default| match parse_or(name, default, WHOLE)? {
            value @ 0.. => Ok(value),
            _ => Err(ConfigError::new(name, WHOLE)),
        };
        Ok(Self { daily: places("OKLA_DAILY_LIMIT", "1000")?, hourly: places("OKLA_HOURLY_LIMIT", "100")? })
    }
}

impl TwilioConfig {
    fn from_env() -> Result<Self> {
        let account_sid = sid("TWILIO_ACCOUNT_SID", required("TWILIO_ACCOUNT_SID")?, "AC")?;
        let auth_tokens: Vec<Secret> = required("TWILIO_AUTH_TOKEN")?
            .split(',')
            .map(str::trim)
            .filter(|token| !token.is_empty())
            .map(Secret::new)
            .collect();
        if auth_tokens.is_empty() {
            return Err(missing("TWILIO_AUTH_TOKEN"));
        }
        let api_key = match (optional("TWILIO_API_KEY_SID"), optional("TWILIO_API_KEY_SECRET")) {
            (Some(key), Some(secret)) => Some((sid("TWILIO_API_KEY_SID", key, "SK")?, Secret(secret))),
            (Some(_), None) => {
                return Err(ConfigError::new("TWILIO_API_KEY_SECRET", "falta, y TWILIO_API_KEY_SID está"));
            }
            (None, Some(_)) => {
                return Err(ConfigError::new("TWILIO_API_KEY_SID", "falta, y TWILIO_API_KEY_SECRET está"));
            }
            (None, None) => None,
        };
        let number = Phone::parse_api(&required("TWILIO_WHATSAPP_NUMBER")?)
            .map_err(|_| ConfigError::new("TWILIO_WHATSAPP_NUMBER", "debe ser E.164, como +18095550100"))?;
        let api_base_url = base_url("TWILIO_API_BASE_URL", "https://api.twilio.com")?;
        // The simulator speaks all of Twilio at one address; no test of it may reach the real one.
        let local = is_loopback(&api_base_url).then(|| api_base_url.to_string());
        let other = |name, real: &str| base_url(name, local.as_deref().unwrap_or(real));
        Ok(Self {
            account_sid,
            auth_tokens,
            api_key,
            number,
            messaging_base_url: other("TWILIO_MESSAGING_BASE_URL", "https://messaging.twilio.com")?,
            content_base_url: other("TWILIO_CONTENT_BASE_URL", "https://content.twilio.com")?,
            api_base_url,
        })
    }
}

impl DemoConfig {
    fn from_env(twilio: &TwilioConfig) -> Result<Option<Self>> {
        match optional("OKLA_DEMO").as_deref() {
            None | Some("0") => return Ok(None),
            Some("1") => {}
            Some(_) => return Err(ConfigError::new("OKLA_DEMO", "solo vale 1 (o nada)")),
        }
        for (name, url) in [
            ("TWILIO_API_BASE_URL", &twilio.api_base_url),
            ("TWILIO_MESSAGING_BASE_URL", &twilio.messaging_base_url),
            ("TWILIO_CONTENT_BASE_URL", &twilio.content_base_url),
        ] {
            if !is_loopback(url) {
                let problem = "en modo de prueba (OKLA_DEMO=1) debe ser el simulador, en una dirección local";
                return Err(ConfigError::new(name, problem));
            }
        }
        let simulator_url = base_url("OKLA_SIM_URL", twilio.api_base_url.as_str())?;
        Ok(Some(Self { simulator_url, password: demo_password() }))
    }
}

/// Addresses and networks, comma-separated: `10.0.0.5, 192.168.0.0/16`.
fn trusted_proxies() -> Result<Vec<IpNet>> {
    let text = optional("OKLA_TRUSTED_PROXIES").unwrap_or_default();
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    let parse = |item: &str| item.parse().ok().or_else(|| item.parse::<IpAddr>().ok().map(IpNet::from));
    let wrong = |item: &str| {
        ConfigError::new("OKLA_TRUSTED_PROXIES", format!("«{item}» no es una dirección ni una red"))
    };
    items.map(|item| parse(item).ok_or_else(|| wrong(item))).collect()
}

/// The point at which a test lets the process die.
#[cfg(feature = "kill-points")]
pub fn kill_at() -> Option<String> {
    optional("OKLA_KILL_AT")
}

/// The password of the demo accounts.
pub fn demo_password() -> Secret {
    Secret(optional("OKLA_DEMO_PASSWORD").unwrap_or_else(|| "demo-okla-2026".to_owned()))
}

/// Whether `OKLA_DEMO=1`, for subcommands that need nothing else.
pub fn is_demo() -> bool {
    optional("OKLA_DEMO").as_deref() == Some("1")
}

/// `DATABASE_URL`, for every subcommand that touches data.
pub fn database_url() -> Result<Secret> {
    required("DATABASE_URL").map(Secret)
}

/// `RUST_LOG`, or what an operator wants to see by default.
pub fn log_filter() -> String {
    optional("RUST_LOG").unwrap_or_else(|| "info,sqlx=warn,tower_sessions=warn,hyper=warn".to_owned())
}

/// Whether `OKLA_LOG=json`.
pub fn log_is_json() -> bool {
    optional("OKLA_LOG").as_deref() == Some("json")
}

fn refuse_public_demo(listen: SocketAddr, public_url: &Url) -> Result<()> {
    if !listen.ip().is_loopback() {
        return Err(ConfigError::new(
            "LEPTOS_SITE_ADDR",
            format!(
                "{listen} se ve desde fuera, y el modo de prueba (OKLA_DEMO=1) solo corre en 127.0.0.1 o [::1]"
            ),
        ));
    }
    if !is_loopback(public_url) {
        return Err(ConfigError::new(
            "PUBLIC_URL",
            format!(
                "{public_url} es pública, y el modo de prueba (OKLA_DEMO=1) solo corre en una dirección local"
            ),
        ));
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn sid(name: &'static str, text: String, prefix: &str) -> Result<String> {
    let hexadecimal = |rest: &str| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit());
    if !text.strip_prefix(prefix).is_some_and(hexadecimal) {
        return Err(ConfigError::new(name, format!("debe ser {prefix} seguido de 32 cifras hexadecimales")));
    }
    Ok(text)
}

fn web_url(name: &'static str, text: &str) -> Result<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    // axum must be able to read what we sign and redirect to.
    url.filter(|url| url.as_str().parse::<Uri>().is_ok())
        .ok_or_else(|| ConfigError::new(name, format!("«{text}» no es una dirección http(s) completa")))
}

fn base_url(name: &'static str, default: &str) -> Result<Url> {
    web_url(name, optional(name).as_deref().unwrap_or(default))
}

fn parse_or<T: std::str::FromStr>(name: &'static str, default: &str, remedy: &str) -> Result<T> {
    let text = optional(name).unwrap_or_else(|| default.to_owned());
    text.trim().parse().map_err(|_| ConfigError::new(name, format!("«{text}» no vale: {remedy}")))
}

fn required(name: &'static str) -> Result<String> {
    optional(name).ok_or_else(|| missing(name))
}

fn missing(name: &'static str) -> ConfigError {
    ConfigError::new(name, "falta; póngala en el entorno (vea «Entorno» en README.md)")
}

/// An empty variable is as good as none.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn optional(name: &str) -> Option<String> {
    env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
