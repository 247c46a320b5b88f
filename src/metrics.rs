//! What this process counts and times for Prometheus: every name and its meaning in one place. Any layer may count; the
//! values live in the process, so who watches several adds them up.

mod system;

use std::{sync::LazyLock, time::Duration};

use prometheus::{
    Gauge, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry, TextEncoder,
    core::Collector,
};

pub use self::system::Figures;

/// From what a local query takes to what Twilio may take.
const SECONDS: [f64; 12] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

static METRICS: LazyLock<prometheus::Result<Metrics>> = LazyLock::new(Metrics::new);

struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    accepted: IntCounter,
    refused: IntCounterVec,
    twilio_calls: HistogramVec,
    callbacks: IntCounterVec,
    circuit_open: Gauge,
    queue_depth: Gauge,
    queue_overdue: Gauge,
    verifying: Gauge,
    callback_tests: HistogramVec,
    sign_in_failures: IntCounterVec,
    system: system::System,
}

impl Metrics {
    fn new() -> prometheus::Result<Self> {
        let timed = |name: &str, help: &str, labels: &[&str]| {
            HistogramVec::new(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()), labels)
        };
        let counted =
            |name: &str, help: &str, label: &str| IntCounterVec::new(Opts::new(name, help), &[label]);
        let registry = Registry::new();
        let metrics = Self {
            system: system::System::new(&registry)?,
            registry,
            requests: timed(
                "okla_http_request_duration_seconds",
                "HTTP requests until the head of the answer, by route and class of status",
                &["method", "route", "status"],
            )?,
            accepted: IntCounter::new("okla_messages_accepted_total", "Messages taken in")?,
            refused: counted(
                "okla_messages_refused_total",
                "Messages not taken in, by the API's code",
                "code",
            )?,
            twilio_calls: timed(
                "okla_twilio_call_duration_seconds",
                "Calls to Twilio, by what became of them: done, refused, retry, unknown",
                &["call", "class"],
            )?,
            callbacks: counted(
                "okla_callbacks_total",
                "Twilio's webhooks: stored, repeated, bad_signature, failed",
                "result",
            )?,
            circuit_open: Gauge::new("okla_circuit_open", "1 while calls to Twilio are held, else 0")?,
            queue_depth: Gauge::new("okla_queue_depth", "Parts in the outbox, all servers' together")?,
            queue_overdue: Gauge::new(
                "okla_queue_overdue_seconds",
                "How long the part that should have left first has been due",
            )?,
            verifying: Gauge::new("okla_verifying", "Parts whose outcome at Twilio is unknown")?,
            callback_tests: timed(
                "okla_callback_test_duration_seconds",
                "Our own signed calls to our webhook through its public address: good, bad",
                &["result"],
            )?,
            sign_in_failures: counted(
                "okla_sign_in_failures_total",
                "Sign-ins refused: password, code, throttled",
                "kind",
            )?,
        };
        let all: [Box<dyn Collector>; 11] = [
            Box::new(metrics.requests.clone()),
            Box::new(metrics.accepted.clone()),
            Box::new(metrics.refused.clone()),
            Box::new(metrics.twilio_calls.clone()),
            Box::new(metrics.callbacks.clone()),
            Box::new(metrics.circuit_open.clone()),
            Box::new(metrics.queue_depth.clone()),
            Box::new(metrics.queue_overdue.clone()),
            Box::new(metrics.verifying.clone()),
            Box::new(metrics.callback_tests.clone()),
            Box::new(metrics.sign_in_failures.clone()),
        ];
        for one in all {
            metrics.registry.register(one)?;
        }
        Ok(metrics)
    }
}

/// A request was answered. The route is a template, never an address; an unusual method counts as `other`, lest a
/// stranger invent label values.
pub fn http_request(method: &str, route: &str, status: u16, took: Duration) {
    let method = match method {
        "GET" | "HEAD" | "POST" => method,
        _ => "other",
    };
    let class = format!("{}xx", status / 100);
    if let Ok(metrics) = &*METRICS {
        metrics.requests.with_label_values(&[method, route, &class]).observe(took.as_secs_f64());
    }
}

