//! The one decision about limits: what each leaves, which binds, when it frees up. A send takes by it, a page shows it.

mod counters;
mod history;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

pub use self::{
    counters::Counters,
    history::{History, Mosts, PastMessage, read_past},
};
use super::{error::Result, set_limit::Setting};
use crate::{
    domain::{
        ids::DealerId,
        limits::{Decision, Limit, Sender, Standing, Subject, UNLIMITED, UNPROVED_A_DAY, micro_dollars},
    },
    store,
};

/// The values that are in force.
#[derive(Clone)]
pub struct Rules(HashMap<(Limit, Option<DealerId>), Option<i64>>);

impl Rules {
    /// All that was set for everyone, and for these dealers.
    pub async fn load(
        conn: &mut PgConnection,
        dealers: impl Iterator<Item = DealerId>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let dealers: HashSet<_> = dealers.map(|dealer| dealer.0).collect();
        let dealers: Vec<_> = dealers.into_iter().collect();
        let set = store::limits::list_limits(conn, &dealers, now).await?;
        Ok(Self::of(set.iter().map(|limit| (&*limit.name, limit.dealer, limit.value))))
    }

    /// What is set: a limit's name, for which dealer, and its value.
    pub fn of<'a>(set: impl Iterator<Item = (&'a str, Option<DealerId>, Option<Decimal>)>) -> Self {
        let known = set.filter_map(|(name, dealer, value)| {
            let limit: Limit = name.parse().ok()?;
            Some(((limit, dealer), value.map(|value| limit.units(value))))
        });
        Self(known.collect())
    }

    /// The same with one value changed.
    #[must_use]
    pub fn with(mut self, limit: Limit, dealer: Option<DealerId>, setting: Setting) -> Self {
        match setting {
            Setting::Most(value) => self.0.insert((limit, dealer), Some(limit.units(value))),
            Setting::NoLimit => self.0.insert((limit, dealer), None),
            Setting::Inherited => self.0.remove(&(limit, dealer)),
        };
        self
    }

    /// The dealer's own value before the rule for all. A stored «none» is no limit; of one that nobody set the default
    /// holds. A dealer's own «none» is counted all the same ([`UNLIMITED`]): when it ends, the count is right.
    pub fn most(&self, limit: Limit, dealer: Option<DealerId>) -> Option<i64> {
        let set = |dealer| self.0.get(&(limit, dealer)).copied();
        if let Some(own) = dealer.and_then(|dealer| set(Some(dealer))) {
            return Some(own.unwrap_or(UNLIMITED));
        }
        set(None).unwrap_or_else(|| limit.default_value())
    }

    /// Whether a dealer has a value of his own.
    pub fn has_own(&self, limit: Limit, dealer: DealerId) -> bool {
        self.0.contains_key(&(limit, Some(dealer)))
    }

    /// Whether with that setting more comes through than now.
    pub fn is_raised(&self, limit: Limit, dealer: Option<DealerId>, setting: Setting) -> bool {
        let (now, then) = self.around(limit, dealer, setting);
        then > now
    }

    /// Whether with that setting less comes through than now.
    pub fn is_lowered(&self, limit: Limit, dealer: Option<DealerId>, setting: Setting) -> bool {
        let (now, then) = self.around(limit, dealer, setting);
        then < now
    }

    fn around(&self, limit: Limit, dealer: Option<DealerId>, setting: Setting) -> (i64, i64) {
        let most = |rules: &Self| rules.most(limit, dealer).unwrap_or(UNLIMITED);
        (most(self), most(&self.clone().with(limit, dealer, setting)))
    }
}

/// What a send asks of the limits.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    pub parts: i16,
    /// US$ a part.
    pub unit_price: Decimal,
    /// The recipient has not written to OKLA within the window.
    pub outside_window: bool,
}

impl Demand {
    /// US$ for all its parts.
    pub fn cost(self) -> Decimal {
        self.unit_price * Decimal::from(self.parts)
    }

    fn asks(self) -> Asks {
        let cost = micro_dollars(self.cost());
        Asks { parts: self.parts, micro_dollars: cost, outside_window: self.outside_window }
    }
}

/// The same in the limits' units.
#[derive(Clone, Copy, Debug)]
struct Asks {
    parts: i16,
    micro_dollars: i64,
    outside_window: bool,
}

impl Asks {
    /// What it takes of a limit. `is_counted`: Meta counts the recipient already.
    fn of(self, limit: Limit, is_counted: bool) -> i64 {
        match limit {
            Limit::DealerBudget => self.micro_dollars,
            Limit::MetaTier => i64::from(self.outside_window && !is_counted),
            _ => i64::from(self.parts),
        }
    }

