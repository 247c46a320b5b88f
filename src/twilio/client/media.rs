//! Files that people sent, from where Twilio keeps them. Whoever can sign a webhook names the address, and nobody else; still
//! our credentials go to exactly our account's own files at the API's own address, and redirects are followed by hand,
//! without them, to Twilio's own store and to no other place (fact sheet §5.2).

use std::{io, net::IpAddr, time::Instant};

use futures::future::BoxFuture;
use reqwest::{
    RequestBuilder, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::LOCATION,
};
use url::{Host, Url};

use super::{TwilioClient, class_of_media};
use crate::{
    app::media_source::{MediaError, MediaSource},
    domain::media::{MOST_BYTES, Unshown},
    metrics,
};

/// Where Twilio's API sends for the bytes.
const STORE: &str = "twiliocdn.com";
const MOST_HOPS: usize = 2;

impl TwilioClient {
    /// The address, if it is exactly that of a file of our account.
    fn own_file(&self, named: &str) -> Option<Url> {
        let named = Url::parse(named).ok()?;
        let mut tail = named.path_segments()?.rev();
        let (file, word, message) = (tail.next()?, tail.next()?, tail.next()?);
        if !(is_sid(file, &["ME"]) && word == "Media" && is_sid(message, &["MM", "SM"])) {
            return None;
        }
        // Whatever else the address holds (a user, a port, a query, dots and slashes in disguise) makes it another.
        let own = self.url(&["Messages", message, "Media", file]);
        (own == named).then_some(own)
    }

    /// Where a redirect may lead from Twilio's API: to its store. A simulator's lead only to itself.
    fn may_follow(&self, target: &Url) -> bool {
        if self.account.scheme() == "http" {
            return target.origin() == self.account.origin();
        }
        let Some(Host::Domain(host)) = target.host() else { return false };
        let is_store = host == STORE || host.strip_suffix(STORE).is_some_and(|name| name.ends_with('.'));
        target.scheme() == "https"
            && is_store
            && target.port().is_none()
            && target.username().is_empty()
            && target.password().is_none()
    }

    async fn fetch_file(&self, named: &str) -> Result<Vec<u8>, MediaError> {
        let refused = MediaError::Refused(Unshown::Foreign);
        let mut url = self.own_file(named).ok_or_else(|| refused.clone())?;
        let mut response = receive(self.get(url.clone())).await?;
        for _ in 0..MOST_HOPS {
            if !response.status().is_redirection() {
                break;
            }
            let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
            url = target.and_then(|target| url.join(target).ok()).ok_or_else(|| refused.clone())?;
            if !self.may_follow(&url) {
                tracing::warn!(
                    host = url.host_str(),
                    "a file's redirect leads away from Twilio; it is not followed"
                );
                return Err(refused);
            }
            let client = self.store.as_ref().unwrap_or(&self.http);
            response = receive(client.get(url.clone())).await?;
        }
        match response.status() {
            StatusCode::OK => read(response).await,
            status if status.is_redirection() => Err(refused),
            status => Err(MediaError::Later(format!("HTTP {}", status.as_u16()))),
        }
    }
}

impl MediaSource for TwilioClient {
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, MediaError>> {
        Box::pin(async move {
            let started = Instant::now();
            let fetched = self.fetch_file(url).await;
            metrics::twilio_call("media", class_of_media(&fetched), started.elapsed());
            fetched
        })
    }
}

