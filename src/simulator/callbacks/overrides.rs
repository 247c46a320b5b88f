//! Connection overrides: a callback URL's fragment, `#rc=3&rp=ct,rt,5xx&rt=4000`. It is neither sent nor signed.

use std::time::Duration;

/// How Twilio is to call a webhook. `sni` and `e` (edge locations) mean nothing here and are ignored.
#[derive(Debug, PartialEq)]
pub struct Overrides<'a> {
    pub connect: Duration,
    pub read: Duration,
    /// For all tries together.
    pub total: Duration,
    /// Tries after the first.
    pub retries: u64,
    /// Comma list of `4xx`, `5xx`, `ct`, `rt`, `all`.
    policy: &'a str,
}

impl Default for Overrides<'_> {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(15),
            retries: 1,
            policy: "ct",
        }
    }
}

impl<'a> Overrides<'a> {
    /// The URL that is called and signed, and how to call it. Values outside Twilio's bounds are taken to the nearest bound.
    pub fn split(url: &'a str) -> (&'a str, Self) {
        let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
        let mut overrides = Self::default();
        for (key, value) in fragment.split('&').filter_map(|pair| pair.split_once('=')) {
            let number: Option<u64> = value.parse().ok();
            match (key, number) {
                ("ct", Some(millis)) => overrides.connect = Duration::from_millis(millis.clamp(100, 10_000)),
                ("rt", Some(millis)) => overrides.read = Duration::from_millis(millis.clamp(100, 15_000)),
                ("tt", Some(millis)) => overrides.total = Duration::from_millis(millis.clamp(100, 15_000)),
                ("rc", Some(count)) => overrides.retries = count.min(5),
                ("rp", _) => overrides.policy = value,
                _ => {}
            }
        }
        (url, overrides)
    }

    /// Whether this outcome is one of those to try again after.
    pub fn retry(&self, outcome: &Result<reqwest::Response, reqwest::Error>) -> bool {
        match outcome {
            Ok(response) if response.status().is_client_error() => self.covers("4xx"),
            Ok(response) if response.status().is_server_error() => self.covers("5xx"),
            Err(error) if error.is_connect() => self.covers("ct"),
            Err(error) if error.is_timeout() => self.covers("rt"),
            _ => false,
        }
    }

    fn covers(&self, kind: &str) -> bool {
        self.policy.split(',').any(|one| one == kind || one == "all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_without_fragment_is_retried_once_and_only_when_it_cannot_be_reached() {
        let (url, overrides) = Overrides::split("https://okla.example/s?m=1");
        assert_eq!(url, "https://okla.example/s?m=1");
        assert_eq!(overrides, Overrides::default());
        assert!(overrides.covers("ct") && !overrides.covers("5xx") && !overrides.covers("rt"));
    }

    #[test]
    fn fragment_is_cut_off_and_obeyed_within_twilios_bounds() {
        let (url, overrides) = Overrides::split("http://h/s?m=1#rc=9&rp=ct,rt,5xx&rt=4000&ct=1&nonsense");
        assert_eq!(url, "http://h/s?m=1");
        assert_eq!(overrides.retries, 5);
        assert_eq!(overrides.read, Duration::from_secs(4));
        assert_eq!(overrides.connect, Duration::from_millis(100));
        assert!(overrides.covers("5xx") && !overrides.covers("4xx"));
    }
}