pub fn message_accepted() {
    if let Ok(metrics) = &*METRICS {
        metrics.accepted.inc();
    }
}

/// The code is the API's, whoever was refused.
pub fn message_refused(code: &'static str) {
    if let Ok(metrics) = &*METRICS {
        metrics.refused.with_label_values(&[code]).inc();
    }
}

/// `class` says what may be done next, as the gateway's errors do.
pub fn twilio_call(call: &'static str, class: &'static str, took: Duration) {
    if let Ok(metrics) = &*METRICS {
        metrics.twilio_calls.with_label_values(&[call, class]).observe(took.as_secs_f64());
    }
}

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callback {
    Stored,
    /// Stored before; nothing was done.
    Repeated,
    /// Refused unread.
    BadSignature,
    /// The database did not take it; Twilio comes again.
    Failed,
}

pub fn callback(result: Callback) {
    let word = match result {
        Callback::Stored => "stored",
        Callback::Repeated => "repeated",
        Callback::BadSignature => "bad_signature",
        Callback::Failed => "failed",
    };
    if let Ok(metrics) = &*METRICS {
        metrics.callbacks.with_label_values(&[word]).inc();
    }
}

/// Webhooks whose signature this process refused since it started.
pub fn refused_signatures() -> i64 {
    let count =
        METRICS.as_ref().map_or(0, |metrics| metrics.callbacks.with_label_values(&["bad_signature"]).get());
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Our webhook was called through its public address.
pub fn callback_test(is_good: bool, took: Duration) {
    if let Ok(metrics) = &*METRICS {
        let result = if is_good { "good" } else { "bad" };
        metrics.callback_tests.with_label_values(&[result]).observe(took.as_secs_f64());
    }
}

/// Somebody could not sign in; `kind` is what was wrong.
pub fn sign_in_failure(kind: &'static str) {
    if let Ok(metrics) = &*METRICS {
        metrics.sign_in_failures.with_label_values(&[kind]).inc();
    }
}

/// What the database says of the whole at a scrape; nothing: it does not answer.
pub fn system(figures: Option<&Figures>) {
    if let Ok(metrics) = &*METRICS {
        match figures {
            Some(figures) => metrics.system.set(figures),
            None => metrics.system.forget(),
        }
    }
}

/// Whether calls to Twilio are held now.
pub fn circuit_open(open: bool) {
    if let Ok(metrics) = &*METRICS {
        metrics.circuit_open.set(f64::from(u8::from(open)));
    }
}

/// What the database says at a scrape; what it does not say is NaN, which no alarm takes for zero.
pub fn queue(depth: f64, overdue_seconds: f64, verifying: f64) {
    if let Ok(metrics) = &*METRICS {
        metrics.queue_depth.set(depth);
        metrics.queue_overdue.set(overdue_seconds);
        metrics.verifying.set(verifying);
    }
}

/// Everything, in Prometheus' text format 0.0.4.
///
/// # Errors
/// A sentence for the log: a name or a label that Prometheus does not allow.
pub fn render() -> Result<String, String> {
    let metrics = METRICS.as_ref().map_err(ToString::to_string)?;
    TextEncoder::new().encode_to_string(&metrics.registry.gather()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_rendered_with_its_meaning() {
        message_accepted();
        message_refused("daily_limit");
        http_request("BREW", "/pot", 418, Duration::from_millis(3));
        twilio_call("create", "done", Duration::from_secs(1));
        callback(Callback::Repeated);
        circuit_open(true);
        queue(2.0, 0.5, f64::NAN);
        let text = render().unwrap();
        for line in [
            "# TYPE okla_messages_accepted_total counter",
            "okla_messages_accepted_total 1",
            r#"okla_messages_refused_total{code="daily_limit"} 1"#,
            r#"okla_http_request_duration_seconds_count{method="other",route="/pot",status="4xx"} 1"#,
            r#"okla_twilio_call_duration_seconds_sum{call="create",class="done"} 1"#,
            r#"okla_callbacks_total{result="repeated"} 1"#,
            "okla_circuit_open 1",
            "okla_queue_depth 2",
            "okla_verifying NaN",
        ] {
            assert!(text.lines().any(|given| given == line), "{line} is missing in\n{text}");
        }
    }
}
