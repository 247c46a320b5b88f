//! What a change of a limit would have done: the last days lived through again, under what holds and under what is to hold.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    actor::Actor,
    error::Result,
    set_limit::Setting,
    state::App,
    take_limits::{History, Rules, read_past},
};
use crate::{
    domain::{
        ids::{DealerId, MessageId},
        limits::Limit,
    },
    store::{self, connection::begin_snapshot},
};

/// How much of the past is lived through.
pub const DAYS: i64 = 7;
/// How many of those it would newly have refused are named.
const NAMED: usize = 50;

/// What the same messages would have met. It knows only what was sent: whom a limit refused then asked for nothing here.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DryRun {
    pub messages: u64,
    /// Refused under what holds now, whichever limit it was.
    pub refused_now: u64,
    pub refused_then: u64,
    /// The first that would be refused then and are not now.
    pub named: Vec<Refused>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub message: MessageId,
    pub at: DateTime<Utc>,
    /// The name of the dealer it was charged to.
    pub dealer: Option<String>,
    pub by: Limit,
}

/// Lives through the last [`DAYS`] days.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn dry_run(
    app: &App,
    actor: &Actor,
    limit: Limit,
    dealer: Option<DealerId>,
    setting: Setting,
) -> Result<DryRun> {
    actor.admin()?;
    let now = app.clock.now();
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let set = store::limits::list_shown(&mut snapshot, now).await?;
    let rules = Rules::of(set.iter().map(|row| (&*row.name, row.dealer, row.value)));
    let changed = rules.clone().with(limit, dealer, setting);
    let mut told = DryRun::default();
    let mut payers = Vec::new();
    let mut then: Option<History> = None;
    read_past(&mut snapshot, now - TimeDelta::days(DAYS), now, |history, past| {
        let then = then.get_or_insert_with(|| history.clone());
        told.messages += 1;
        let refused_now = history.ask(&rules, past);
        let refused_then = then.ask(&changed, past);
        told.refused_now += u64::from(refused_now.is_some());
        told.refused_then += u64::from(refused_then.is_some());
        if let (None, Some(by)) = (refused_now, refused_then)
            && told.named.len() < NAMED
        {
            told.named.push(Refused { message: past.id, at: past.at, dealer: None, by });
            payers.push(past.dealer);
        }
    })
    .await?;
    let ids: Vec<_> = payers.iter().flatten().map(|dealer| dealer.0).collect();
    let names: HashMap<_, _> =
        store::dealers::list_names_of(&mut snapshot, &ids).await?.into_iter().collect();
    snapshot.commit().await?;
    for (refused, payer) in told.named.iter_mut().zip(payers) {
        refused.dealer = payer.and_then(|dealer| names.get(&dealer).cloned());
    }
    Ok(told)
}
