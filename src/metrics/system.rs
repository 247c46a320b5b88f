//! Gauges of the whole installation, as the database has them at a scrape: every server tells the same.

use prometheus::{Gauge, GaugeVec, Opts, Registry, Result};

pub struct System {
    queue_parts: GaugeVec,
    silent: Gauge,
    servers: GaugeVec,
    pace_allowed: Gauge,
    stages: GaugeVec,
    sender_online: Gauge,
    sender_quality: Gauge,
    messaging_limit: Gauge,
    usage: GaugeVec,
    pauses: Gauge,
    limit_requests: Gauge,
    limit_used: GaugeVec,
    limit_most: GaugeVec,
    clock_apart: Gauge,
    build: GaugeVec,
}

/// What they are set to. What is not known is NaN, which no alarm takes for zero.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Parts in the outbox by state.
    pub queue: [(&'static str, f64); 4],
    pub silent: f64,
    /// Servers by how their workers are.
    pub servers: [(&'static str, f64); 4],
    pub pace_allowed: f64,
    /// Stage, median and 95th percentile in seconds.
    pub stages: Vec<(&'static str, f64, f64)>,
    pub sender_online: f64,
    /// 3 high, 2 medium, 1 low.
    pub sender_quality: f64,
    /// Infinite: none.
    pub messaging_limit: f64,
    /// This month in US$, by whose word.
    pub usage: [(&'static str, f64); 2],
    pub pauses: f64,
    pub limit_requests: f64,
    /// A limit for all, what of it is taken, and how much it lets through.
    pub limits: Vec<(&'static str, f64, f64)>,
    pub clock_apart_seconds: f64,
    /// The newest migration.
    pub migration: String,
}

impl System {
    pub fn new(registry: &Registry) -> Result<Self> {
        let one = |name: &str, help: &str| {
            let gauge = Gauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let several = |name: &str, help: &str, labels: &[&str]| {
            let gauges = GaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(gauges.clone()))?;
            Ok::<_, prometheus::Error>(gauges)
        };
        Ok(Self {
            queue_parts: several(
                "okla_queue_parts",
                "Parts in the outbox: due, later (their pace, a retry), leased, abandoned (their worker died)",
                &["state"],
            )?,
            silent: one("okla_silent", "Parts Twilio took over ten minutes ago without a final word since")?,
            servers: several(
                "okla_servers",
                "Servers: delivering, stuck, web (no workers), silent (gone without goodbye)",
                &["state"],
            )?,
            pace_allowed: one("okla_pace_allowed", "Parts that the sender's pace lets leave at once now")?,
            stages: several(
                "okla_stage_seconds",
                "How long stages took, over the newest 500 messages of the last hour at most",
                &["stage", "quantile"],
            )?,
            sender_online: one("okla_sender_online", "1 if Twilio says that our number can send")?,
            sender_quality: one(
                "okla_sender_quality",
                "Meta's rating of our number: 3 high, 2 medium, 1 low",
            )?,
            messaging_limit: one(
                "okla_messaging_limit",
                "People outside their window that Meta allows in 24 hours, in Twilio's words",
            )?,
            usage: several(
                "okla_usage_dollars",
                "This month (UTC), by our ledger and by Twilio",
                &["source"],
            )?,
            pauses: one("okla_pauses", "Pauses of any sending that are in force")?,
            limit_requests: one(
                "okla_limit_requests",
                "Dealers' requests for another limit that nobody has decided",
            )?,
            limit_used: several(
                "okla_limit_used",
                "What is taken of a limit for all of OKLA that is in force",
                &["limit"],
            )?,
            limit_most: several("okla_limit_most", "How much such a limit lets through", &["limit"])?,
            clock_apart: one("okla_clock_apart_seconds", "By how much the database's clock is ahead")?,
            build: several("okla_build_info", "Always 1", &["version", "migration"])?,
        })
    }

    /// Nothing is known.
    pub fn forget(&self) {
        let several = [
            &self.queue_parts,
            &self.servers,
            &self.stages,
            &self.usage,
            &self.limit_used,
            &self.limit_most,
            &self.build,
        ];
        for gauges in several {
            gauges.reset();
        }
        let single = [
            &self.silent,
            &self.pace_allowed,
            &self.sender_online,
            &self.sender_quality,
            &self.messaging_limit,
            &self.pauses,
            &self.limit_requests,
            &self.clock_apart,
        ];
        for gauge in single {
            gauge.set(f64::NAN);
        }
    }

    pub fn set(&self, figures: &Figures) {
        for (state, value) in figures.queue {
            self.queue_parts.with_label_values(&[state]).set(value);
        }
        self.silent.set(figures.silent);
        for (state, value) in figures.servers {
            self.servers.with_label_values(&[state]).set(value);
        }
        self.pace_allowed.set(figures.pace_allowed);
        for (stage, median, p95) in &figures.stages {
            self.stages.with_label_values(&[*stage, "0.5"]).set(*median);
            self.stages.with_label_values(&[*stage, "0.95"]).set(*p95);
        }
        self.sender_online.set(figures.sender_online);
        self.sender_quality.set(figures.sender_quality);
        self.messaging_limit.set(figures.messaging_limit);
        for (source, value) in figures.usage {
            self.usage.with_label_values(&[source]).set(value);
        }
        self.pauses.set(figures.pauses);
        self.limit_requests.set(figures.limit_requests);
        // A limit that was taken away is told no more.
        self.limit_used.reset();
        self.limit_most.reset();
        for (limit, used, most) in &figures.limits {
            self.limit_used.with_label_values(&[*limit]).set(*used);
            self.limit_most.with_label_values(&[*limit]).set(*most);
        }
        self.clock_apart.set(figures.clock_apart_seconds);
        self.build.reset();
        self.build.with_label_values(&[env!("CARGO_PKG_VERSION"), figures.migration.as_str()]).set(1.0);
    }
}