    /// How a limit stands for it, from how much it lets through and what of it is taken already: as the database counts it,
    /// or as it was once. The one decision: there is room or there is none.
    fn standing(self, limit: Limit, most: i64, used: i64, is_counted: bool) -> Standing {
        Standing { limit, most, used, asked: self.of(limit, is_counted), frees_at: None }
    }
}

/// The limits that concern a sender, each with what it counts and how much it lets through.
pub fn in_force(rules: &Rules, sender: &Sender<'_>) -> Vec<(Limit, Subject, i64)> {
    Limit::ALL
        .into_iter()
        .filter_map(|limit| {
            let subject = limit.subject(sender)?;
            let most = limit.most_for(sender, rules.most(limit, limit.ruling_dealer(sender)))?;
            Some((limit, subject, most))
        })
        .collect()
}

/// How everything stands for a send; nothing is taken.
pub fn weigh(counters: &Counters, rules: &Rules, sender: &Sender<'_>, demand: Demand) -> Decision {
    let (asks, is_counted) = (demand.asks(), counters.is_counted(sender.to));
    let standings = in_force(rules, sender)
        .into_iter()
        .map(|(limit, subject, most)| asks.standing(limit, most, counters.used(limit, &subject), is_counted));
    let all_day = rules.most(Limit::BuyerDay, None).unwrap_or(UNLIMITED);
    Decision { standings: standings.collect(), held_short: sender.unproved && all_day > UNPROVED_A_DAY }
}

/// When limits without room have it again; each is looked up once for a group.
#[derive(Default)]
pub struct Freeing(HashMap<(Limit, Subject, i64), DateTime<Utc>>);

impl Freeing {
    /// Fills in when each limit without room has it again.
    pub async fn look_up(
        &mut self,
        conn: &mut PgConnection,
        counters: &Counters,
        sender: &Sender<'_>,
        decision: &mut Decision,
    ) -> Result<()> {
        for standing in decision.standings.iter_mut().filter(|standing| !standing.has_room()) {
            let Some(subject) = standing.limit.subject(sender) else { continue };
            let lacking = standing.used + standing.asked - standing.most;
            let key = (standing.limit, subject, lacking);
            let frees_at = match self.0.get(&key) {
                Some(known) => *known,
                None => when_free(conn, counters, standing.limit, key.1.clone(), lacking).await?,
            };
            standing.frees_at = Some(frees_at);
            self.0.insert(key, frees_at);
        }
        Ok(())
    }
}

async fn when_free(
    conn: &mut PgConnection,
    counters: &Counters,
    limit: Limit,
    subject: Subject,
    lacking: i64,
) -> Result<DateTime<Utc>> {
    let window = limit.window();
    if !window.is_rolling() {
        return Ok(window.frees(counters.now()));
    }
    let freeing = store::limits::get_freeing(conn, &counters.counted(limit, subject), lacking).await?;
    // None: more than the whole limit is asked for, which no waiting helps.
    Ok(window.frees(freeing.unwrap_or(counters.now())))
}

/// How everything stands for a sender, for showing it: nothing is locked or taken.
pub async fn read_limits(
    conn: &mut PgConnection,
    sender: &Sender<'_>,
    demand: Demand,
    now: DateTime<Utc>,
) -> Result<Decision> {
    read(conn, sender, demand, now, |_| true).await
}

/// The same of the limits that are a dealer's own; no other is counted.
pub async fn read_dealer_limits(
    conn: &mut PgConnection,
    sender: &Sender<'_>,
    demand: Demand,
    now: DateTime<Utc>,
) -> Result<Vec<Standing>> {
    Ok(read(conn, sender, demand, now, Limit::is_per_dealer).await?.standings)
}

async fn read(
    conn: &mut PgConnection,
    sender: &Sender<'_>,
    demand: Demand,
    now: DateTime<Utc>,
    concerns: fn(Limit) -> bool,
) -> Result<Decision> {
    let rules = Rules::load(conn, sender.dealer_id.into_iter().chain(sender.payer), now).await?;
    let wanted = in_force(&rules, sender).into_iter().map(|(limit, subject, _)| (limit, subject));
    let wanted = wanted.filter(|(limit, _)| concerns(*limit));
    let mut counters = Counters::read(conn, wanted.collect(), now).await?;
    counters.note_recipients(conn, &[sender.to.to_owned()]).await?;
    let mut decision = weigh(&counters, &rules, sender, demand);
    decision.standings.retain(|standing| concerns(standing.limit));
    decision.drop_unlimited();
    Freeing::default().look_up(conn, &counters, sender, &mut decision).await?;
    Ok(decision)
}
