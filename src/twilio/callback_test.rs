//! A status callback of our own, signed as Twilio signs, to the public address and back.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use reqwest::{
    Client, Response,
    header::{CONTENT_TYPE, LOCATION},
    redirect,
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use url::Url;
use uuid::Uuid;

use super::signature::sign;
use crate::app::callback_test::{CallbackTest, End, MARK, Trip};

/// For each hop; Twilio waits for 15 s.
const PATIENCE: Duration = Duration::from_secs(5);

/// The metric by which our webhook tells its own time (W3C Server Timing), in milliseconds.
const TIMING: &str = "okla;dur=";

/// Calls our own status webhook.
pub struct SignedCall {
    /// What the world sees.
    public_url: Url,
    /// Twilio signs by the first auth token.
    token: String,
}

impl SignedCall {
    pub fn new(public_url: Url, token: String) -> Self {
        // Fails only where a provider is installed already, which serves as well.
        rustls::crypto::ring::default_provider().install_default().ok();
        Self { public_url, token }
    }

    async fn travel(&self) -> Trip {
        let mut url = self.public_url.clone();
        url.set_path("/webhooks/twilio/status");
        let mut trip = Trip { url: url.to_string(), ..Trip::default() };
        url.query_pairs_mut().append_pair("m", &Uuid::now_v7().to_string());

        let began = Instant::now();
        let Some(addresses) = resolve(&url).await else { return trip };
        trip.name = Some(began.elapsed());
        trip.end = End::NoConnection;
        let began = Instant::now();
        let Ok(Ok(_connected)) = timeout(PATIENCE, TcpStream::connect(&addresses[..])).await else {
            return trip;
        };
        trip.connection = Some(began.elapsed());
        trip.end = End::NoAnswer;
        let began = Instant::now();
        let Ok(answer) = self.post(&url).await else { return trip };
        trip.whole = Some(began.elapsed());
        trip.handler = handler_time(&answer);
        trip.end = match answer.status().as_u16() {
            204 if trip.handler.is_some() => End::Taken,
            status => {
                let target = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
                End::Answered(status, target.map(str::to_owned))
            }
        };
        trip
    }

    /// Over a connection of its own, as Twilio's first would be.
    async fn post(&self, url: &Url) -> reqwest::Result<Response> {
        let sid = format!("SM{}", Uuid::new_v4().simple());
        let fields = [("MessageSid", sid.as_str()), ("MessageStatus", "delivered"), (MARK, "1")];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let builder = Client::builder()
            .user_agent(concat!("okla/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy();
        // A bare machine has no certificates to load.
        let builder = if url.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        builder
            .build()?
            .post(url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-twilio-signature", sign(&self.token, url.as_str(), body.as_bytes()))
            .body(body)
            .send()
            .await
    }
}

impl CallbackTest for SignedCall {
    fn call(&self) -> BoxFuture<'_, Trip> {
        Box::pin(async move {
            let trip = self.travel().await;
            tracing::info!(?trip, "our own webhook was called");
            trip
        })
    }
}

async fn resolve(url: &Url) -> Option<Vec<SocketAddr>> {
    // As a text an IPv6 address bears brackets, which no name has.
    let host = url.host_str()?.trim_matches(['[', ']']);
    let found = timeout(PATIENCE, lookup_host((host, url.port_or_known_default()?))).await.ok()?.ok()?;
    Some(found.collect()).filter(|addresses: &Vec<_>| !addresses.is_empty())
}

fn handler_time(answer: &Response) -> Option<Duration> {
    let timings = answer.headers().get_all("server-timing").iter().filter_map(|value| value.to_str().ok());
    let millis = timings
        .flat_map(|line| line.split(','))
        .find_map(|metric| metric.trim().strip_prefix(TIMING)?.parse::<f64>().ok())?;
    Duration::try_from_secs_f64(millis / 1_000.0).ok()
}