fn is_sid(text: &str, prefixes: &[&str]) -> bool {
    let rest = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    rest.is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

async fn receive(request: RequestBuilder) -> Result<Response, MediaError> {
    request.send().await.map_err(later)
}

/// No more than is taken, whatever the head says.
async fn read(mut response: Response) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(later)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(MediaError::Refused(Unshown::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Without the address, which opens the file to whoever reads the log.
fn later(error: reqwest::Error) -> MediaError {
    MediaError::Later(error.without_url().to_string())
}

/// Names that lead into a network of our own lead nowhere.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<_> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                let words = "the name leads to no public address";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, words).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            let is_test = first == 198 && (18..20).contains(&second);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_documentation()
                || is_shared
                || is_test
                || first == 0
                || first >= 240)
        }
        // Global unicast, and of that neither documentation nor what wraps another network's addresses.
        IpAddr::V6(ip) => {
            let [first, second, ..] = ip.segments();
            first & 0xe000 == 0x2000
                && first != 0x2002
                && !(first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Settings, *};

    const ACCOUNT: &str = "AC00000000000000000000000000000001";
    const MESSAGE: &str = "MM00000000000000000000000000000002";
    const FILE: &str = "ME00000000000000000000000000000003";

    fn client(base: &str) -> TwilioClient {
        TwilioClient::new(Settings::new(ACCOUNT.to_owned(), "token".to_owned(), base.parse().unwrap()))
            .unwrap()
    }

    #[test]
    fn only_our_accounts_own_files_are_asked_for_with_credentials() {
        let twilio = client("http://127.0.0.1:4010");
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{MESSAGE}/Media/{FILE}");
        assert!(twilio.own_file(&format!("http://127.0.0.1:4010{path}")).is_some());
        let sms = path.replace(MESSAGE, &MESSAGE.replace("MM", "SM"));
        assert!(twilio.own_file(&format!("http://127.0.0.1:4010{sms}")).is_some());
        let other_account = path.replace("AC000", "AC001");
        for forged in [
            format!("https://127.0.0.1:4010{path}"),
            format!("http://127.0.0.1:4011{path}"),
            format!("http://127.0.0.1.evil.example:4010{path}"),
            format!("http://evil.example/{path}"),
            format!("http://127.0.0.1:4010@evil.example{path}"),
            format!("http://user:pass@127.0.0.1:4010{path}"),
            format!("http://127.0.0.1:4010{other_account}"),
            format!("http://127.0.0.1:4010{path}?a=b"),
            format!("http://127.0.0.1:4010{path}#a"),
            format!("http://127.0.0.1:4010{path}/"),
            format!("http://127.0.0.1:4010{path}.json"),
            format!("http://127.0.0.1:4010/x/..%2f{path}"),
            format!("http://127.0.0.1:4010/x/%2e%2e{path}/../../{FILE}"),
            format!("http://127.0.0.1:4010{}", path.replace("/Media/", "/Media%2f")),
            format!("http://127.0.0.1:4010{}", path.replace(FILE, "ME1")),
            format!("http://127.0.0.1:4010{}", path.replace("/Media/", "/media/")),
            format!("http://127.0.0.1:4010/2010-04-01/Accounts/{ACCOUNT}.json"),
            format!("http://169.254.169.254{path}"),
            "file:///etc/passwd".to_owned(),
            "javascript:alert(1)".to_owned(),
            path.clone(),
            String::new(),
        ] {
            assert_eq!(twilio.own_file(&forged), None, "{forged}");
        }
    }

    #[test]
    fn redirects_lead_to_twilios_store_and_a_simulators_to_itself() {
        let simulated = client("http://127.0.0.1:4010");
        let may = |client: &TwilioClient, target: &str| client.may_follow(&target.parse().unwrap());
        assert!(may(&simulated, "http://127.0.0.1:4010/media/x"));
        assert!(!may(&simulated, "http://127.0.0.1:4011/media/x"));
        assert!(!may(&simulated, "https://mms.twiliocdn.com/x"));
        let mut real = client("http://127.0.0.1:4010");
        real.account = format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}").parse().unwrap();
        for good in [
            "https://mms.twiliocdn.com/x?sig=1",
            "https://media.twiliocdn.com/x",
            "https://s3.twiliocdn.com/x",
        ] {
            assert!(may(&real, good), "{good}");
        }
        for bad in [
            "http://mms.twiliocdn.com/x",
            "https://mms.twiliocdn.com.evil.example/x",
            "https://eviltwiliocdn.com/x",
            "https://mms.twiliocdn.com:8443/x",
            "https://user@mms.twiliocdn.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://evil.example/mms.twiliocdn.com",
            "https://api.twilio.com/2010-04-01/Accounts/x",
            "ftp://mms.twiliocdn.com/x",
        ] {
            assert!(!may(&real, bad), "{bad}");
        }
    }

    #[test]
    fn addresses_of_our_own_network_are_no_place_to_fetch_from() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "64:ff9b::7f00:1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
        for outer in ["3.5.1.1", "151.101.1.1", "2600:1f18::1"] {
            assert!(is_public(outer.parse().unwrap()), "{outer}");
        }
    }
}
