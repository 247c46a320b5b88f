//! Taking waiting parts from the outbox, at the pace that all servers keep together: the sender's throughput, each
//! recipient's allowance, and nothing at all while the line is held. Everything is committed before Twilio is called.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{
    deliver::{expire, give_up_knowing},
    error::Result,
    hold_line::probe,
    state::App,
};
use crate::{
    domain::{ids::PartId, pace::TO_ONE_RECIPIENT},
    kill_point::kill_point,
    store::{self, lines::Line, outbox::Waiting},
};

/// Once the pace is used up, so long is worth waiting: fewer, fuller claims.
const BREATH: Duration = Duration::from_millis(50);
/// How many that waited too long are taken from a held line at once.
const EXPIRED_AT_ONCE: i64 = 100;

/// What was taken.
#[derive(Debug, Default)]
pub struct Claim {
    /// To be handed to Twilio, each leased to this worker.
    pub to_call: Vec<Waiting>,
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
    let mut tx = app.pool.begin().await?;
    let line = store::lines::lock_line(&mut tx, number).await?;
    if line.held_at.is_some() {
        tx.rollback().await?;
        return held(app, &line, now).await;
    }
    let allowed = app.settings.pace.allowed(Some(line.full_at), now, most);
    if allowed == 0 {
        return Ok(Claim { wait: Some(BREATH), ..Claim::default() });
    }
    let due = store::outbox::lock_due(&mut tx, now, i64::try_from(allowed).unwrap_or(i64::MAX)).await?;
    let sorted = sort(&mut tx, due, now).await?;
    let attempted: Vec<PartId> = sorted.to_call.iter().map(|waiting| waiting.part).collect();
    let leased: Vec<PartId> = sorted.leased().map(|waiting| waiting.part).collect();
    let lease = now + TimeDelta::from_std(app.settings.lease).unwrap_or(TimeDelta::MAX);
    store::outbox::lease(&mut tx, &leased, &attempted, now, lease).await?;
    let full_at = app.settings.pace.after(Some(line.full_at), now, attempted.len());
    store::lines::set_pace(&mut tx, number, full_at).await?;
    tx.commit().await?;
    kill_point("deliver.claimed");

    for waiting in &sorted.abandoned {
        // Its worker died during the call: Twilio may have it. Look before anything else.
        give_up_knowing(app, waiting, waiting.attempt_count, "its worker's lease ran out").await?;
    }
    for waiting in &sorted.expired {
        expire(app, waiting.part).await?;
    }
    let more = sorted.did_something();
    Ok(Claim { to_call: sorted.to_call, more, wait: None })
}

/// On a held line nothing leaves; what waits too long fails with its reason, and now and then somebody tries the line.
async fn held(app: &App, line: &Line, now: DateTime<Utc>) -> Result<Claim> {
    let mut conn = app.pool.acquire().await?;
    let expired = store::outbox::list_expired(&mut conn, now, EXPIRED_AT_ONCE).await?;
    drop(conn);
    for part in &expired {
        expire(app, *part).await?;
    }
    let probed = line.probe_at.is_none_or(|at| at <= now) && probe(app).await?;
    Ok(Claim { more: probed || !expired.is_empty(), ..Claim::default() })
}

#[derive(Default)]
struct Sorted {
    to_call: Vec<Waiting>,
    abandoned: Vec<Waiting>,
    expired: Vec<Waiting>,
    postponed: Vec<(PartId, DateTime<Utc>)>,
}

impl Sorted {
    fn leased(&self) -> impl Iterator<Item = &Waiting> {
        self.to_call.iter().chain(&self.abandoned).chain(&self.expired)
    }

    fn did_something(&self) -> bool {
        self.leased().next().is_some() || !self.postponed.is_empty()
    }
}

/// What may leave now, what has to wait for its recipient's sake, what is too old, what a dead worker left.
async fn sort(conn: &mut PgConnection, due: Vec<Waiting>, now: DateTime<Utc>) -> Result<Sorted> {
    let phones: Vec<String> =
        due.iter().filter(|waiting| !waiting.paced).map(|waiting| waiting.to_phone.clone()).collect();
    let known = store::lines::list_recipient_paces(conn, &phones).await?;
    let mut full_at: HashMap<String, DateTime<Utc>> = known.into_iter().collect();
    let mut paced = HashMap::new();
    let mut sorted = Sorted::default();
    for waiting in due {
        if waiting.abandoned {
            sorted.abandoned.push(waiting);
        } else if waiting.expires_at <= now {
            sorted.expired.push(waiting);
        } else if waiting.paced {
            sorted.to_call.push(waiting);
        } else {
            let (leaves, next) = TO_ONE_RECIPIENT.take(full_at.get(&waiting.to_phone).copied(), now);
            full_at.insert(waiting.to_phone.clone(), next);
            paced.insert(waiting.to_phone.clone(), next);
            if leaves <= now {
                sorted.to_call.push(waiting);
            } else {
                sorted.postponed.push((waiting.part, leaves.min(waiting.expires_at)));
            }
        }
    }
    let paced: Vec<(String, DateTime<Utc>)> = paced.into_iter().collect();
    store::lines::set_recipient_paces(conn, &paced).await?;
    store::outbox::postpone(conn, &sorted.postponed, true).await?;
    Ok(sorted)
}
