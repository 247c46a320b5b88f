//! The counters of one transaction: locked once in one order, brought up to now, taken from, and written back.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    app::error::{AppError, Result},
    domain::limits::{Limit, Subject},
    store::{
        self,
        limits::{Counted, Counter},
    },
};

/// How often counters that are being forgotten are made anew.
const TRIES: usize = 5;

pub struct Counters {
    now: DateTime<Utc>,
    held: BTreeMap<(Limit, Subject), Held>,
    /// Recipients that Meta counts already.
    recipients: HashSet<String>,
}

#[derive(Clone, Copy)]
struct Held {
    used: i64,
    since: DateTime<Utc>,
    changed: bool,
}

impl Counters {
    /// Holds these counters until the transaction ends.
    pub async fn lock(
        conn: &mut PgConnection,
        wanted: BTreeSet<(Limit, Subject)>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let (names, subjects) = keys(&wanted);
        // Made before any is locked: who waits for another's fresh counter must not hold one that the other needs.
        for _ in 0..TRIES {
            store::limits::insert_counters(conn, &names, &subjects).await?;
            let found = store::limits::lock_counters(conn, &names, &subjects).await?;
            if found.len() == wanted.len() {
                return Self::brought_up(conn, wanted, found, now).await;
            }
            // One was forgotten between the two statements.
        }
        Err(AppError::Fault("a limit's counter is forgotten again and again".to_owned()))
    }

    /// The same without holding or making any.
    pub async fn read(
        conn: &mut PgConnection,
        wanted: BTreeSet<(Limit, Subject)>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let (names, subjects) = keys(&wanted);
        let found = store::limits::list_counters(conn, &names, &subjects).await?;
        Self::brought_up(conn, wanted, found, now).await
    }

    /// Takes off what has expired; counts anew what was never counted, or belongs to a day or month that is over.
    async fn brought_up(
        conn: &mut PgConnection,
        wanted: BTreeSet<(Limit, Subject)>,
        found: Vec<Counter>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let found: HashMap<(String, Uuid), Counter> =
            found.into_iter().map(|counter| ((counter.name.clone(), counter.subject), counter)).collect();
        // Servers' clocks differ by a little: what is taken now is never older than what has expired.
        let newest = found.values().map(|counter| counter.since + TimeDelta::microseconds(1)).max();
        let now = newest.map_or(now, |newest| now.max(newest));
        let mut held = BTreeMap::new();
        let mut counted = Vec::new();
        let mut stale = Vec::new();
        for (limit, subject) in wanted {
            let since = limit.window().since(now);
            let stored = found.get(&(limit.name().to_owned(), subject.key()));
            let (used, from) =
                stored.map_or((0, DateTime::UNIX_EPOCH), |counter| (counter.used, counter.since));
            let fresh = Held { used, since: from.max(since), changed: from < since };
            if from < since {
                let expires = limit.window().is_rolling() && from > DateTime::UNIX_EPOCH;
                counted.push(Counted {
                    limit,
                    subject: subject.clone(),
                    after: if expires { from } else { since },
                    until: expires.then_some(since),
                });
                stale.push((limit, subject.clone(), expires));
            }
            held.insert((limit, subject), fresh);
        }
        if !counted.is_empty() {
            let taken = store::limits::count_taken(conn, &counted).await?;
            for ((limit, subject, expires), taken) in stale.into_iter().zip(taken) {
                if let Some(counter) = held.get_mut(&(limit, subject)) {
                    counter.used = if expires { (counter.used - taken).max(0) } else { taken };
                }
            }
        }
        Ok(Self { now, held, recipients: HashSet::new() })
    }

    /// Looks up which of these recipients are counted already; only where that matters.
    pub async fn note_recipients(&mut self, conn: &mut PgConnection, phones: &[String]) -> Result<()> {
        let Some(tier) = self.held.get(&(Limit::MetaTier, Subject::Recipients)) else {
            return Ok(());
        };
        let counted = store::limits::list_counted_recipients(conn, phones, tier.since).await?;
        self.recipients.extend(counted);
        Ok(())
    }

    /// The instant all of this holds at: not before anything that has expired.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What a counter counts now.
    pub fn counted(&self, limit: Limit, subject: Subject) -> Counted {
        let since = self.held.get(&(limit, subject.clone())).map_or(self.now, |counter| counter.since);
        Counted { limit, subject, after: since, until: None }
    }

    /// Counts `amount` more of a message created at `created_at`, or less of it; what no longer counts is left alone.
    pub fn add(&mut self, limit: Limit, subject: &Subject, amount: i64, created_at: DateTime<Utc>) {
        let Some(counter) = self.held.get_mut(&(limit, subject.clone())) else { return };
        if amount != 0 && created_at > counter.since {
            counter.used = counter.used.saturating_add(amount).max(0);
            counter.changed = true;
        }
    }

    pub fn used(&self, limit: Limit, subject: &Subject) -> i64 {
        self.held.get(&(limit, subject.clone())).map_or(0, |counter| counter.used)
    }

    /// Whether Meta counts this recipient already.
    pub fn is_counted(&self, phone: &str) -> bool {
        self.recipients.contains(phone)
    }

    /// From now on Meta counts this recipient.
    pub fn add_recipient(&mut self, phone: &str) {
        self.recipients.insert(phone.to_owned());
    }

    /// Writes what changed.
    pub async fn save(&self, conn: &mut PgConnection) -> Result<()> {
        let changed: Vec<Counter> = self
            .held
            .iter()
            .filter(|(_, counter)| counter.changed)
            .map(|((limit, subject), counter)| Counter {
                name: limit.name().to_owned(),
                subject: subject.key(),
                used: counter.used,
                since: counter.since,
            })
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        Ok(store::limits::update_counters(conn, &changed).await?)
    }
}

fn keys(wanted: &BTreeSet<(Limit, Subject)>) -> (Vec<String>, Vec<Uuid>) {
    wanted.iter().map(|(limit, subject)| (limit.name().to_owned(), subject.key())).unzip()
}
