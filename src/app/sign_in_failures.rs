//! Who was tried in vain, for admins. Of an address only a part is kept.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::{
    actor::Actor,
    error::{AppError, Result},
    state::App,
};
use crate::{metrics, store};

pub use crate::store::sign_in_failures::FailureRow;

/// Stands for every e-mail that nobody has: what was typed may be a password in the wrong field, and strangers are not to
/// fill the table with what they invent.
const NOBODYS: &str = "Correos que nadie tiene";
const PER_PAGE: usize = 50;

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Password,
    Code,
    Throttled,
}

impl Kind {
    /// Of a refusal that is to be noted; `wrong` is what was checked.
    pub(super) fn of(error: &AppError, wrong: Self) -> Option<Self> {
        match error {
            AppError::BadCredentials | AppError::Invalid(_) => Some(wrong),
            AppError::Throttled { .. } => Some(Self::Throttled),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Throttled => "throttled",
        }
    }
}

pub(super) async fn note_failure(app: &App, email: &str, address: IpAddr, kind: Kind) -> Result<()> {
    metrics::sign_in_failure(kind.as_str());
    let network = masked_address(address);
    let mut conn = app.pool.acquire().await?;
    let now = app.clock.now();
    store::sign_in_failures::count_failure(&mut conn, (email, NOBODYS), &network, kind.as_str(), now).await?;
    Ok(())
}

pub struct Page {
    pub failures: Vec<FailureRow>,
    /// The next page begins before it.
    pub next: Option<DateTime<Utc>>,
}

/// A page of them, the newest first.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_failures(app: &App, actor: &Actor, before: Option<DateTime<Utc>>) -> Result<Page> {
    actor.admin()?;
    let mut conn = app.searches.acquire().await?;
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut failures = store::sign_in_failures::list_failures(&mut conn, before, limit).await?;
    let more = failures.len() > PER_PAGE;
    failures.truncate(PER_PAGE);
    let next = failures.last().map(|failure| failure.last_at).filter(|_| more);
    Ok(Page { failures, next })
}

/// `203.0.113.…`, `2001:db8:7:…`.
fn masked_address(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.…")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:…")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_kept_whole() {
        let masked = |text: &str| masked_address(text.parse().expect("an address"));
        assert_eq!(masked("203.0.113.77"), "203.0.113.…");
        assert_eq!(masked("::ffff:203.0.113.77"), "203.0.113.…");
        assert_eq!(masked("2001:db8:7:1::9"), "2001:db8:7:…");
    }
}
