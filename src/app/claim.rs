//! Taking waiting parts from the outbox, at the pace that all servers keep together: the sender's throughput, each
//! recipient's allowance, and nothing at all while the line is held. Everything is committed before Twilio is called.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{deliver::expire, error::Result, opt_out::address_hash, state::App};
use crate::{
    domain::{ids::PartId, pace::TO_ONE_RECIPIENT, window::OPEN_FOR},
    kill_point::kill_point,
    store::{
        self,
        outbox::{Fate, Line, Waiting},
    },
};

/// Once the pace is used up, so long is worth waiting: fewer, fuller claims.
const BREATH: Duration = Duration::from_millis(50);
/// How many that waited too long are taken from a held line at once.
const EXPIRED_AT_ONCE: i64 = 100;

/// What was taken.
#[derive(Debug, Default)]
pub struct Claim {
    /// For this worker to deal with, each leased to it.
    pub parts: Vec<Waiting>,
    /// Something was done, or there is more: look again soon.
    pub more: bool,
    /// When looking again is worth while, if it is known.
    pub wait: Option<Duration>,
}

/// Takes at most `most` parts that are due.
pub async fn claim(app: &App, most: usize) -> Result<Claim> {
    let now = app.clock.now();
    if !store::outbox::has_due(&mut *app.pool.acquire().await?, now).await? {
        return Ok(Claim::default());
    }
    let number = app.settings.number.as_str();
    let mut tx = store::connection::begin(&app.pool).await?;
    let line = store::lines::lock_line(&mut tx, number).await?;
    if line.held_at.is_some() {
        tx.rollback().await?;
        return held(app, now).await;
    }
    // A server whose clock was ahead must not silence the others.
    let line_full_at = line.full_at.min(app.settings.pace.fullest(now));
    let allowed = app.settings.pace.allowed(Some(line_full_at), now, most);
    if allowed == 0 {
        return Ok(Claim { wait: Some(BREATH), ..Claim::default() });
    }
    let due = lock_due(app, &mut tx, now, allowed).await?;
    let due = without_opted_out(app, &mut tx, due).await?;
    let sorted = sort(&mut tx, due, now).await?;
    let attempted = sorted.called().map(|waiting| waiting.part).collect::<Vec<PartId>>();
    let leased: Vec<PartId> = sorted.leased.iter().map(|waiting| waiting.part).collect();
    let until = now + TimeDelta::from_std(app.settings.lease).unwrap_or(TimeDelta::MAX);
    store::outbox::lease(&mut tx, &leased, &attempted, now, until).await?;
    let full_at = app.settings.pace.after(Some(line_full_at), now, attempted.len());
    store::lines::set_pace(&mut tx, number, full_at).await?;
    tx.commit().await?;
    kill_point("deliver.claimed");
    let more = !(sorted.leased.is_empty() && sorted.postponed.is_empty());
    let parts = sorted.leased.into_iter().map(|waiting| Waiting { leased_until: Some(until), ..waiting });
    Ok(Claim { parts: parts.collect(), more, wait: None })
}

/// What people wait for, and what is left of the pace for offers.
async fn lock_due(
    app: &App,
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    allowed: usize,
) -> Result<Vec<Waiting>> {
    let most = |taken: usize| i64::try_from(allowed - taken).unwrap_or(i64::MAX);
    let since = now - OPEN_FOR;
    let mut due = store::outbox::lock_due(conn, now, since, Line::People, most(0)).await?;
    if due.len() < allowed {
        let offers = Line::Offers { are_open: app.settings.offer_hours.are_open(now) };
        let left = most(due.len());
        due.extend(store::outbox::lock_due(conn, now, since, offers, left).await?);
    }
    Ok(due)
}

/// On a held line nothing leaves; what waits too long fails with its reason.
async fn held(app: &App, now: DateTime<Utc>) -> Result<Claim> {
    let mut conn = app.pool.acquire().await?;
    let expired = store::outbox::list_expired(&mut conn, now, EXPIRED_AT_ONCE).await?;
    drop(conn);
    for part in &expired {
        expire(app, *part).await?;
    }
    Ok(Claim { more: !expired.is_empty(), ..Claim::default() })
}

/// Whoever has left since gets nothing that still waits, but what confirms that he left.
async fn without_opted_out(
    app: &App,
    conn: &mut PgConnection,
    mut due: Vec<Waiting>,
) -> Result<Vec<Waiting>> {
    let hash = |waiting: &Waiting| address_hash(app, &waiting.to_phone);
    let hashes = due.iter().map(hash).collect::<Result<Vec<Vec<u8>>>>()?;
    let gone = store::opt_outs::list_opted_out(conn, &hashes).await?;
    for (waiting, hash) in due.iter_mut().zip(&hashes) {
        if gone.contains(hash) && waiting.fate != Fate::Verify && !waiting.goodbye {
            waiting.fate = Fate::OptedOut;
        }
    }
    Ok(due)
}

#[derive(Default)]
struct Sorted {
    leased: Vec<Waiting>,
    postponed: Vec<(PartId, DateTime<Utc>)>,
}

impl Sorted {
    fn called(&self) -> impl Iterator<Item = &Waiting> {
        self.leased.iter().filter(|waiting| waiting.fate == Fate::Call)
    }
}

/// What may leave now, what has to wait for its recipient's sake, what is too old.
async fn sort(conn: &mut PgConnection, due: Vec<Waiting>, now: DateTime<Utc>) -> Result<Sorted> {
    let phones: Vec<String> =
        due.iter().filter(|waiting| !waiting.paced).map(|waiting| waiting.to_phone.clone()).collect();
    let known = store::lines::list_recipient_paces(conn, &phones).await?;
    let mut full_at: HashMap<String, DateTime<Utc>> = known.into_iter().collect();
    // In one order for all.
    let mut paced = BTreeMap::new();
    let mut sorted = Sorted::default();
    for waiting in due {
        let is_late = waiting.expires_at <= now;
        if waiting.fate == Fate::Call && is_late {
            sorted.leased.push(Waiting { fate: Fate::Expire, ..waiting });
        } else if waiting.fate != Fate::Call || waiting.paced {
            sorted.leased.push(waiting);
        } else {
            let (leaves, next) = TO_ONE_RECIPIENT.take(full_at.get(&waiting.to_phone).copied(), now);
            full_at.insert(waiting.to_phone.clone(), next);
            paced.insert(waiting.to_phone.clone(), next);
            if leaves <= now {
                sorted.leased.push(waiting);
            } else {
                sorted.postponed.push((waiting.part, leaves.min(waiting.expires_at)));
            }
        }
    }
    let paced: Vec<(String, DateTime<Utc>)> = paced.into_iter().collect();
    store::lines::set_recipient_paces(conn, &paced).await?;
    store::outbox::postpone(conn, &sorted.postponed).await?;
    Ok(sorted)
}
