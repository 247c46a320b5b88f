//! What a change of a limit would have done: the last days lived through again, under what holds and under what is to hold.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    actor::Actor,
    error::{AppError, Result},
    set_limit::Setting,
    state::App,
    take_limits::{History, Mosts, PastMessage, Rules, read_past},
};
use crate::{
    domain::{
        ids::{DealerId, MessageId},
        limits::Limit,
    },
    store::{self, connection::Apart, limits::past::PastRow},
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

/// The same messages under two sets of rules.
struct Replay {
    now: Mosts,
    then: Mosts,
    /// What would have been taken under the changed rules, once that is not the same any more.
    parted: Option<History>,
    told: DryRun,
    /// Of those that are named.
    payers: Vec<Option<DealerId>>,
}

impl Replay {
    fn live(&mut self, history: &mut History, past: &PastMessage<'_>) {
        let refused_now = history.ask(&mut self.now, past);
        let refused_then = self.parted.as_mut().unwrap_or(&mut *history).ask(&mut self.then, past);
        if refused_now.is_some() != refused_then.is_some() {
            self.parted.get_or_insert_with(|| history.clone());
        }
        if refused_now.is_none() {
            history.take(past);
        }
        if let Some(parted) = &mut self.parted
            && refused_then.is_none()
        {
            parted.take(past);
        }
        self.told.messages += 1;
        self.told.refused_now += u64::from(refused_now.is_some());
        self.told.refused_then += u64::from(refused_then.is_some());
        if let (None, Some(by)) = (refused_now, refused_then)
            && self.told.named.len() < NAMED
        {
            let PastRow { id, at, dealer, .. } = past.row;
            self.told.named.push(Refused { message: id, at, dealer: None, by });
            self.payers.push(dealer);
        }
    }
}

/// Lives through the last [`DAYS`] days; one at a time, for it is the heaviest thing that an admin can ask.
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
    let turn = app.replays.acquire().await;
    let _turn = turn.map_err(|error| AppError::Fault(format!("replays: {error}")))?;
    let now = app.clock.now();
    let mut apart = Apart::connect(&app.searches).await?;
    let mut snapshot = apart.snapshot().await?;
    let set = store::limits::list_shown(&mut snapshot, now).await?;
    let rules = Rules::of(set.iter().map(|row| (&*row.name, row.dealer, row.value)));
    let changed = rules.clone().with(limit, dealer, setting);
    let replay = Replay {
        now: Mosts::of(rules),
        then: Mosts::of(changed),
        parted: None,
        told: DryRun::default(),
        payers: Vec::new(),
    };
    let lived = read_past(&mut snapshot, now - TimeDelta::days(DAYS), now, replay, Replay::live);
    let Replay { mut told, payers, .. } = lived.await?;
    let ids: Vec<_> = payers.iter().flatten().map(|dealer| dealer.0).collect();
    let names: HashMap<_, _> =
        store::dealers::list_names_of(&mut snapshot, &ids).await?.into_iter().collect();
    snapshot.commit().await?;
    for (refused, payer) in told.named.iter_mut().zip(payers) {
        refused.dealer = payer.and_then(|dealer| names.get(&dealer).cloned());
    }
    Ok(told)
}
