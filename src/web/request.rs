//! What pages and server functions read from their request.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, header, request::Parts},
};
use leptos::prelude::use_context;
use tower_sessions::Session;

use super::{cookie, session::Enrolling, state::AppState};
use crate::app::{
    actor::Actor,
    error::{AppError, Result},
};

/// The request of the page or server function that is running.
#[derive(Clone)]
pub struct Current {
    pub state: AppState,
    pub session: Session,
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// Who is to set up his second factor first; then there is no `actor`.
    pub enrolling: Option<Actor>,
    pub headers: HeaderMap,
    pub path_and_query: String,
    peer: IpAddr,
}

impl Current {
    /// # Errors
    /// A fault: called outside a request.
    pub fn get() -> Result<Self> {
        let missing = |what: &str| AppError::Fault(format!("no {what} in this request"));
        let state = use_context::<AppState>().ok_or_else(|| missing("state"))?;
        let parts = use_context::<Parts>().ok_or_else(|| missing("parts"))?;
        let session = parts.extensions.get::<Session>().cloned().ok_or_else(|| missing("session"))?;
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self {
            state,
            session,
            actor: parts.extensions.get().cloned(),
            enrolling: parts.extensions.get().map(|Enrolling(actor)| actor.clone()),
            headers: parts.headers,
            path_and_query: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            // A socket for both kinds of address says `::ffff:203.0.113.9`.
            peer: connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
                address.ip().to_canonical()
            }),
        })
    }

    /// Where the request comes from; behind our own proxies, what they say.
    pub fn address(&self) -> IpAddr {
        client_address(self.peer, &self.headers, &self.state.config.trusted_proxies)
    }

    /// Whether a browser posted a plain form and expects a page.
    pub fn wants_page(&self) -> bool {
        let accept = self.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie::value(&self.headers, &self.state.config.public_url, name)
    }
}

/// The nearest address that is not one of our proxies: `X-Forwarded-For` is read from the right, and only as far as
/// each hop is trusted, for anyone may write its left part.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[ipnet::IpNet]) -> IpAddr {
    let is_ours = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        if !is_ours(&nearest) {
            break;
        }
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &str) -> String {
        let headers = HeaderMap::from_iter([(
            "x-forwarded-for".parse().expect("a header name"),
            forwarded.parse().expect("a header value"),
        )]);
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        client_address(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn a_forwarded_address_counts_only_from_our_own_proxies() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "not an address"), "10.0.0.1");
    }
}
